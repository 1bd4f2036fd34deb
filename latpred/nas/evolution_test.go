package nas

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// pixels is a latency: the resolution in milliseconds.
func pixels(dst []float64, archs []space.Arch) error {
	for i, a := range archs {
		dst[i] = float64(a.Resolution)
	}
	return nil
}

// counting is an accuracy: more for each architecture that was judged before.
func counting() Estimate {
	n := 0.
	return func(dst []float64, archs []space.Arch) error {
		for i := range archs {
			n++
			dst[i] = n
		}
		return nil
	}
}

func newEvolution(t *testing.T, c Config) *evolution {
	t.Helper()
	c.Space = wide(t)
	return &evolution{ctx: t.Context(), rng: random.Stream(1, "evolution"), config: c, latency: pixels, accuracy: counting(), result: &Result{}, smallest: math.Inf(1)}
}

// A child that misses the limit is drawn again from its parents, after as many misses as
// Tries, or 50, from new ones, and after 5,000 it is a copy of a parent.
func TestChildrenTryAgain(t *testing.T) {
	s := wide(t)
	small, large := s.Smallest(), s.Largest() // at 160 and 224 pixels
	parents := []Candidate{{Arch: small, LatencyMs: 160, Accuracy: 7}}
	for _, c := range []struct{ tries, misses, bred int }{
		{0, 0, 1}, {0, 49, 1}, {0, 50, 2}, {0, 99, 2}, {0, 100, 3}, {3, 2, 1}, {3, 3, 2}, {3, 8, 3}, {0, 4999, 100}, {0, maxMisses, 101}, {1, 9999, 5001},
	} {
		e := newEvolution(t, Config{LimitMs: 160, Tries: c.tries})
		bred, drawn := 0, 0
		made, err := e.children(parents, 1, func([]Candidate) func() space.Arch {
			bred++
			return func() space.Arch {
				if drawn++; drawn <= c.misses {
					return large
				}
				return small
			}
		})
		misses := min(c.misses, maxMisses)
		draws := misses + 1
		if c.misses >= maxMisses { // a copy is not drawn
			draws = maxMisses
		}
		if err != nil || len(made) != 1 || made[0].Arch != small || made[0].LatencyMs != 160 || made[0].Accuracy != 1 {
			t.Errorf("%+v: %v, %v", c, made, err)
		}
		if bred != c.bred || drawn != draws || e.result.Evaluations != draws || e.result.Rejected != misses {
			t.Errorf("%+v: parents drawn %d times, %d children tried, result %+v", c, bred, drawn, e.result)
		}
	}
	// Of several, each is tried on its own.
	e := newEvolution(t, Config{LimitMs: 160})
	left := []int{0, 2, 1}
	n := -1
	made, err := e.children(parents, 3, func([]Candidate) func() space.Arch {
		n++
		mine := n
		return func() space.Arch {
			if left[mine]--; left[mine] >= 0 {
				return large
			}
			return small
		}
	})
	if err != nil || len(made) != 3 || !slices.Equal(left, []int{-1, -1, -1}) || e.result.Evaluations != 6 || e.result.Rejected != 3 {
		t.Errorf("%v, %v, %+v", made, err, e.result)
	}
}

// The first population, by its counts: all of the limit's resolution or below.
func TestStart(t *testing.T) {
	for _, c := range []struct {
		name                       string
		limit                      float64
		half                       bool
		size, least, rejectedShare int // evaluations are at least a population more than needed
	}{
		{"any", math.Inf(1), false, 20, 20, 0},
		{"half of the first", math.Inf(1), true, 5, 20, 0},
		{"one resolution in five", 160, false, 20, 40, 1},
	} {
		e := newEvolution(t, Config{LimitMs: c.limit, Population: 20, MutationRatio: 0.25, HalfStart: c.half})
		found, err := e.start()
		if err != nil || len(found) != c.size || e.result.Evaluations < c.least || e.result.Evaluations%20 != 0 || (e.result.Rejected > 0) != (c.rejectedShare > 0) {
			t.Errorf("%s: %d found, %v, %+v", c.name, len(found), err, e.result)
		}
		for i, f := range found {
			if f.LatencyMs != float64(f.Arch.Resolution) || f.LatencyMs > c.limit || f.Accuracy != float64(i+1) {
				t.Errorf("%s: candidate %d is %+v", c.name, i, f)
			}
		}
	}
	// The space to start from is another than the space to search; none of it is feasible,
	// so that the smallest networks are tried; one is feasible, and mutants fill up.
	e := newEvolution(t, Config{LimitMs: 160, Population: 20, MutationProb: 0.5})
	at224 := *e.config.Space
	at224.Resolutions = []int{224}
	e.config.Initial = &at224
	found, err := e.start()
	if err != nil || len(found) != 20 || found[0].Arch != e.config.Space.Smallest() || e.result.Rejected < 100*20+4 {
		t.Errorf("%d found, %v, %+v", len(found), err, e.result)
	}
	e = newEvolution(t, Config{LimitMs: 1, Population: 20})
	var no *InfeasibleError
	if _, err := e.start(); !errors.As(err, &no) || no.Tried != 100*20+5 || no.SmallestMs != 160 || no.Smallest.Resolution != 160 || no.LimitMs != 1 {
		t.Errorf("infeasible: %v", err)
	}
	if text := (&InfeasibleError{1, 160, e.config.Space.Smallest(), 2005}).Error(); text != "no network of 2005 meets the limit of 1 ms: the smallest latency seen is 160 ms, of "+e.config.Space.Smallest().String() {
		t.Error(text)
	}
}

// A generation is its parents, then mutants, then children of two, all of the parents alone.
func TestNext(t *testing.T) {
	e := newEvolution(t, Config{LimitMs: math.Inf(1), Population: 8, ParentRatio: 0.25, MutationRatio: 0.75})
	var judged []int
	e.accuracy = func(_ []float64, archs []space.Arch) error { judged = append(judged, len(archs)); return nil }
	var population []Candidate
	for i := range 9 {
		population = append(population, Candidate{Arch: e.config.Space.Sample(e.rng), Accuracy: float64(9 - i)})
	}
	next, err := e.next(population)
	if err != nil || len(next) != 10 || !slices.Equal(next[:2], population[:2]) || !slices.Equal(judged, []int{6, 2}) {
		t.Fatalf("%d candidates, judged %v, %v", len(next), judged, err)
	}
	a, b := population[0].Arch, population[1].Arch
	seen := map[space.Arch]int{}
	for i, c := range next[2:] {
		seen[c.Arch]++
		if i < 6 && c.Arch != a && c.Arch != b {
			t.Errorf("mutant %d of no gene is %s", i, c.Arch)
		}
	}
	if seen[a] == 0 || seen[b] == 0 {
		t.Errorf("only one of two parents has children: %v", seen)
	}
	// From fewer candidates than there are to be parents, all are.
	if next, err := e.next(population[:1]); err != nil || len(next) != 9 || next[8].Arch != a {
		t.Errorf("of one parent: %v, %v", next, err)
	}
}

// What a generation tells: its best, equals by the faster, and the mean.
func TestRecord(t *testing.T) {
	e := newEvolution(t, Config{})
	population := []Candidate{{LatencyMs: 3, Accuracy: 1}, {LatencyMs: 5, Accuracy: 4}, {LatencyMs: 4, Accuracy: 4}}
	byAccuracy(population)
	var told []Generation
	e.record(7, population, func(g Generation) { told = append(told, g) })
	want := Generation{7, Candidate{LatencyMs: 4, Accuracy: 4}, 3}
	if len(told) != 1 || told[0] != want || !slices.Equal(e.result.History, told) || e.result.Best != want.Best {
		t.Errorf("told %+v, kept %+v, want %+v", told, e.result, want)
	}
	e.record(8, population[2:], nil)
	if len(e.result.History) != 2 || e.result.Best.LatencyMs != 3 {
		t.Errorf("%+v", e.result)
	}
}

// Whichever call of an estimate fails, the search ends with its error; there is a result
// from the first whole population on.
func TestEveryErrorEnds(t *testing.T) {
	broken := errors.New("broken")
	for name, search := range map[string]func(c Config, latency, accuracy Estimate) (*Result, error){
		"limit": func(c Config, l, a Estimate) (*Result, error) {
			return Search(t.Context(), random.Stream(1, "search"), c, l, a, nil)
		},
		"front": func(c Config, l, a Estimate) (*Result, error) {
			return SearchFront(t.Context(), random.Stream(1, "search"), c, l, a, nil)
		},
	} {
		c := Config{Space: wide(t), LimitMs: math.Inf(1), Population: 2, Generations: 2, ParentRatio: 0.5, MutationRatio: 0.5, MutationProb: 0.1}
		for _, which := range []string{"latency", "accuracy"} {
			for failing := 1; failing <= 6; failing++ {
				calls := 0
				fails := func(e Estimate) Estimate {
					return func(dst []float64, archs []space.Arch) error {
						if calls++; calls == failing {
							return broken
						}
						return e(dst, archs)
					}
				}
				latency, accuracy := Estimate(pixels), counting()
				if which == "latency" {
					latency = fails(latency)
				} else {
					accuracy = fails(accuracy)
				}
				r, err := search(c, latency, accuracy)
				at := fmt.Sprintf("%s, call %d for the %s", name, failing, which)
				switch {
				case failing == 6: // a first population and twice two kinds of children are five calls
					if err != nil || len(r.History) != 3 || r.Evaluations != 6 || r.Rejected != 0 {
						t.Errorf("%s: %+v, %v", at, r, err)
					}
				case !errors.Is(err, broken) || (r == nil) != (failing == 1) || r != nil && len(r.History) != failing/2:
					t.Errorf("%s: %+v, %v", at, r, err)
				}
			}
		}
	}
}

// The smallest search there can be: two networks, one parent, no generation after the first.
func TestSmallestSearch(t *testing.T) {
	c := Config{Space: wide(t), LimitMs: 224, Population: 2, ParentRatio: 0.5}
	if r, err := Search(t.Context(), random.Stream(1, "search"), c, pixels, counting(), nil); err != nil || len(r.History) != 1 || r.Best.Accuracy != 2 {
		t.Errorf("%+v, %v", r, err)
	}
	for name, spoil := range map[string]func(*Config){
		"generations":   func(c *Config) { c.Generations = -1 },
		"tries":         func(c *Config) { c.Tries = -1 },
		"limit":         func(c *Config) { c.LimitMs = 0 },
		"no parent":     func(c *Config) { c.ParentRatio = 0.2 }, // of 2 is .4 of one
		"parents":       func(c *Config) { c.ParentRatio = 1.01 },
		"mutants":       func(c *Config) { c.MutationRatio = 1.01 },
		"few mutants":   func(c *Config) { c.MutationRatio = -0.01 },
		"probability":   func(c *Config) { c.MutationProb = -0.01 },
		"probability 2": func(c *Config) { c.MutationProb = 1.01 },
	} {
		bad := c
		spoil(&bad)
		if err := bad.validate(); err == nil {
			t.Errorf("%s: %+v is valid", name, bad)
		}
	}
	c.ParentRatio, c.MutationRatio, c.MutationProb = 1, 1, 1
	if err := c.validate(); err != nil {
		t.Error(err)
	}
}
