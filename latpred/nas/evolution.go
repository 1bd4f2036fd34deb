package nas

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// Search evolves a population for the highest accuracy at a latency of at most c.LimitMs.
// Each generation keeps the most accurate candidates as parents, and makes children by
// mutation of one parent or by crossover of two, drawn uniformly. A child above the limit
// is drawn again, and after 5,000 misses a copy of a parent takes its place. The estimates are called with many architectures at once. Source: OFA's
// evolution_finder and CompOFA's changes to it.
//
// observe is called after each generation; it may be nil. Search errs if c is not valid,
// if no network that it tries meets the limit (ErrInfeasible), if an estimate errs, and
// when ctx ends. After an error of the last two kinds it also returns the result so far,
// or nil before the first population is complete.
func Search(ctx context.Context, rng *rand.Rand, c Config, latency, accuracy Estimate, observe func(Generation)) (*Result, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	start := time.Now()
	e := &evolution{ctx: ctx, rng: rng, config: c, latency: latency, accuracy: accuracy, result: &Result{}, smallest: math.Inf(1)}
	population, err := e.start()
	if err == nil {
		for number := 0; ; number++ {
			byAccuracy(population)
			e.record(number, population, observe)
			if number == c.Generations {
				break
			}
			if population, err = e.next(population); err != nil {
				break
			}
		}
	}
	e.result.Elapsed = time.Since(start)
	if len(e.result.History) == 0 {
		return nil, err
	}
	return e.result, err
}

// Sweep is a search under each of several limits.
type Sweep struct {
	Seed     uint64    // each limit has a random stream of its own under it
	Config   Config    // LimitMs is ignored
	LimitsMs []float64 // searched in this order
	Latency  Estimate
	Accuracy Estimate
	Observe  func(limitMs float64, g Generation) // called after each generation; may be nil
}

// Limits runs Search for each limit in turn. Element i of the results is that of limit i,
// or nil if its search did not complete. An infeasible limit does not stop the others; any
// other error does. The error joins all errors.
func Limits(ctx context.Context, s Sweep) ([]*Result, error) {
	results := make([]*Result, len(s.LimitsMs))
	var errs []error
	for i, limit := range s.LimitsMs {
		s.Config.LimitMs = limit
		r, err := Search(ctx, random.Stream(s.Seed, fmt.Sprint("search ", limit)), s.Config, s.Latency, s.Accuracy, func(g Generation) {
			if s.Observe != nil {
				s.Observe(limit, g)
			}
		})
		if err != nil {
			errs = append(errs, err)
			if !errors.Is(err, ErrInfeasible) {
				break
			}
			continue
		}
		results[i] = r
	}
	return results, errors.Join(errs...)
}

// byAccuracy sorts a population, the most accurate first, of equals the faster.
func byAccuracy(population []Candidate) {
	slices.SortStableFunc(population, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.Accuracy, a.Accuracy), cmp.Compare(a.LatencyMs, b.LatencyMs))
	})
}

// evolution is a search in progress.
type evolution struct {
	ctx               context.Context
	rng               *rand.Rand
	config            Config
	latency, accuracy Estimate
	result            *Result

	smallest     float64 // smallest latency seen, milliseconds
	smallestArch space.Arch
}

// record adds a sorted population to the result and calls observe.
func (e *evolution) record(number int, population []Candidate, observe func(Generation)) {
	var sum float64
	for _, p := range population {
		sum += p.Accuracy
	}
	g := Generation{number, population[0], sum / float64(len(population))}
	e.result.Best = g.Best
	e.result.History = append(e.result.History, g)
	if observe != nil {
		observe(g)
	}
}

// start makes the first population. It draws networks until it has enough feasible ones or
// has drawn 100 times the population. If none was feasible, the smallest network at each
// resolution is tried. What is still missing comes from mutation of those found.
func (e *evolution) start() ([]Candidate, error) {
	c := e.config
	from := c.Initial
	if from == nil {
		from = c.Space
	}
	var found []Candidate
	for drawn := 0; len(found) < c.Population && drawn < 100*c.Population; drawn += c.Population {
		archs := make([]space.Arch, c.Population)
		for i := range archs {
			archs[i] = from.Sample(e.rng)
		}
		feasible, err := e.feasible(archs)
		if err != nil {
			return nil, err
		}
		found = append(found, feasible[:min(len(feasible), c.Population-len(found))]...)
	}
	if len(found) == 0 {
		var archs []space.Arch
		for _, r := range c.Space.Resolutions {
			a := c.Space.Smallest()
			a.Resolution = r
			archs = append(archs, a)
		}
		var err error
		if found, err = e.feasible(archs); err != nil {
			return nil, err
		}
	}
	if len(found) == 0 {
		return nil, &InfeasibleError{c.LimitMs, e.smallest, e.smallestArch, e.result.Evaluations}
	}
	if c.HalfStart {
		found = found[:max(1, min(len(found), c.mutants()))]
	}
	found, err := e.judged(found)
	if err != nil || c.HalfStart {
		return found, err
	}
	if missing := c.Population - len(found); missing > 0 {
		more, err := e.children(found, missing, e.mutant)
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	return found, nil
}

// next makes the next generation from a sorted population: the parents and their children.
func (e *evolution) next(population []Candidate) ([]Candidate, error) {
	c := e.config
	parents := population[:min(c.parents(), len(population))]
	mutants, err := e.children(parents, c.mutants(), e.mutant)
	if err != nil {
		return nil, err
	}
	crossed, err := e.children(parents, c.Population-c.mutants(), e.cross)
	if err != nil {
		return nil, err
	}
	return slices.Concat(parents, mutants, crossed), nil
}

// breeder draws parents and returns a function that makes a new child of them at each
// call.
type breeder func(parents []Candidate) (child func() space.Arch)

// mutant is the breeder by mutation of one parent.
func (e *evolution) mutant(parents []Candidate) func() space.Arch {
	p := parents[e.rng.IntN(len(parents))].Arch
	return func() space.Arch { return e.config.Space.Mutate(e.rng, p, e.config.MutationProb) }
}

// cross is the breeder by crossover of two parents, which may be the same.
func (e *evolution) cross(parents []Candidate) func() space.Arch {
	a, b := parents[e.rng.IntN(len(parents))].Arch, parents[e.rng.IntN(len(parents))].Arch
	return func() space.Arch { return e.config.Space.Crossover(e.rng, a, b) }
}

// maxMisses is how often a child may miss the limit before a copy of a parent takes its
// place: only a mutation that changes nearly every gene, under a limit that few networks
// meet, comes to that.
const maxMisses = 5000

// children makes n children that meet the limit, as parents do. A child that misses it is
// drawn again from the same parents, after Config.Tries misses from new ones, and is a copy
// of a parent after maxMisses. The latencies of all children still missing are estimated
// together.
func (e *evolution) children(parents []Candidate, n int, breed breeder) ([]Candidate, error) {
	type attempt struct {
		child func() space.Arch
		tries int
	}
	open := make([]attempt, n)
	for i := range open {
		open[i].child = breed(parents)
	}
	var made []Candidate
	archs, ms := make([]space.Arch, n), make([]float64, n)
	for misses := 0; len(open) > 0; misses++ {
		if misses == maxMisses {
			for range open {
				p := parents[e.rng.IntN(len(parents))]
				made = append(made, Candidate{Arch: p.Arch, LatencyMs: p.LatencyMs})
			}
			break
		}
		archs, ms = archs[:len(open)], ms[:len(open)]
		for i := range open {
			archs[i] = open[i].child()
		}
		if err := e.latencies(ms, archs); err != nil {
			return nil, err
		}
		still := open[:0]
		for i, a := range open {
			if ms[i] <= e.config.LimitMs {
				made = append(made, Candidate{Arch: archs[i], LatencyMs: ms[i]})
				continue
			}
			if a.tries++; a.tries == e.config.tries() {
				a = attempt{child: breed(parents)}
			}
			still = append(still, a)
		}
		open = still
	}
	return e.judged(made)
}

// feasible returns the architectures that meet the limit as candidates, without accuracy.
func (e *evolution) feasible(archs []space.Arch) ([]Candidate, error) {
	ms := make([]float64, len(archs))
	if err := e.latencies(ms, archs); err != nil {
		return nil, err
	}
	var out []Candidate
	for i, a := range archs {
		if ms[i] <= e.config.LimitMs {
			out = append(out, Candidate{Arch: a, LatencyMs: ms[i]})
		}
	}
	return out, nil
}

// latencies estimates latencies and counts them in the result. It errs when ctx has ended.
func (e *evolution) latencies(ms []float64, archs []space.Arch) error {
	if err := e.ctx.Err(); err != nil {
		return err
	}
	if err := e.latency(ms, archs); err != nil {
		return fmt.Errorf("latency: %w", err)
	}
	e.result.Evaluations += len(archs)
	for i, v := range ms {
		if v < e.smallest {
			e.smallest, e.smallestArch = v, archs[i]
		}
		if !(v <= e.config.LimitMs) {
			e.result.Rejected++
		}
	}
	return nil
}

// judged fills in the accuracies of candidates and adds these to the front.
func (e *evolution) judged(candidates []Candidate) ([]Candidate, error) {
	archs, share := make([]space.Arch, len(candidates)), make([]float64, len(candidates))
	for i, c := range candidates {
		archs[i] = c.Arch
	}
	if err := e.accuracy(share, archs); err != nil {
		return nil, fmt.Errorf("accuracy: %w", err)
	}
	for i := range candidates {
		candidates[i].Accuracy = share[i]
		e.result.Front = insert(e.result.Front, candidates[i])
	}
	return candidates, nil
}
