package hardware_test

import (
	"context"
	"errors"
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
	for _, bad := range []string{`{}`, `{"bandwidth":600}`, `{"bandwidth_gb_per_s":-1,"fp32_tflops":14}`, `nonsense`, `{"id":"gtx9000","bandwidth_gb_per_s":600,"fp32_tflops":14}`} {
		if _, err := hardware.ParseSpec([]byte(bad)); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
	if _, _, err := catalog.GPU(t.Context(), hardware.Spec{BandwidthGBs: 600, FP32TFLOPS: 14, Batch: 7}); err == nil || !strings.Contains(err.Error(), "batches [1 32 64]") {
		t.Errorf("batch 7: %v", err)
	}
}

// The law by hand, for cards of equal bandwidth whose level hardly has a prior. What two
// cards differ by is the difference of their effects, which is all that is uncertain; a
// generation's effect that is seen in another space counts for what it explains there.
func TestScales(t *testing.T) {
	const work, other = 64, 32 // batch sizes, by what is measured at them
	s, err := space.ByID("mbv3-w1.0")
	if err != nil {
		t.Fatal(err)
	}
	measured := func(id, generation, spaceID string, batch int, logMs, share float64) hardware.Measured {
		return hardware.Measured{Name: id, GPU: gpu.Spec{ID: id, Generation: generation, BandwidthGBs: 600, FP32TFLOPS: 14},
			Space: spaceID, Batch: batch, Scale: &hardware.Scale{LogMs: logMs, Work: share}, Learn: cardModel(t, s)}
	}
	const generation, inSpace, card, host, noise = .34 * .34, .1 * .1, .1 * .1, .35 * .35, .03 * .03
	turing := measured("a", "turing", s.ID, work, 3, 1)
	elsewhere := []hardware.Measured{turing, measured("b", "turing", "fbnet-cifar100", other, 2, 1), measured("c", "pascal", "fbnet-cifar100", other, 2.4, 1)}
	for _, c := range []struct {
		name       string
		measured   []hardware.Measured
		generation string
		off        float64 // logarithm of what it takes, beyond the measured card
		square     float64 // of the standard deviation
	}{
		{"same generation", []hardware.Measured{turing}, "turing", 0, 2 * (card + noise)},
		{"other generation", []hardware.Measured{turing}, "pascal", 0, 2 * (generation + inSpace + card + noise)},
		{"launches decide", []hardware.Measured{measured("a", "turing", s.ID, work, 3, 0)}, "turing", 0, 2 * (host + noise)},
		{"other generation, known elsewhere", elsewhere, "pascal", .4 * generation / (generation + inSpace + card + noise),
			2 * (generation + inSpace + card + noise - generation*generation/(generation+inSpace+card+noise))},
	} {
		spec := hardware.Spec{Name: "new", Generation: c.generation, BandwidthGBs: 600, FP32TFLOPS: 14, Batch: work, Space: s.ID}
		p, _, err := hardware.For(t.Context(), spec, c.measured)
		if err != nil {
			t.Fatal(err)
		}
		a := []space.Arch{s.Largest()}
		pred, low, high := make([]float64, 1), make([]float64, 1), make([]float64, 1)
		if err := errors.Join(p.PredictMs(pred, a), p.BoundsMs(low, high, a, .9)); err != nil {
			t.Fatal(err)
		}
		if got, want := math.Log(high[0]/pred[0])/1.6448536, math.Sqrt(c.square+.05*.05); math.Abs(got/want-1) > .01 {
			t.Errorf("%s: standard deviation %.4f, want %.4f", c.name, got, want)
		}
		learnt, err := cardModel(t, s)(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		own, err := hardware.ScaleOf(s, learnt.Model)
		if err != nil {
			t.Fatal(err)
		}
		r, err := learnt.Model.Read(a[0], 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := math.Log(pred[0]/r.TrueMs) + own.LogMs - 3; math.Abs(got-c.off) > .005 {
			t.Errorf("%s: e^%.4f times as long, want e^%.4f", c.name, got, c.off)
		}
	}
}

// cardModel learns the table of a simulated card.
func cardModel(t *testing.T, s *space.Space) func(context.Context) (hardware.Learnt, error) {
	archs := simulated.Archs(s, random.Stream(1, "gpus"), 600)
	m, _, err := pass.Fit(archs, simulated.Card.MeasureMs(s, archs, nil), pass.Config{Basis: pass.Tied(s.Resolutions)})
	if err != nil {
		t.Fatal(err)
	}
	return func(context.Context) (hardware.Learnt, error) { return hardware.Learnt{Model: m, Rows: 1}, nil }
}

// A model's own times give its scale, as they do without one in the table that ships.
func TestScaleOf(t *testing.T) {
	s, err := space.ByID("mbv3-w1.0")
	if err != nil {
		t.Fatal(err)
	}
	learnt, err := cardModel(t, s)(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	scale, err := hardware.ScaleOf(s, learnt.Model)
	if err != nil {
		t.Fatal(err)
	}
	ms := make([]float64, 2)
	if err := learnt.Model.LabelsMs(ms, []space.Arch{s.Smallest(), s.Largest()}, nil); err != nil {
		t.Fatal(err)
	}
	if mean := math.Exp(scale.LogMs); !(mean > ms[0] && mean < ms[1]) || scale.Work < .5 || scale.Work > 1 {
		t.Errorf("%+v: a card whose networks take %v ms", scale, ms)
	}
}
