package metric_test

import (
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred/metric"
)

// The tolerance counts on both sides and with its end, of measurements below 0 too; the
// scores have each its own.
func TestWithin(t *testing.T) {
	for _, c := range []struct{ pred, want, share float64 }{
		{125, 100, 1}, {75, 100, 1}, {126, 100, 0}, {74, 100, 0}, {-125, -100, 1}, {-126, -100, 0}, {math.NaN(), 1, 0},
	} {
		if s := metric.Within([]float64{c.pred}, []float64{c.want}, .25); s != c.share {
			t.Errorf("%v for %v: %v", c.pred, c.want, s)
		}
	}
	s := metric.Evaluate([]float64{100.5, 104.5, 107, 120}, []float64{100, 100, 100, 100})
	if s.N != 4 || s.Within1Percent != 25 || s.Within5Percent != 50 || s.Within10Percent != 75 {
		t.Errorf("%+v", s)
	}
}

// Rank correlations are not defined where a measurement is NaN, either.
func TestNaNMeasured(t *testing.T) {
	three, nan := []float64{1, 2, 3}, []float64{1, math.NaN(), 3}
	if !math.IsNaN(metric.Kendall(three, nan)) || !math.IsNaN(metric.Spearman(three, nan)) {
		t.Error("a rank correlation with NaN")
	}
}

// Eight values are enough, seven are not. By hand, of eight that alternate: r = −7/8,
// z = (−7/8 + 1/8)·√8, and 1 − Φ(z) = .983053 (scipy.stats.norm.sf).
func TestAutocorrelationByHand(t *testing.T) {
	values := []float64{1, -1, 1, -1, 1, -1, 1, -1}
	if r, p := metric.Autocorrelation(values); r != -.875 || math.Abs(p-.983053) > 1e-6 {
		t.Errorf("%v, %v", r, p)
	}
	if r, p := metric.Autocorrelation(values[:7]); !math.IsNaN(r) || p != 1 {
		t.Errorf("seven values: %v, %v", r, p)
	}
}

// Two values have an interval: t(.975, 1) = 12.7062 times √(1/2) · √(1/2) of 1 and 2.
func TestIntervalOfTwo(t *testing.T) {
	m := metric.Interval([]float64{1, 2})
	if math.Abs(m.HalfWidth-12.7062/2) > 1e-4 || m.N != 2 || m.String() != "1.5 ± 6.4" {
		t.Errorf("%+v, %s", m, m)
	}
}

// Lengths that differ are a mistake of the program, of any of the three.
func TestCoveragePanics(t *testing.T) {
	for name, f := range map[string]func(){
		"low":  func() { metric.Coverage([]float64{1}, []float64{1, 2}, []float64{1, 2}) },
		"high": func() { metric.Coverage([]float64{1, 2}, []float64{1, 2, 3}, []float64{1, 2}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}
