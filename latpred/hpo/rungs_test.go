package hpo

import (
	"math"
	"slices"
	"testing"
)

func TestEpochs(t *testing.T) {
	for _, c := range []struct {
		rungs          Rungs
		epochs, levels []int
	}{
		{Rungs{1, 2, 100}, []int{1, 2, 4, 8, 16, 32, 64}, []int{1, 2, 4, 8, 16, 32, 64, 100}}, // the paper, OFA_FACTS 11
		{Rungs{1, 2, 50}, []int{1, 2, 4, 8, 16, 32}, []int{1, 2, 4, 8, 16, 32, 50}},           // its 50 epochs
		{Rungs{1, 2, 64}, []int{1, 2, 4, 8, 16, 32, 64}, []int{1, 2, 4, 8, 16, 32, 64}},
		{Rungs{1, 10, 1000}, []int{1, 10, 100, 1000}, []int{1, 10, 100, 1000}}, // log(1000)/log(10) < 3 in floating point
		{Rungs{5, 3, 44}, []int{5, 15}, []int{5, 15, 44}},
		{Rungs{7, 4, 7}, []int{7}, []int{7}},
		{Rungs{1, math.MaxInt, math.MaxInt}, []int{1, math.MaxInt}, []int{1, math.MaxInt}},
	} {
		if got := c.rungs.Epochs(); !slices.Equal(got, c.epochs) {
			t.Errorf("%+v: rungs %v, want %v", c.rungs, got, c.epochs)
		}
		if got := c.rungs.levels(); !slices.Equal(got, c.levels) {
			t.Errorf("%+v: levels %v, want %v", c.rungs, got, c.levels)
		}
	}
	for _, bad := range []Rungs{{}, {0, 2, 9}, {1, 1, 9}, {4, 2, 3}} {
		if bad.Validate() == nil {
			t.Errorf("%+v is valid", bad)
		}
	}
}

func TestCutoff(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		values    []float64
		reduction int
		want      float64
	}{
		{[]float64{5}, 2, 5},
		{[]float64{7, 5}, 2, 6},
		{[]float64{9, 5, 7}, 2, 7},
		{[]float64{5, 7}, 4, 5.5},              // place 1/4
		{[]float64{16, 1, 8, 2, 4}, 3, 8. / 3}, // place 4/3: 2 + (4-2)/3
		{[]float64{0.1, 0.1, 0.1}, 3, 0.1},     // no rounding
		{[]float64{inf, 5, inf}, 2, inf},       // place 1
		{[]float64{5, inf}, 2, inf},            // between 5 and infinity
		{[]float64{inf, inf}, 2, inf},          // numpy gives NaN here and in the next
		{[]float64{5, inf, inf}, 3, inf},       // place 2/3
		{[]float64{5, 6, inf}, 2, 6},           // place 1: the infinity doesn't count
	} {
		if got := cutoff(c.values, c.reduction); got != c.want {
			t.Errorf("quantile 1/%d of %v = %v, want %v", c.reduction, c.values, got, c.want)
		}
	}
}
