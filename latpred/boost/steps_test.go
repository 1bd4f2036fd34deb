package boost_test

import (
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred/boost"
	"github.com/ofalat/ofalat/latpred/random"
)

// A function that is constant on the four parts of a square is found exactly by one tree
// of four leaves, whose splits are where the steps are.
func TestSteps(t *testing.T) {
	step := func(x []float64) float64 {
		switch {
		case x[0] < .5:
			return 1
		case x[1] < .25:
			return -2
		}
		return 4
	}
	rng := random.Stream(1, "steps")
	var rows [][]float64
	var y []float64
	for range 400 {
		x := []float64{float64(rng.IntN(8)) / 8, float64(rng.IntN(8)) / 8, rng.Float64()}
		rows, y = append(rows, x), append(y, step(x))
	}
	f := boost.Fit(rows, y, boost.Config{Trees: 1, Leaves: 4, Rate: 1, Huber: 100, MinRows: 1}, nil)
	for _, x := range rows {
		if v := f.Value(x); math.Abs(v-step(x)) > 1e-12 {
			t.Fatalf("at %v: %v, want %v", x, v, step(x))
		}
	}
	limits := map[float64]bool{}
	for _, n := range f.Trees[0] {
		if n.Feature >= 0 {
			limits[n.Limit] = true
		}
	}
	if !limits[7./16] || !limits[3./16] || len(limits) != 2 { // between eighths
		t.Errorf("split at %v", limits)
	}
}

// By hand: each tree takes its rate of what is left, so that after n trees (1 − rate)ⁿ
// is; with Huber's bend at ½, residuals of 4 count as ½ each.
func TestRateAndBend(t *testing.T) {
	rows, y := [][]float64{{0}, {0}, {1}, {1}}, []float64{4, 4, -4, -4}
	f := boost.Fit(rows, y, boost.Config{Trees: 3, Leaves: 2, Rate: .5, Huber: 100, MinRows: 1}, nil)
	if v := f.Value(rows[0]); math.Abs(v-4*(1-.125)) > 1e-12 {
		t.Errorf("after three trees: %v", v)
	}
	f = boost.Fit(rows, y, boost.Config{Trees: 3, Leaves: 2, Rate: 1, Huber: .5, MinRows: 1}, nil)
	if v := f.Value(rows[3]); math.Abs(v+1.5) > 1e-12 {
		t.Errorf("bent: %v", v)
	}
	f = boost.Fit(rows, y, boost.Config{Trees: 1, Leaves: 4, Rate: 1, Huber: 100, MinRows: 3}, nil)
	if len(f.Trees[0]) != 1 {
		t.Errorf("leaves of two rows, where three are the least: %v", f.Trees[0])
	}
}

// A forest comes back from its numbers; numbers that are cut short, or point nowhere,
// are none.
func TestValues(t *testing.T) {
	rows, y := [][]float64{{0, 3}, {1, 2}, {2, 1}, {3, 0}}, []float64{1, 2, 4, 8}
	f := boost.Fit(rows, y, boost.Config{Trees: 4, Leaves: 3, Rate: .5, Huber: 100, MinRows: 1}, nil)
	values := f.Values()
	again, err := boost.FromValues(values, 4, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range rows {
		if f.Value(x) != again.Value(x) {
			t.Errorf("at %v: %v, then %v", x, f.Value(x), again.Value(x))
		}
	}
	loop := append([]float64(nil), values...)
	loop[3] = 0 // the root's left child is the root
	for name, c := range map[string]struct {
		values   []float64
		features int
	}{"cut short": {values[:len(values)-1], 2}, "a feature too few": {values, 0}, "a loop": {loop, 2}, "none": {nil, 2}} {
		if _, err := boost.FromValues(c.values, 4, c.features); err == nil {
			t.Errorf("%s, no error", name)
		}
	}
}
