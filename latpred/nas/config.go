package nas

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/ofalat/ofalat/latpred/space"
)

// Config describes a search. The zero value is not valid; Published returns the authors'.
type Config struct {
	Space         *space.Space
	LimitMs       float64 // largest latency allowed, above 0; +Inf: any
	Population    int     // number of children of a generation and size of the first one, at least 2; parents survive in addition
	Generations   int     // number of generations after the first population, at least 0
	ParentRatio   float64 // parents, which survive, as a share of Population: above 0, at most 1
	MutationRatio float64 // children by mutation as a share of Population, 0 to 1; the others come from crossover
	MutationProb  float64 // probability that a mutation changes a gene, 0 to 1
	Tries         int     // how often a child may miss the limit before other parents are drawn; 0: 50

	// Initial is the space from which the first population is drawn; nil: Space. The
	// authors' program calls CompOFA's sampler whatever the space is: in the two CompOFA
	// spaces, which are all that they report, that is the space itself.
	Initial *space.Space
	// HalfStart keeps only the share MutationRatio of the first population, as the
	// authors' code does by looping over the wrong count.
	HalfStart bool
}

// Published returns the search of OFA's tutorial, of CompOFA and of the paper: population
// 100, 500 generations, a quarter of the population as parents, half of the children by
// mutation, with probability 0.1 for each gene.
func Published(s *space.Space, limitMs float64) Config {
	return Config{Space: s, LimitMs: limitMs, Population: 100, Generations: 500, ParentRatio: 0.25, MutationRatio: 0.5, MutationProb: 0.1}
}

// validate errs if a field is out of its range.
func (c Config) validate() error {
	switch {
	case c.Space == nil:
		return errors.New("nas: no space")
	case !(c.LimitMs > 0):
		return fmt.Errorf("nas: a limit of %v ms", c.LimitMs)
	case c.Population < 2 || c.Generations < 0 || c.Tries < 0:
		return fmt.Errorf("nas: a population of %d, %d generations, %d tries", c.Population, c.Generations, c.Tries)
	case c.parents() < 1 || c.ParentRatio > 1 || c.MutationRatio < 0 || c.MutationRatio > 1 || c.MutationProb < 0 || c.MutationProb > 1:
		return fmt.Errorf("nas: parent ratio %v, mutation ratio %v, mutation probability %v: want shares that leave a parent", c.ParentRatio, c.MutationRatio, c.MutationProb)
	}
	return nil
}

func (c Config) parents() int { return int(math.Round(c.ParentRatio * float64(c.Population))) }
func (c Config) mutants() int { return int(math.Round(c.MutationRatio * float64(c.Population))) }

func (c Config) tries() int {
	if c.Tries > 0 {
		return c.Tries
	}
	return 50
}

// Candidate is an architecture with its estimates.
type Candidate struct {
	Arch      space.Arch `json:"arch"`
	LatencyMs float64    `json:"latency_ms"`
	Accuracy  float64    `json:"accuracy"` // what is maximised: predicted top-1 accuracy, 0 to 1, or another Estimate
}

// Generation describes the population after a generation.
type Generation struct {
	Number       int       // 0: the first population
	Best         Candidate // the most accurate one; of equals the fastest
	MeanAccuracy float64   // of the population
}

// Result is what a search found.
type Result struct {
	Best        Candidate    // best of the last population
	Front       []Candidate  // Pareto front of all candidates evaluated: latency and accuracy both ascend
	History     []Generation // in order, from number 0
	Evaluations int          // number of latencies requested of the Estimate
	Rejected    int          // number of those above the limit, or NaN
	Elapsed     time.Duration
}

// ErrInfeasible is the error of a search, wrapped in an InfeasibleError, if no network that
// it tried meets the limit.
var ErrInfeasible = errors.New("no network meets the limit")

// InfeasibleError says how close to the limit the search came.
type InfeasibleError struct {
	LimitMs    float64
	SmallestMs float64    // smallest latency seen
	Smallest   space.Arch // the network that has it
	Tried      int        // number of networks tried
}

// Error implements error.
func (e *InfeasibleError) Error() string {
	return fmt.Sprintf("no network of %d meets the limit of %g ms: the smallest latency seen is %.4g ms, of %s", e.Tried, e.LimitMs, e.SmallestMs, e.Smallest)
}

// Unwrap returns ErrInfeasible.
func (e *InfeasibleError) Unwrap() error { return ErrInfeasible }
