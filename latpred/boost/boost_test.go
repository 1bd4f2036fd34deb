package boost_test

import (
	"math"
	"reflect"
	"testing"

	"github.com/ofalat/ofalat/latpred/boost"
	"github.com/ofalat/ofalat/latpred/random"
)

// One split, by hand: targets −1 below 2 and 3 from there on; leaves are shrunk
// by the ridge, 4 rows' sums over 4 + 1.
func TestOneTree(t *testing.T) {
	rows := [][]float64{{0}, {0}, {1}, {1}, {3}, {3}, {4}, {4}}
	targets := []float64{-1, -1, -1, -1, 3, 3, 3, 3}
	f := boost.Fit(rows, targets, boost.Config{Trees: 1, Leaves: 2, Rate: .5, Huber: 10, MinRows: 1, Ridge: 1}, nil)
	for _, c := range []struct{ x, want float64 }{{0, .5 * -4 / 5}, {1.9, .5 * -4 / 5}, {2, .5 * 12 / 5}, {9, .5 * 12 / 5}} {
		if v := f.Value([]float64{c.x}); math.Abs(v-c.want) > 1e-12 {
			t.Errorf("at %v: %v, want %v", c.x, v, c.want)
		}
	}
}

// A smooth function with an interaction, under noise: a forest explains most of
// what can be explained, outliers or not; two runs agree.
func TestFunction(t *testing.T) {
	rng := random.Stream(1, "boost")
	truth := func(x []float64) float64 { return x[0]*x[1] + math.Sin(3*x[2]) }
	draw := func(n int) (rows [][]float64, y []float64) {
		for range n {
			x := []float64{rng.Float64(), 2*rng.Float64() - 1, 2 * rng.Float64(), rng.Float64()}
			rows, y = append(rows, x), append(y, truth(x)+.1*rng.NormFloat64())
		}
		return rows, y
	}
	rows, y := draw(3000)
	for i := range 30 {
		y[100*i] += 50
	}
	c := boost.Published()
	c.Trees, c.Huber = 300, .5
	f := boost.Fit(rows, y, c, nil)
	var square float64
	test, _ := draw(1000)
	for _, x := range test {
		square += math.Pow(f.Value(x)-truth(x), 2) / 1000
	}
	if square > .01 { // the function's variance is about 0.6
		t.Errorf("mean squared error %v", square)
	}
	if err := f.Validate(4); err != nil {
		t.Error(err)
	}
	if f.Validate(1) == nil {
		t.Error("a forest of features that are not there is valid")
	}
	if again := boost.Fit(rows, y, c, nil); !reflect.DeepEqual(f, again) {
		t.Error("two runs differ")
	}
	trees := 0
	boost.Fit(rows, y, c, func(f *boost.Forest) bool { trees = len(f.Trees); return trees < 7 })
	if trees != 7 {
		t.Errorf("%d trees, stopped at 7", trees)
	}
}

func TestConstants(t *testing.T) {
	f := boost.Fit([][]float64{{1, 2}, {1, 2}}, []float64{.1, .1}, boost.Config{Trees: 3, Leaves: 4, Rate: 1, Huber: 1, MinRows: 1}, nil)
	if v := f.Value([]float64{1, 2}); math.Abs(v-.1) > 1e-12 {
		t.Errorf("value %v of equal rows", v)
	}
}
