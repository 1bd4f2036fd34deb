// Package latpredtest has the conformance suite for predictors, Run, and helpers for tests
// of them. A new kind of predictor that passes Run works with every command.
package latpredtest

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
	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
)

// Run tests that p keeps the contract of latpred.Predictor and of the further interfaces
// that it implements: predictions, storing and loading, intervals, segments, use as a
// source for adapt, and ONNX export. set must have at least 100 rows, all of networks that
// p can predict, and p must not predict those of space proxyless-w1.3.
func Run(t *testing.T, p latpred.Predictor, set *dataset.Set) {
	if !slices.Contains(latpred.Kinds(), p.Kind()) {
		t.Errorf("kind %q is none of %v", p.Kind(), latpred.Kinds())
	}
	want := Predict(t, p, set.Archs())
	conformPredictions(t, p, set, want)
	conformFile(t, p, set, want)
	if b, ok := p.(latpred.IntervalPredictor); ok {
		conformBounds(t, b, set, want)
	}
	conformSource(t, p, set)
	t.Run("ONNX", func(t *testing.T) { RunONNX(t, p, set.Archs()) })
	if s, ok := p.(latpred.SegmentTimer); ok {
		conformSegments(t, s, set, want)
	}
}

// Predict returns p's latencies of archs, milliseconds. An error, or a latency that is not
// finite and above 0, is fatal for the test.
func Predict(t testing.TB, p latpred.Predictor, archs []space.Arch) []float64 {
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

// conformPredictions tests errors, panics, and that single predictions from many goroutines
// equal those of the batch.
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
	if err := p.PredictMs(make([]float64, 2), bad); err == nil || !strings.Contains(err.Error(), "architecture 1") {
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

// conformFile saves and loads p: predictions, kind, provenance and intervals must come back
// bit for bit.
func conformFile(t *testing.T, p latpred.Predictor, set *dataset.Set, want []float64) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "m.latpred")
	if err := modelfile.Save(file, p); err != nil {
		t.Fatal(err)
	}
	back, err := catalog.Load(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	if got := Predict(t, back, set.Archs()); !reflect.DeepEqual(got, want) {
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
	if from := p.Provenance(); p.Kind() != latpred.KindLookup && from.Split == nil && from.Sources == nil {
		t.Error("the provenance does not tell which rows were seen")
	} else if s := from.Split; s != nil && (s.Train != from.Rows || s.Train+s.Validation+s.Test > s.Rows) {
		t.Errorf("a split of %d rows: %d for training of %d, %d, %d", s.Rows, s.Train, from.Rows, s.Validation, s.Test)
	}
	if bounder, ok := p.(latpred.IntervalPredictor); ok {
		low, high := Bounds(t, bounder, set.Archs(), .9)
		lowBack, highBack := Bounds(t, back.(latpred.IntervalPredictor), set.Archs(), .9)
		if !reflect.DeepEqual(low, lowBack) || !reflect.DeepEqual(high, highBack) {
			t.Error("a loaded predictor has other intervals")
		}
	}
}

// Bounds returns p's intervals of a level for archs, milliseconds; nil if p has none
// (latpred.ErrNoInterval). Any other error is fatal for the test.
func Bounds(t testing.TB, p latpred.IntervalPredictor, archs []space.Arch, level float64) (low, high []float64) {
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

// conformBounds tests that intervals contain the prediction, and those of higher levels the
// ones of lower levels.
func conformBounds(t *testing.T, p latpred.IntervalPredictor, set *dataset.Set, want []float64) {
	t.Helper()
	conformBacking(t, p, set)
	low, high := Bounds(t, p, set.Archs(), .5)
	wideLow, wideHigh := Bounds(t, p, set.Archs(), .95)
	for i, ms := range want {
		if low == nil {
			break
		}
		if !(0 <= wideLow[i] && wideLow[i] <= low[i] && low[i] <= ms && ms <= high[i] && high[i] <= wideHigh[i] && wideHigh[i] > wideLow[i]) {
			t.Fatalf("row %d: %v in [%v, %v] in [%v, %v]", i, ms, low[i], high[i], wideLow[i], wideHigh[i])
		}
	}
}

// conformBacking tests what p says of the levels of its intervals, if it says anything:
// bounds are finite up to the highest level that its errors support, and above it have no
// end or are wider the higher the level is.
func conformBacking(t *testing.T, p latpred.IntervalPredictor, set *dataset.Set) {
	t.Helper()
	backed, ok := p.(latpred.BackedIntervals)
	if !ok {
		return
	}
	archs, backing := set.Archs()[:20], backed.Backing()
	if low, _ := Bounds(t, p, archs, .5); low == nil {
		if backing != (latpred.Backing{}) {
			t.Errorf("no intervals, backed by %+v", backing)
		}
		return
	}
	highest := backing.Highest()
	if backing.N < 0 || backing.Of == "" || len(latpred.Doubts(p, (1+highest)/2)) != 1 {
		t.Errorf("backing %+v: a level above %v is not doubted", backing, highest)
	}
	var before []float64 // ends of the last level
	for _, level := range []float64{highest, highest + .5*(1-highest), highest + .75*(1-highest), highest + .9999*(1-highest)} {
		if level == 0 {
			continue
		}
		_, high := Bounds(t, p, archs, level)
		for i, ms := range high {
			endless := math.IsInf(ms, 1)
			if level == highest && endless || level > highest && (!backing.Assumed || backing.Refused) && !endless || before != nil && !endless && !(ms > before[i]) {
				t.Fatalf("row %d, level %v: the interval ends at %v, %+v", i, level, ms, backing)
			}
		}
		before = high
	}
}

// conformSegments tests that the segments' times add up to the prediction.
func conformSegments(t *testing.T, p latpred.SegmentTimer, set *dataset.Set, want []float64) {
	t.Helper()
	for i, a := range set.Archs()[:20] {
		b, err := p.Segments(a)
		if err != nil {
			t.Fatal(err)
		}
		var sum float64
		for _, s := range b.Segments {
			// Stem, head and first layers have been shared out by AllocateFixed: exactly, where
			// times don't depend on other layers.
			if s.Layer <= 0 && s.Ms < -1e-3*b.TrueMs {
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

// conformSource adapts with p as the only source to a simulated device that takes three
// times as long: the adapted predictor must be accurate, and survive storing and loading.
func conformSource(t *testing.T, p latpred.Predictor, set *dataset.Set) {
	t.Helper()
	of, err := set.Space()
	if err != nil {
		t.Fatal(err)
	}
	s, err := adapt.SourceOf(t.Context(), "mine", p, of)
	if err != nil {
		t.Fatal(err)
	}
	slow := set.Subset(Seq(100))
	for i, row := range slow.Samples {
		ms, err := s.PassMs(row.Arch)
		if errors.Is(err, transfer.ErrNoTimes) {
			one := make([]float64, 1)
			err = latpred.PassMs(p, one, []space.Arch{row.Arch})
			ms = one[0]
		}
		if err != nil {
			t.Fatal(err)
		}
		slow.Samples[i].LatencyMs = 3 * ms
	}
	adapted, _, err := adapt.Adapt(t.Context(), []*transfer.Source{s}, slow.Subset(Seq(20)), adapt.Config{})
	if err != nil {
		t.Fatal(err)
	}
	got := Predict(t, adapted, slow.Archs())
	if e := metric.MAPE(got, slow.LatenciesMs()); e > .003 {
		t.Errorf("three times the source is missed by %.2f %%", 100*e)
	}
	conformFile(t, adapted, slow, got)
}

// Seq returns 0 to n−1.
func Seq(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
