package hardware_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/gpu"
	"github.com/ofalat/ofalat/latpred/hardware"
	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

func TestGPU(t *testing.T) {
	for _, c := range []struct {
		spec     string
		warnings int
	}{
		{`{"name":"a Turing card","generation":"Turing","bandwidth_gb_per_s":600,"fp32_tflops":14}`, 0},
		{`{"name":"of an unknown generation","bandwidth_gb_per_s":600,"fp32_tflops":14}`, 1},
		{`{"name":"H100","generation":"hopper","bandwidth_gb_per_s":3350,"fp32_tflops":66.9}`, 2},
		{`{"name":"batch 1","generation":"turing","bandwidth_gb_per_s":600,"fp32_tflops":14,"batch":1}`, 1},
	} {
		spec, err := hardware.ParseSpec([]byte(c.spec))
		if err != nil {
			t.Fatal(err)
		}
		_, warnings, err := catalog.GPU(t.Context(), spec)
		if err != nil || len(warnings) != c.warnings {
			t.Errorf("%s: %v, %v", c.spec, warnings, err)
		}
	}
	for _, bad := range []string{`{}`, `{"bandwidth":600}`, `{"bandwidth_gb_per_s":-1,"fp32_tflops":14}`, `nonsense`} {
		if _, err := hardware.ParseSpec([]byte(bad)); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
	if _, _, err := catalog.GPU(t.Context(), hardware.Spec{BandwidthGBs: 600, FP32TFLOPS: 14, Batch: 7}); err == nil || !strings.Contains(err.Error(), "batches [1 32 64]") {
		t.Errorf("batch 7: %v", err)
	}
}

// The width of an interval is of the measured GPUs that are given, and of a prior that
// counts as one pair: by hand, for made-up GPUs of equal bandwidth, the second of which
// takes e^0.2 times as long as the first and the third, of another generation, e^0.6 times.
func TestUncertainty(t *testing.T) {
	s, err := space.ByID("mbv3-w1.0")
	if err != nil {
		t.Fatal(err)
	}
	archs := simulated.Archs(s, random.Stream(1, "gpus"), 600)
	measured := func(generation string, times float64) hardware.Measured {
		ms := simulated.Card.MeasureMs(s, archs, nil)
		for i := range ms {
			ms[i] *= times
		}
		m, _, err := pass.Fit(archs, ms, pass.Config{Basis: pass.Tied(s.Resolutions)})
		if err != nil {
			t.Fatal(err)
		}
		return hardware.Measured{Name: generation, GPU: gpu.Spec{Generation: generation, BandwidthGBs: 600, FP32TFLOPS: 14}, Space: s.ID, Batch: 64,
			Learn: func(context.Context) (hardware.Learnt, error) { return hardware.Learnt{Model: m, Rows: 1}, nil }}
	}
	first, second, other := measured("turing", 1), measured("turing", math.Exp(.2)), measured("pascal", math.Exp(.6))
	for _, c := range []struct {
		name       string
		measured   []hardware.Measured
		generation string
		square     float64 // of the standard deviation
	}{
		{"no pair, same generation", []hardware.Measured{first}, "turing", .15 * .15},
		{"no pair, other generation", []hardware.Measured{first}, "ampere", .5 * .5},
		{"a pair that is none of generations", []hardware.Measured{first, second}, "ampere", .5 * .5},
		{"a pair", []hardware.Measured{first, second}, "turing", (.15*.15 + .2*.2) / 2},
		{"two pairs of generations", []hardware.Measured{first, second, other}, "ampere", (.5*.5 + .6*.6 + .4*.4) / 3},
	} {
		spec := hardware.Spec{Name: "new", Generation: c.generation, BandwidthGBs: 600, FP32TFLOPS: 14, Batch: 64, Space: s.ID}
		p, _, err := hardware.For(t.Context(), spec, c.measured)
		if err != nil {
			t.Fatal(err)
		}
		pred, low, high := make([]float64, 1), make([]float64, 1), make([]float64, 1)
		if err := p.PredictMs(pred, archs[:1]); err != nil {
			t.Fatal(err)
		}
		if err := p.BoundsMs(low, high, archs[:1], .9); err != nil {
			t.Fatal(err)
		}
		if got, want := math.Log(high[0]/pred[0])/1.6448536, math.Sqrt(c.square); math.Abs(got/want-1) > 1e-4 {
			t.Errorf("%s: standard deviation %.4f, want %.4f", c.name, got, want)
		}
	}
}
