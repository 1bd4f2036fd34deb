package metric_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/metric"
	"pgregory.net/rapid"
)

func ExampleMedian() {
	fmt.Println(metric.Median([]float64{3, 1, 2}), metric.Median([]float64{4, 1, 2, 3}))
	// Output: 2 2.5
}

// By hand: the absolute values are 1, 2, 3 and 100; NormalSpread is 1/Φ⁻¹(0.75),
// which scipy 1.14 gives as 1.482602218505602.
func TestSpread(t *testing.T) {
	if s := metric.Spread([]float64{-1, 3, 2, -100}); math.Abs(s-1.4826*2.5) > 1e-12 {
		t.Errorf("spread %v, want %v", s, 1.4826*2.5)
	}
	if math.Abs(metric.NormalSpread-1.482602218505602) > 5e-6 {
		t.Errorf("factor %v", metric.NormalSpread)
	}
}

// As many values lie below as above, the order doesn't matter and is left alone, and
// what is one of the values is one of the values.
func TestMedians(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(-5, 5), 1, 20).Draw(rt, "x")
		before := slices.Clone(x)
		m, lower, upper := metric.Median(x), metric.LowerMedian(x), metric.UpperMedian(x)
		if !slices.Equal(x, before) {
			rt.Fatal("the values were sorted in place")
		}
		below, above := 0, 0
		for _, v := range x {
			if v < m {
				below++
			}
			if v > m {
				above++
			}
		}
		if below > len(x)/2 || above > len(x)/2 || lower > m || m > upper || !slices.Contains(x, lower) || !slices.Contains(x, upper) || m != (lower+upper)/2 {
			rt.Fatalf("of %v: %v, %v, %v", x, lower, m, upper)
		}
		if len(x)%2 == 1 && lower != upper {
			rt.Fatalf("of the odd number %d: %v and %v", len(x), lower, upper)
		}
		slices.Reverse(x)
		if metric.Median(x) != m {
			rt.Fatal("the order matters")
		}
	})
	if !math.IsNaN(metric.Median(nil)) || !math.IsNaN(metric.Spread(nil)) || !math.IsNaN(metric.UpperMedian(nil)) {
		t.Error("a median of nothing")
	}
}
