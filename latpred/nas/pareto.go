package nas

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// SearchFront evolves the whole Pareto front of latency and accuracy in one run, up to
// c.LimitMs (+Inf: no limit), by NSGA-II (Deb et al., 2002). A population is ranked by
// non-dominated fronts and, within a front, by crowding distance, which keeps the front
// spread out; parents are winners of tournaments of two, and the c.Population fittest
// survive. c.ParentRatio must be valid but is not used. Result.Front is the front,
// Result.Best its most accurate candidate in the last population. All else is as in Search.
func SearchFront(ctx context.Context, rng *rand.Rand, c Config, latency, accuracy Estimate, observe func(Generation)) (*Result, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	start := time.Now()
	e := &evolution{ctx: ctx, rng: rng, config: c, latency: latency, accuracy: accuracy, result: &Result{}, smallest: math.Inf(1)}
	population, err := e.start()
	for number := 0; err == nil; number++ {
		byAccuracy(population)
		e.record(number, population, observe)
		if number == c.Generations {
			break
		}
		var children []Candidate
		if children, err = e.offspring(fitnessOf(population), population); err == nil {
			population = survivors(append(population, children...), c.Population)
		}
	}
	e.result.Elapsed = time.Since(start)
	if len(e.result.History) == 0 {
		return nil, err
	}
	return e.result, err
}

// offspring makes Config.Population children of winners of tournaments.
func (e *evolution) offspring(fitness []fitness, population []Candidate) ([]Candidate, error) {
	winners := make([]Candidate, len(population))
	for i := range winners {
		a, b := e.rng.IntN(len(population)), e.rng.IntN(len(population))
		if fitness[b].better(fitness[a]) {
			a = b
		}
		winners[i] = population[a]
	}
	mutants, err := e.children(winners, e.config.mutants(), e.mutant)
	if err != nil {
		return nil, err
	}
	crossed, err := e.children(winners, e.config.Population-e.config.mutants(), e.cross)
	return append(mutants, crossed...), err
}

// fitness ranks a candidate: by its front, then by its crowding distance.
type fitness struct {
	front    int     // from 0, the best
	crowding float64 // larger is better; +Inf at the ends of a front
}

// better reports whether f ranks before g.
func (f fitness) better(g fitness) bool {
	return f.front < g.front || f.front == g.front && f.crowding > g.crowding
}

// fitnessOf sorts a population into non-dominated fronts. With two objectives one sweep in
// the order of latency is enough: a candidate belongs to the first front whose last
// accuracy is below its own.
func fitnessOf(population []Candidate) []fitness {
	byLatency := make([]int, len(population))
	for i := range byLatency {
		byLatency[i] = i
	}
	slices.SortStableFunc(byLatency, func(a, b int) int {
		return cmp.Or(cmp.Compare(population[a].LatencyMs, population[b].LatencyMs), cmp.Compare(population[b].Accuracy, population[a].Accuracy))
	})
	var fronts [][]int
	for _, i := range byLatency {
		at := slices.IndexFunc(fronts, func(front []int) bool {
			return population[front[len(front)-1]].Accuracy < population[i].Accuracy
		})
		if at < 0 {
			at, fronts = len(fronts), append(fronts, nil)
		}
		fronts[at] = append(fronts[at], i)
	}
	out := make([]fitness, len(population))
	for n, front := range fronts {
		first, last := population[front[0]], population[front[len(front)-1]]
		width, height := last.LatencyMs-first.LatencyMs, last.Accuracy-first.Accuracy
		for k, i := range front {
			out[i] = fitness{n, math.Inf(1)}
			if k > 0 && k < len(front)-1 && width > 0 && height > 0 {
				before, after := population[front[k-1]], population[front[k+1]]
				out[i].crowding = (after.LatencyMs-before.LatencyMs)/width + (after.Accuracy-before.Accuracy)/height
			}
		}
	}
	return out
}

// survivors returns the n fittest, of at least n. Copies of a candidate come after all
// others.
func survivors(population []Candidate, n int) []Candidate {
	fit := fitnessOf(population)
	seen := map[Candidate]bool{}
	order := make([]int, 0, len(population))
	var copies []int
	for i, c := range population {
		if seen[c] {
			copies = append(copies, i)
			continue
		}
		seen[c] = true
		order = append(order, i)
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case fit[a].better(fit[b]):
			return -1
		case fit[b].better(fit[a]):
			return 1
		}
		return 0
	})
	order = append(order, copies...)
	out := make([]Candidate, n)
	for i := range out {
		out[i] = population[order[i]]
	}
	return out
}
