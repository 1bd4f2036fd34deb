package hardware_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/gpu"
	"github.com/ofalat/ofalat/latpred/hardware"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/stat"
)

// Each measured GPU is predicted from the others, as one that was measured nowhere: at batch
// 64 its networks come out in the right order and with the right scale, also where none of its
// generation was measured with the same networks. The numbers are this package's own, to show
// what changes.
func TestLeftOut(t *testing.T) {
	for _, c := range []struct {
		set, id        string
		mape, spearman float64 // within .02, and at least
	}{
		{"help-rtx2080ti-b64", "rtx2080ti", .066, .98}, {"help-titanrtx-b64", "titanrtx", .033, .999},
		{"help-rtx2080ti-b32", "rtx2080ti", .127, .75}, {"help-titanrtx-b32", "titanrtx", .096, .98},
		{"help-titanxp-b64", "titanxp", .042, .99}, // from Turing cards, and Pascal cards elsewhere
		{"p40-b64", "p40", .099, .995}, {"rtx2080ti-b64", "rtx2080ti", .049, .99},
	} {
		sheet, err := gpu.ByID(c.id)
		if err != nil {
			t.Fatal(err)
		}
		e, err := catalog.Find(c.set)
		if err != nil {
			t.Fatal(err)
		}
		spec := hardware.SpecOf(sheet)
		spec.Batch, spec.Space = e.Batch, e.Space.ID
		p, _, err := catalog.GPUWithout(t.Context(), spec, c.id)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(p.Provenance().Data, c.set) {
			t.Errorf("%s is among what it is predicted from: %s", c.set, p.Provenance().Data)
		}
		set, err := dataset.Open(c.set)
		if err != nil {
			t.Fatal(err)
		}
		pred := make([]float64, set.Rows)
		if err := p.PredictMs(pred, set.Archs()); err != nil {
			t.Fatal(err)
		}
		mape, order := metric.MAPE(pred, set.LatenciesMs()), metric.Spearman(pred, set.LatenciesMs())
		if math.Abs(mape-c.mape) > .02 || order < c.spearman {
			t.Errorf("%s: off by %.3f with rank correlation %.4f, want %v and %v", c.set, mape, order, c.mape, c.spearman)
		}
	}
}

// A card of a generation that no set that ships has, and that chose nothing here: mean
// latencies of HELP's 5,000 networks on a V100, from its files v100_1.pt, v100_32.pt and
// v100_64.pt, are within the intervals; at batch 64 the data sheet alone is off by a fifth at
// most.
func TestUnknownGeneration(t *testing.T) {
	sheet, err := gpu.ByID("v100-pcie")
	if err != nil {
		t.Fatal(err)
	}
	set, err := dataset.Open("help-titanrtx-b64") // for its networks
	if err != nil {
		t.Fatal(err)
	}
	for batch, measured := range map[int]float64{1: 10.31, 32: 12.08, 64: 20.72} {
		spec := hardware.SpecOf(sheet)
		spec.Batch = batch
		p, warnings, err := catalog.GPU(t.Context(), spec)
		if err != nil || len(warnings) == 0 || !strings.Contains(warnings[0].Message, "volta") {
			t.Fatal(warnings, err)
		}
		pred, low, high := make([]float64, set.Rows), make([]float64, set.Rows), make([]float64, set.Rows)
		if err := errors.Join(p.PredictMs(pred, set.Archs()), p.BoundsMs(low, high, set.Archs(), .9)); err != nil {
			t.Fatal(err)
		}
		mean := stat.Mean(pred, nil)
		t.Logf("batch %d: %.2f ms on average, measured %.2f", batch, mean, measured)
		if l, h := stat.Mean(low, nil), stat.Mean(high, nil); !(l < measured && measured < h) {
			t.Errorf("batch %d: %.4g ms is not within %.4g to %.4g", batch, measured, l, h)
		}
		if batch == 64 && math.Abs(mean/measured-1) > .2 {
			t.Errorf("batch 64: %.4g ms on average, measured %.4g", mean, measured)
		}
	}
}

// The law, by its parts: twice the bandwidth is half the time, as far as work decides (a share
// of .963, the mean of the three cards'), down to what the arithmetic takes, two operations for
// each multiply-accumulate and image; an interval's ends are the same factor away, a higher
// level's further; segments add up.
func TestLaw(t *testing.T) {
	spec := hardware.Spec{Name: "a card", Generation: "turing", BandwidthGBs: 500, FP32TFLOPS: 14}
	predict := func(s hardware.Spec) (*hardware.Predictor, []float64, []space.Arch) {
		p, _, err := catalog.GPU(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		archs := []space.Arch{p.Space().Smallest(), p.Space().Largest()}
		ms := make([]float64, len(archs))
		if err := p.PredictMs(ms, archs); err != nil {
			t.Fatal(err)
		}
		return p, ms, archs
	}
	p, one, archs := predict(spec)
	fast := spec
	fast.BandwidthGBs *= 2
	_, two, _ := predict(fast)
	weak := spec
	weak.FP32TFLOPS = 0.01
	_, bound, _ := predict(weak)
	for i, a := range archs {
		if math.Abs(one[i]/two[i]-math.Pow(2, .963)) > 1e-3 {
			t.Errorf("%s: %v ms, %v with twice the bandwidth", a, one[i], two[i])
		}
		if least := 2 * 64 * float64(p.Space().MACs(a)) / 0.01e12 * 1e3; math.Abs(bound[i]/least-1) > 1e-9 {
			t.Errorf("%s: %v ms with hardly any arithmetic, want %v", a, bound[i], least)
		}
		b, err := p.Segments(a)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.
		for _, s := range b.Segments {
			sum += s.Ms
		}
		if math.Abs(sum/one[i]-1) > 1e-9 || len(b.Segments) == 0 {
			t.Errorf("%s: %d segments of %v ms in all, want %v", a, len(b.Segments), sum, one[i])
		}
	}
	low, high := make([]float64, 2), make([]float64, 2)
	before := 1.0
	for _, level := range []float64{.5, .9, .99} {
		if err := p.BoundsMs(low, high, archs, level); err != nil {
			t.Fatal(err)
		}
		for i, ms := range one {
			if f := high[i] / ms; math.Abs(ms/low[i]-f) > 1e-9 || f <= before {
				t.Errorf("level %v: %v to %v around %v", level, low[i], high[i], ms)
			}
		}
		before = high[0] / one[0]
	}
	if err := p.PredictMs(low[:1], []space.Arch{space.FBNet.Reference().Largest()}); err == nil || !strings.Contains(err.Error(), "architecture 0") {
		t.Errorf("a network of another space: %v", err)
	}
}
