package experiment

import (
	"math"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/gpu"
	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
	"github.com/ofalat/ofalat/latpred/sparse"
)

// Rows are stacked set by set, in the order that pick gives, inputs and targets alike.
func TestJoined(t *testing.T) {
	parts := []gpuRows{{x: sparse.FromDense(2, []float32{1, 2, 3, 4}), y: []float32{10, 20}}, {x: sparse.FromDense(2, []float32{5, 6}), y: []float32{30}}}
	d := joined(parts, func(p gpuRows) []int {
		if len(p.y) == 2 {
			return []int{1, 0}
		}
		return []int{0}
	})
	if !slices.Equal(d.X.Dense(), []float32{3, 4, 1, 2, 5, 6}) || !slices.Equal(d.Y, []float32{20, 10, 30}) {
		t.Errorf("%v, %v", d.X, d.Y)
	}
}

// Inputs of the corrected network: the code, the logarithm of the multiply-accumulates
// over 250 million, and of the data sheet's numbers over middling ones; the target is the
// logarithm of the latency over 25 ms, and latencyMs takes it back.
func TestScaledRows(t *testing.T) {
	set := madeUp(t, "scaled", simulated.Card, 20)
	g, err := gpu.ByID("titanrtx")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := scaledRows(set, g)
	if err != nil {
		t.Fatal(err)
	}
	code := encode.HELP145.Width()
	if rows.x.Cols != code+4 || rows.x.Len() != 20 {
		t.Fatalf("%d inputs, %d rows", rows.x.Cols, rows.x.Len())
	}
	dense := rows.x.Dense()
	for i, s := range set.Samples {
		x := dense[i*(code+4) : (i+1)*(code+4)]
		macs := float64(spacetest.ByID(t, set.SpaceID).MACs(s.Arch))
		for k, want := range []float64{math.Log(macs / 250e6), 2 * math.Log(float64(g.Cores)/4000), 2 * math.Log(g.RAMGB/16), 2 * math.Log(g.BandwidthGBs/500)} {
			near(t, "input", float64(x[code+k]), want, 1e-6)
		}
		near(t, "latency", latencyMs(float64(rows.y[i])), s.LatencyMs, 1e-6)
		a, err := encode.HELP145.Decode(x[:code])
		if err != nil || a != s.Arch {
			t.Errorf("row %d is %s, %v", i, a, err)
		}
	}
	near(t, "25 ms", latencyMs(0), 25, 1e-12)
}

// A power law of the multiply-accumulates on the GPU with the nearest bandwidth, in the
// ratio of bandwidths: devices that are such a law are found exactly, from the nearer.
func TestScaledBySpec(t *testing.T) {
	law := func(name string, bandwidth, factor float64) gpuRows {
		set := madeUp(t, name, simulated.Card, 40)
		for i := range set.Samples {
			macs := float64(spacetest.ByID(t, set.SpaceID).MACs(set.Samples[i].Arch))
			set.Samples[i].LatencyMs = factor * 100 / bandwidth * math.Pow(macs/250e6, .8)
		}
		rows, err := scaledRows(set, gpu.Spec{Cores: 4000, RAMGB: 16, BandwidthGBs: bandwidth})
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	target := law("target", 500, 1)
	test := []int{3, 7, 20}
	got := scaledBySpec([]gpuRows{law("far", 900, 3), law("near", 400, 1), law("farther", 100, 5)}, target, test)
	want := target.set.Subset(test).LatenciesMs()
	near(t, "MAPE", metric.MAPE(got, want), 0, 1e-5)
}

// The sets of the paper's GPUs are of GPUs that are known, each of another laboratory.
func TestGPUSets(t *testing.T) {
	seen := map[string]bool{}
	for _, g := range gpuSets {
		if _, err := gpu.ByID(g.gpu); err != nil || seen[g.set] {
			t.Errorf("%s: %v, or twice", g.set, err)
		}
		seen[g.set] = true
	}
	for _, g := range generalised {
		if !seen[g.set] {
			t.Errorf("%s is no set of whole networks", g.set)
		}
	}
}
