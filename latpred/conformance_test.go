package latpred_test

import (
	"encoding/json"
	"errors"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/fewshot"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// kinds makes a predictor of each kind, all of rows of p40-b64.
func kinds(t *testing.T) (map[string]latpred.Predictor, *dataset.Set) {
	t.Helper()
	network, set := trained(t)
	out := map[string]latpred.Predictor{latpred.KindPaper: network}
	table, _, err := latpred.TrainTable(t.Context(), set, set.SplitFileOrder(), latpred.TableConfig{})
	if err != nil {
		t.Fatal(err)
	}
	out[latpred.KindTable] = table
	large, err := dataset.Open("p40-b64")
	if err != nil {
		t.Fatal(err)
	}
	sources, err := latpred.Sources(t.Context(), []string{"note10", "rtx2080ti-b64"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	adapted, _, err := latpred.Adapt(t.Context(), sources, set.Subset(seqTo(12)), latpred.AdaptConfig{})
	if err != nil {
		t.Fatal(err)
	}
	out[latpred.KindAdapted] = adapted
	hybrid, _, err := latpred.TrainTable(t.Context(), large, dataset.Split{Train: seqTo(2000), Validation: seqTo(2400)[2000:]}, latpred.TableConfig{NoQueue: true, Hybrid: true})
	if err != nil {
		t.Fatal(err)
	}
	out[latpred.KindHybrid] = hybrid
	hardware, _, err := latpred.ForGPU(t.Context(), latpred.GPUSpec{Name: "like a P40", Generation: "pascal", BandwidthGBs: 400, FP32TFLOPS: 12, Space: "mbv3-w1.0"})
	if err != nil {
		t.Fatal(err)
	}
	out[latpred.KindHardware] = hardware
	return out, set
}

// TestPredictorConformance holds every kind to the contract of Predictor, and of
// what else it offers.
func TestPredictorConformance(t *testing.T) {
	all, set := kinds(t)
	for kind, p := range all {
		t.Run(kind, func(t *testing.T) {
			if p.Kind() != kind || !slices.Contains(latpred.Kinds(), kind) {
				t.Errorf("it says that it is %q", p.Kind())
			}
			want := predict(t, p, set.Archs())
			conformPredictions(t, p, set, want)
			conformFile(t, p, set, want)
			if b, ok := p.(latpred.Bounder); ok {
				conformBounds(t, b, set, want)
			}
			conformSource(t, p, set)
			t.Run("ONNX", func(t *testing.T) { conformONNX(t, p, set.Archs()) })
			if s, ok := p.(latpred.SegmentTimer); ok {
				conformSegments(t, s, set, want)
			}
		})
	}
}

func predict(t *testing.T, p latpred.Predictor, archs []space.Arch) []float64 {
	t.Helper()
	out := make([]float64, len(archs))
	if err := p.PredictMs(out, archs); err != nil {
		t.Fatal(err)
	}
	for i, ms := range out {
		if !(ms > 0) || math.IsInf(ms, 0) {
			t.Fatalf("row %d is %v ms", i, ms)
		}
	}
	return out
}

func conformPredictions(t *testing.T, p latpred.Predictor, set *dataset.Set, want []float64) {
	t.Helper()
	if err := p.PredictMs(nil, nil); err != nil {
		t.Errorf("no architectures: %v", err)
	}
	s, err := space.ByID("proxyless-w1.3")
	if err != nil {
		t.Fatal(err)
	}
	bad := []space.Arch{set.Samples[0].Arch, s.Sample(random.Stream(1, ""))}
	if err := p.PredictMs(make([]float64, 2), bad); err == nil || !strings.Contains(err.Error(), "architecture 1: ") {
		t.Errorf("an architecture of another space: %v", err)
	}
	var group sync.WaitGroup
	for range 8 { // one row at a time, from many goroutines
		group.Go(func() {
			one := make([]float64, 1)
			for i, a := range set.Archs()[:50] {
				if err := p.PredictMs(one, []space.Arch{a}); err != nil || math.Abs(one[0]-want[i]) > 1e-4 {
					t.Errorf("row %d alone: %v, %v, want %v", i, one[0], err, want[i])
				}
			}
		})
	}
	group.Wait()
	defer func() {
		if recover() == nil {
			t.Error("room for 1 latency of 2 architectures: no panic")
		}
	}()
	_ = p.PredictMs(make([]float64, 1), set.Archs()[:2])
}

// conformFile saves and loads: everything comes back to the bit.
func conformFile(t *testing.T, p latpred.Predictor, set *dataset.Set, want []float64) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "m.latpred")
	if err := latpred.Save(file, p); err != nil {
		t.Fatal(err)
	}
	back, err := latpred.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := predict(t, back, set.Archs()); !reflect.DeepEqual(got, want) {
		t.Error("a loaded predictor predicts otherwise")
	}
	a, _ := json.Marshal(p.Provenance())
	b, _ := json.Marshal(back.Provenance())
	if back.Kind() != p.Kind() || string(a) != string(b) {
		t.Errorf("%s %s came back as %s %s", p.Kind(), a, back.Kind(), b)
	}
	if from := p.Provenance(); from.Device == "" || len(from.DataHash) != 64 || from.Rows == 0 || from.Versions["go"] == "" {
		t.Errorf("provenance %s", a)
	}
	if bounder, ok := p.(latpred.Bounder); ok {
		low, high := bounds(t, bounder, set.Archs(), .9)
		lowBack, highBack := bounds(t, back.(latpred.Bounder), set.Archs(), .9)
		if !reflect.DeepEqual(low, lowBack) || !reflect.DeepEqual(high, highBack) {
			t.Error("a loaded predictor has other intervals")
		}
	}
}

func bounds(t *testing.T, p latpred.Bounder, archs []space.Arch, level float64) (low, high []float64) {
	t.Helper()
	low, high = make([]float64, len(archs)), make([]float64, len(archs))
	if err := p.BoundsMs(low, high, archs, level); err != nil {
		if errors.Is(err, latpred.ErrNoInterval) {
			return nil, nil
		}
		t.Fatal(err)
	}
	return low, high
}

// conformBounds wants the prediction inside, and wider intervals at higher levels.
func conformBounds(t *testing.T, p latpred.Bounder, set *dataset.Set, want []float64) {
	t.Helper()
	low, high := bounds(t, p, set.Archs(), .5)
	wideLow, wideHigh := bounds(t, p, set.Archs(), .95)
	for i, ms := range want {
		if low == nil {
			break
		}
		if !(0 <= wideLow[i] && wideLow[i] <= low[i] && low[i] <= ms && ms <= high[i] && high[i] <= wideHigh[i] && wideHigh[i] > wideLow[i]) {
			t.Fatalf("row %d: %v in [%v, %v] in [%v, %v]", i, ms, low[i], high[i], wideLow[i], wideHigh[i])
		}
	}
}

// conformSegments wants the parts to be the whole.
func conformSegments(t *testing.T, p latpred.SegmentTimer, set *dataset.Set, want []float64) {
	t.Helper()
	for i, a := range set.Archs()[:20] {
		b, err := p.Segments(a)
		if err != nil {
			t.Fatal(err)
		}
		var sum float64
		for _, s := range b.Segments {
			if s.Layer <= 0 && s.Ms < 0 { // what all networks share has been divided up
				t.Errorf("%s of %s takes %v ms", s.Name, a, s.Ms)
			}
			sum += s.Ms
		}
		if len(b.Segments) != a.Blocks()+2 || math.Abs(sum-b.TrueMs) > 1e-9*sum {
			t.Errorf("%d segments of %d blocks sum up to %v of %v ms", len(b.Segments), a.Blocks(), sum, b.TrueMs)
		}
		if math.Abs(b.LabelMs-want[i]) > 1e-9*want[i] || !b.HostLimited && math.Abs(b.TrueMs-b.LabelMs) > 1e-9*sum {
			t.Errorf("row %d: %+v, predicted %v", i, b, want[i])
		}
	}
}

// conformSource adapts from the predictor to a device that is three times as slow: it
// is found, whatever the predictor's kind, and comes back from its file.
func conformSource(t *testing.T, p latpred.Predictor, set *dataset.Set) {
	t.Helper()
	s, err := latpred.SourceOf(t.Context(), "mine", p)
	if err != nil {
		t.Fatal(err)
	}
	slow := set.Subset(seqTo(100))
	for i, row := range slow.Samples {
		ms, err := s.PassMs(row.Arch)
		if err != nil {
			t.Fatal(err)
		}
		slow.Samples[i].LatencyMs = 3 * ms
	}
	adapted, _, err := latpred.Adapt(t.Context(), []fewshot.Source{s}, slow.Subset(seqTo(20)), latpred.AdaptConfig{})
	if err != nil {
		t.Fatal(err)
	}
	got := predict(t, adapted, slow.Archs())
	if e := metric.MAPE(got, slow.LatenciesMs()); e > .003 {
		t.Errorf("three times the source is missed by %.2f %%", 100*e)
	}
	conformFile(t, adapted, slow, got)
}
