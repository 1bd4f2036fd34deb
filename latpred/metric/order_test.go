package metric_test

import (
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/random"
)

func TestAutocorrelation(t *testing.T) {
	// By hand: mean 0, Σ products −7, Σ squares 8.
	r, p := metric.Autocorrelation([]float64{1, -1, 1, -1, 1, -1, 1, -1})
	if math.Abs(r+7.0/8) > 1e-12 || p < .98 {
		t.Errorf("alternating: %v, %v", r, p)
	}
	rng := random.Stream(1, "order")
	noise, walk := make([]float64, 400), make([]float64, 400)
	alarms := 0
	for range 300 {
		var at float64
		for i := range noise {
			noise[i] = rng.NormFloat64()
			at = .3*at + noise[i]
			walk[i] = at
		}
		if _, p := metric.Autocorrelation(noise); p < .05 {
			alarms++
		}
		if _, p := metric.Autocorrelation(walk); p > .02 {
			t.Errorf("values that follow each other: %v", p)
		}
	}
	if alarms > 30 { // 15 are expected
		t.Errorf("%d of 300 false alarms at 5 %%", alarms)
	}
	for _, none := range [][]float64{nil, {1, 2, 3}, make([]float64, 20)} {
		if r, p := metric.Autocorrelation(none); !math.IsNaN(r) || p != 1 {
			t.Errorf("%d values: %v, %v", len(none), r, p)
		}
	}
}

func TestCoverage(t *testing.T) {
	share, width := metric.Coverage([]float64{0, 1, 2, 3}, []float64{1, 2, 4, 4}, []float64{.5, 2, 4.5, 3})
	if share != .75 || width != 1.25 {
		t.Errorf("%v, %v", share, width)
	}
}
