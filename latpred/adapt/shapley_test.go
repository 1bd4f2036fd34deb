package adapt

import (
	"errors"
	"math"
	"testing"
)

// Two that are worth 6 together and nothing alone share it; a third brings its 2 in any order
// (by hand). Four whose values are sums have their own, with and without orders.
func TestShapley(t *testing.T) {
	game := func(picked uint) (v float64, err error) {
		if picked&3 == 3 {
			v = 6
		}
		return v + 2*float64(picked>>2&1), nil
	}
	sums := func(picked uint) (v float64, err error) {
		for k, worth := range []float64{1, -2, 5, 0} {
			v += worth * float64(picked>>k&1)
		}
		return v + 10, nil
	}
	for _, c := range []struct {
		way   func(int, func(uint) (float64, error)) ([]float64, error)
		value func(uint) (float64, error)
		want  []float64
	}{{shapley, game, []float64{3, 3, 2}}, {single, game, []float64{0, 0, 2}}, {shapley, sums, []float64{1, -2, 5, 0}}, {single, sums, []float64{1, -2, 5, 0}}, {shapley, sums, []float64{}}} {
		got, err := c.way(len(c.want), c.value)
		if err != nil || len(got) != len(c.want) {
			t.Fatalf("%v, %v", got, err)
		}
		for k := range got {
			if math.Abs(got[k]-c.want[k]) > 1e-12 {
				t.Errorf("%v, want %v", got, c.want)
			}
		}
	}
	broken := func(uint) (float64, error) { return 0, errors.New("broken") }
	if _, err := shapley(2, broken); err == nil {
		t.Error("no error of a value")
	}
	if _, err := single(2, broken); err == nil {
		t.Error("no error of a value")
	}
}
