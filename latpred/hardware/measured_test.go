package hardware_test

import (
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/gpu"
	"github.com/ofalat/ofalat/latpred/hardware"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/stat"
)

// Every set of a GPU, predicted from all other GPUs with no measurement, one and two, at ten
// draws: intervals of 90 % hold about that on average over sets, and where GPUs of a site have
// the same order one measurement leaves a few per cent.
func TestMeasured(t *testing.T) {
	held, off := map[int][]float64{}, map[string]float64{} // coverage by measurements; MAPE after one
	for _, info := range dataset.Index() {
		if info.GPU == "" || slices.Contains([]string{"rtx2080ti-b64-fixed", "p40-b64-fixed"}, info.Name) { // labels that ignore the resolution
			continue
		}
		p, set := leftOut(t, info)
		if p == nil {
			continue
		}
		for n := range 3 {
			for draw := range 10 {
				rows := random.Stream(uint64(draw), "left-out GPUs").Perm(set.Rows)
				known := p
				if n > 0 {
					learn := set.Subset(rows[:n])
					var err error
					if known, _, err = p.Measured(learn.Archs(), learn.LatenciesMs(), latpred.Source{Data: set.Name}); err != nil {
						t.Fatal(err)
					}
				}
				mape, share := judged(t, known, set.Subset(rows[n:n+200]))
				held[n] = append(held[n], share)
				if n == 1 {
					off[info.Name] += mape / 10
				}
			}
		}
	}
	for n, shares := range held {
		t.Logf("%d measurements: %.3f", n, stat.Mean(shares, nil))
		if mean := stat.Mean(shares, nil); mean < .88 || mean > .97 {
			t.Errorf("%d measurements: intervals of 90 %% hold %.3f", n, mean)
		}
	}
	for name, most := range map[string]float64{"help-titanrtx-b64": .02, "help-rtx2080ti-b64": .05, "help-titanxp-b64": .08, "p40-b64": .07, "rtx2080ti-b64": .07, "fbnet-titanrtx-b1": .01, "fbnet-1080ti-b32": .04} {
		if !(off[name] > 0 && off[name] < most) {
			t.Errorf("%s: off by %.3f after one measurement, want less than %v", name, off[name], most)
		}
	}
}

// leftOut predicts the GPU of a set from all others; nil if no other was measured there.
func leftOut(t *testing.T, info dataset.Info) (*hardware.Predictor, *dataset.Set) {
	t.Helper()
	sheet, err := gpu.ByID(info.GPU)
	if err != nil {
		t.Fatal(err)
	}
	spec := hardware.SpecOf(sheet)
	spec.Space, spec.Batch = info.SpaceID, info.Batch
	p, _, err := catalog.GPUWithout(t.Context(), spec, info.GPU)
	if err != nil {
		return nil, nil
	}
	set, err := dataset.Open(info.Name)
	if err != nil {
		t.Fatal(err)
	}
	return p, set
}

// judged gives the relative error of a predictor and the share of rows in its 90 % interval.
func judged(t *testing.T, p *hardware.Predictor, rows *dataset.Set) (mape, held float64) {
	t.Helper()
	pred, low, high := make([]float64, rows.Rows), make([]float64, rows.Rows), make([]float64, rows.Rows)
	if err := p.PredictMs(pred, rows.Archs()); err != nil {
		t.Fatal(err)
	}
	if err := p.BoundsMs(low, high, rows.Archs(), .9); err != nil {
		t.Fatal(err)
	}
	held, _ = metric.Coverage(low, high, rows.LatenciesMs())
	return metric.MAPE(pred, rows.LatenciesMs()), held
}

// Measurements move the scale to what they say and narrow the interval, whichever way they
// point; a predictor with them is the same after it was saved. The one without is not changed.
func TestMeasuredScale(t *testing.T) {
	p, _, err := catalog.GPU(t.Context(), hardware.Spec{Name: "a card", Generation: "ampere", BandwidthGBs: 500, FP32TFLOPS: 14})
	if err != nil {
		t.Fatal(err)
	}
	archs := []space.Arch{p.Space().Smallest(), p.Space().Largest(), p.Space().Uniform(192, 4)}
	before := make([]float64, 3)
	if err := p.PredictMs(before, archs); err != nil {
		t.Fatal(err)
	}
	for _, factor := range []float64{.7, 1, 1.5} {
		ms := slices.Clone(before)
		for i := range ms {
			ms[i] *= factor
		}
		known, warnings, err := p.Measured(archs[:2], ms[:2], latpred.Source{Data: "mine.csv", DataHash: "1"})
		if err != nil || len(warnings) > 0 {
			t.Fatal(err, warnings)
		}
		got, low, high := make([]float64, 3), make([]float64, 3), make([]float64, 3)
		if err := known.PredictMs(got, archs); err != nil {
			t.Fatal(err)
		}
		if err := known.BoundsMs(low, high, archs, .9); err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if math.Abs(got[i]/ms[i]-1) > .01 || !(low[i] < ms[i] && ms[i] < high[i] && high[i] < 1.4*low[i]) {
				t.Errorf("%v times as long: %.4g ms, from %.4g to %.4g, want %.4g", factor, got[i], low[i], high[i], ms[i])
			}
		}
		models, scales := known.Parts() // what an export is made of
		product := 1.
		for k, m := range models {
			r, err := m.Read(archs[1], m.Queue.HostState)
			if err != nil {
				t.Fatal(err)
			}
			product *= scales[k] * r.TrueMs
		}
		if mean := math.Pow(product, 1/float64(len(models))); math.Abs(mean/got[1]-1) > 1e-9 {
			t.Errorf("parts give %v ms, the predictor %v", mean, got[1])
		}
		from := known.Provenance()
		if known.Rows() != 2 || known.Backing().N != 2 || from.Sources[len(from.Sources)-1].Data != "mine.csv" || from.Rows != p.Provenance().Rows+2 {
			t.Errorf("known of it: %d rows, %+v", known.Rows(), from)
		}
		more, _, err := known.Measured(archs, ms, latpred.Source{Data: "more.csv"})
		if err != nil {
			t.Fatal(err)
		}
		if again := more.Provenance(); again.Rows != p.Provenance().Rows+3 || len(again.Sources) != len(from.Sources) || again.Recipe["measurements"] != "3" {
			t.Errorf("measured anew: %+v", again)
		}
		file := filepath.Join(t.TempDir(), "card.latpred")
		if err := modelfile.Save(file, known); err != nil {
			t.Fatal(err)
		}
		again, err := modelfile.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		l, h := make([]float64, 3), make([]float64, 3)
		if err := again.(latpred.IntervalPredictor).BoundsMs(l, h, archs, .9); err != nil || !slices.Equal(l, low) || !slices.Equal(h, high) {
			t.Errorf("read again: %v to %v, want %v to %v (%v)", l, h, low, high, err)
		}
	}
	after := make([]float64, 3)
	if err := p.PredictMs(after, archs); err != nil || !slices.Equal(after, before) {
		t.Errorf("the predictor itself has changed: %v, %v (%v)", after, before, err)
	}
}

// A file of an earlier version, which knows nothing of single networks, takes measurements.
func TestMeasuredBefore(t *testing.T) {
	p, err := modelfile.Load("../testdata/written-before/hardware-turing.latpred")
	if err != nil {
		t.Fatal(err)
	}
	h := p.(*hardware.Predictor)
	one := []space.Arch{h.Space().Largest()}
	ms, low, high := make([]float64, 1), make([]float64, 1), make([]float64, 1)
	if err := h.PredictMs(ms, one); err != nil {
		t.Fatal(err)
	}
	want := 1.3 * ms[0]
	known, _, err := h.Measured(one, []float64{want}, latpred.Source{Data: "mine.csv"})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(known.PredictMs(ms, one), known.BoundsMs(low, high, one, .9)); err != nil || math.Abs(ms[0]/want-1) > .05 || !(low[0] < want && want < high[0]) {
		t.Errorf("%v ms, from %v to %v, want %v (%v)", ms[0], low[0], high[0], want, err)
	}
}

// Measurements that can't be are errors; such as are hardly likely are doubted.
func TestMeasuredFaults(t *testing.T) {
	p, _, err := catalog.GPU(t.Context(), hardware.Spec{Name: "a card", Generation: "turing", BandwidthGBs: 500, FP32TFLOPS: 14})
	if err != nil {
		t.Fatal(err)
	}
	one := []space.Arch{p.Space().Largest()}
	for want, c := range map[string]struct {
		archs []space.Arch
		ms    []float64
	}{
		"no measurements":             {nil, nil},
		"measurement 1: -1 is no lat": {one, []float64{-1}},
		"NaN is no latency":           {one, []float64{math.NaN()}},
		"faster than 14 teraflops":    {one, []float64{.05}},
		"measurement 1: mbv3":         {[]space.Arch{space.FBNet.Reference().Largest()}, []float64{5}},
	} {
		if _, _, err := p.Measured(c.archs, c.ms, latpred.Source{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q: %v", want, err)
		}
	}
	_, warnings, err := p.Measured(one, []float64{800}, latpred.Source{})
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0].Message, "times as long as its data sheet") {
		t.Errorf("ten times as long: %v (%v)", warnings, err)
	}
}
