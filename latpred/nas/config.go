package nas

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/ofalat/ofalat/latpred/space"
)

// Config describes a search. The zero value is not valid; Published is the
// authors'.
type Config struct {
	Space         *space.Space
	LimitMs       float64 // largest latency allowed; +Inf: any
	Population    int
	Generations   int
	ParentRatio   float64 // share of the population that survives and has children
	MutationRatio float64 // share of the population's size in children by mutation; as many come from crossover as are missing
	MutationProb  float64 // of each gene
	Tries         int     // how often a child may miss the limit before it gets other parents; 0: 50

	// Initial is the space that the first population is drawn from; nil: Space.
	// The authors always used CompOFA's fixed kernels.
	Initial *space.Space
	// HalfStart keeps only the first MutationRatio of the first population, as the
	// authors' code does, which loops over the wrong count.
	HalfStart bool
}

// Published is the search of OFA's tutorial, of CompOFA and of the paper: 100
// networks, 500 generations, a quarter of them parents, half of the children by
// mutation of a tenth of the genes.
func Published(s *space.Space, limitMs float64) Config {
	return Config{Space: s, LimitMs: limitMs, Population: 100, Generations: 500, ParentRatio: 0.25, MutationRatio: 0.5, MutationProb: 0.1}
}

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
	Accuracy  float64    `json:"accuracy"` // what is maximised: top-1 as a share, of an accuracy predictor, or another Estimate
}

// Generation is the state after a generation; number 0 is the start.
type Generation struct {
	Number       int
	Best         Candidate
	MeanAccuracy float64 // of the population
}

// Result is what a search found.
type Result struct {
	Best        Candidate
	Front       []Candidate  // best trade-offs among all that were judged: latency and accuracy both ascend
	History     []Generation //
	Evaluations int          // latencies asked for
	Rejected    int          // of them above the limit
	Elapsed     time.Duration
}

// ErrInfeasible is what a search returns, wrapped in an InfeasibleError, when no
// network that it tried meets the limit.
var ErrInfeasible = errors.New("no network meets the limit")

// InfeasibleError says how near the limit the search came.
type InfeasibleError struct {
	LimitMs    float64
	SmallestMs float64 // smallest latency seen
	Smallest   space.Arch
	Tried      int
}

func (e *InfeasibleError) Error() string {
	return fmt.Sprintf("no network of %d meets the limit of %g ms: the smallest latency seen is %.4g ms, of %s", e.Tried, e.LimitMs, e.SmallestMs, e.Smallest)
}

func (e *InfeasibleError) Unwrap() error { return ErrInfeasible }
