package additive

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/audit"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// A made-up card is known to within a part of its noise; no queue is imagined; and the
// 90 % interval holds nine of ten rows, those of each fifth of the predictions too.
func TestTrainOnAMadeUpCard(t *testing.T) {
	set := measured(t, noisy(), 2400, nil)
	p, report := train(t, set, Config{})
	if !p.Model().Queue.None() || p.Kind() != latpred.KindTable || len(report.Tried) < 6 || report.Warnings != nil {
		t.Errorf("%s with a queue of %d, %d tried, %v", p.Kind(), p.Model().Queue.Depth, len(report.Tried), report.Warnings)
	}
	best := slices.MinFunc(report.Tried, func(a, b Trial) int { return int(math.Copysign(1, a.MAEMs-b.MAEMs)) })
	if p.Provenance().Recipe["basis"] != best.Basis || p.Provenance().Device != "made-up" || p.Provenance().Rows != 1680 {
		t.Errorf("%+v, the best is %+v", p.Provenance(), best)
	}
	quiet := noisy()
	quiet.NoisePart = 0
	test := set.Subset(set.SplitFileOrder().Test)
	truth := quiet.MeasureMs(mobileNet(t), test.Archs(), nil)
	if e := metric.MAPE(predict(t, p, test.Archs()), truth); e > .005 {
		t.Errorf("mean relative error %.4f, noise .01", e)
	}
	low, high := make([]float64, test.Rows), make([]float64, test.Rows)
	if err := p.BoundsMs(low, high, test.Archs(), .9); err != nil {
		t.Fatal(err)
	}
	if share, _ := metric.Coverage(low, high, test.LatenciesMs()); math.Abs(share-.9) > .07 { // 360 rows: standard error .016; 180 that calibrate: .022
		t.Errorf("the 90 %% interval holds %.3f", share)
	}
}

// The same rows in microseconds make a table a thousand times as large, and the same
// choice, where relative errors count.
func TestTrainInOtherUnits(t *testing.T) {
	set := measured(t, noisy(), 600, nil)
	us := measured(t, noisy(), 600, func(_ int, _ space.Arch, ms float64) float64 { return 1000 * ms })
	c := Config{Recipe: pass.Config{Basis: pass.Shape(mobileNet(t).Resolutions, false), Relative: true}}
	one, _ := train(t, set, c)
	two, _ := train(t, us, c)
	a, b := predict(t, one, set.Archs()[:50]), predict(t, two, set.Archs()[:50])
	for i := range a {
		if math.Abs(b[i]/a[i]/1000-1) > 1e-6 {
			t.Fatalf("%v ms, %v µs", a[i], b[i])
		}
	}
	low, high := make([]float64, 1), make([]float64, 1)
	if err := two.BoundsMs(low, high, set.Archs()[:1], .9); err != nil {
		t.Fatal(err)
	}
	l, h := make([]float64, 1), make([]float64, 1)
	if err := one.BoundsMs(l, h, set.Archs()[:1], .9); err != nil || math.Abs((high[0]-low[0])/(h[0]-l[0])/1000-1) > 1e-6 {
		t.Errorf("intervals of %v and %v, %v", h[0]-l[0], high[0]-low[0], err)
	}
}

// First rows that a cold device spoils are left out, and a warning says which.
func TestColdStartIsLeftOut(t *testing.T) {
	rng := random.Stream(2, "cold")
	set := measured(t, noisy(), 1500, func(i int, _ space.Arch, ms float64) float64 {
		if i < audit.WarmUpRows {
			ms *= 1.2 + .2*rng.Float64()
		}
		return ms
	})
	c := Config{Recipe: pass.Config{Basis: pass.Shape(mobileNet(t).Resolutions, false), Relative: true}}
	p, report := train(t, set, c)
	if len(report.Warnings) != 1 || report.Warnings[0].Kind != latpred.WarnWarmUp || len(report.Warnings[0].Rows) != audit.WarmUpRows {
		t.Fatalf("%+v", report.Warnings)
	}
	if rows := p.Provenance().Rows; rows != 1050-audit.WarmUpRows {
		t.Errorf("learnt from %d rows", rows)
	}
	if _, report = train(t, measured(t, noisy(), 1500, nil), c); report.Warnings != nil {
		t.Errorf("a warm device: %+v", report.Warnings)
	}
}

// queued is a card seen by a clock that does not wait, its host slower at some rows.
func queued(t *testing.T, n int, slow func(row int) bool) *dataset.Set {
	t.Helper()
	d := noisy()
	d.LayerMs, d.GMACs, d.GValues, d.NoisePart = .3, 20, 2, 0
	plain := measured(t, d, 1200, nil)
	m, _, err := pass.Fit(plain.Archs(), plain.LatenciesMs(), pass.Config{Basis: pass.Tied(mobileNet(t).Resolutions), Rounds: 2})
	if err != nil {
		t.Fatal(err)
	}
	m.Queue = pass.Queue{Depth: 917, LaunchMs: []float64{.022, .029}, OffsetMs: []float64{0, 0}}
	rng := random.Stream(3, "queued")
	return measured(t, d, n, func(i int, a space.Arch, _ float64) float64 {
		state := 0
		if slow(i) {
			state = 1
		}
		r, err := m.Read(a, state)
		if err != nil {
			t.Fatal(err)
		}
		return r.LabelMs * (1 + .002*rng.NormFloat64())
	})
}

// A launch queue shows in the labels: its depth is found to a few launches, and tables
// that know it explain rows that were left out better.
func TestQueueIsFound(t *testing.T) {
	set := queued(t, 1500, func(int) bool { return false })
	p, report := train(t, set, Config{})
	q := p.Model().Queue
	if q.None() || math.Abs(float64(q.Depth-917)) > 60 || math.Abs(q.LaunchMs[0]/.022-1) > .05 {
		t.Errorf("queue %+v", q)
	}
	without := math.Inf(1)
	for _, trial := range report.Tried {
		if trial.QueueDepth == 0 {
			without = min(without, trial.MAEMs)
		}
	}
	test := set.Subset(set.SplitFileOrder().Test)
	if e := metric.MAE(predict(t, p, test.Archs()), test.LatenciesMs()); e > without/2 {
		t.Errorf("MAE %.4f ms, without a queue %.4f", e, without)
	}
	passes, labels := make([]float64, test.Rows), predict(t, p, test.Archs())
	if err := p.PassMs(passes, test.Archs()); err != nil {
		t.Fatal(err)
	}
	for i := range passes {
		if labels[i] > passes[i]*(1+1e-9) {
			t.Fatalf("a label of %v ms of a pass of %v", labels[i], passes[i])
		}
	}
	if p, _ = train(t, set, Config{NoQueue: true}); !p.Model().Queue.None() {
		t.Error("a queue, though there was to be none")
	}
}

// Followed row by row, a host that changes is worth more than one that is taken as it
// was; and the interval follows.
func TestFollow(t *testing.T) {
	// Learnt from 840 rows, the host's state taken from the next 180, judged on 180.
	set := queued(t, 1200, func(row int) bool { return row >= 400 && row < 700 || row >= 1110 })
	p, _ := train(t, set, Config{Recipe: pass.Config{Basis: pass.Shape(mobileNet(t).Resolutions, false), Relative: true, QueueDepth: 917, States: 2, LaunchMs: .02}})
	test := set.Subset(set.SplitFileOrder().Test)
	pred, low, high := make([]float64, test.Rows), make([]float64, test.Rows), make([]float64, test.Rows)
	if err := p.FollowMs(pred, low, high, test, .9); err != nil {
		t.Fatal(err)
	}
	fixed, followed := metric.MAE(predict(t, p, test.Archs()), test.LatenciesMs()), metric.MAE(pred, test.LatenciesMs())
	t.Logf("followed MAE %.4f ms, not followed %.4f", followed, fixed)
	if followed > fixed/2 {
		t.Errorf("followed MAE %.4f ms, not followed %.4f", followed, fixed)
	}
	if share, _ := metric.Coverage(low, high, test.LatenciesMs()); share < .75 {
		t.Errorf("the interval holds %.2f", share)
	}
	if err := NewTable(p.Model(), nil, latpred.Provenance{}).FollowMs(pred, low, high, test, .9); !errors.Is(err, latpred.ErrNoInterval) {
		t.Errorf("without an interval: %v", err)
	}
}

// Where latencies are no sums, a correction is learnt, helps, never makes a prediction
// less than a fiftieth of its table, and comes back from a file to the bit.
func TestCorrection(t *testing.T) {
	set := measured(t, noisy(), 1500, func(_ int, a space.Arch, ms float64) float64 {
		if a.Resolution >= 208 && a.Blocks() > 15 {
			ms *= 1.08 // caches overflow
		}
		return ms
	})
	c := Config{NoQueue: true, Hybrid: true, Recipe: pass.Config{Basis: pass.Shape(mobileNet(t).Resolutions, false), Relative: true}}
	p, _ := train(t, set, c)
	if p.Kind() != latpred.KindHybrid || p.Provenance().Recipe["trees"] == "" {
		t.Fatalf("kind %s, %v: this test is of a correction", p.Kind(), p.Provenance().Recipe)
	}
	test := set.Subset(set.SplitFileOrder().Test)
	with := metric.MAPE(predict(t, p, test.Archs()), test.LatenciesMs())
	without := metric.MAPE(predict(t, p.WithoutCorrection(), test.Archs()), test.LatenciesMs())
	if with > .85*without {
		t.Errorf("mean relative error %.4f, without the correction %.4f", with, without)
	}
	a := test.Archs()[0]
	r, err := p.Model().Read(a, 0)
	if err != nil {
		t.Fatal(err)
	}
	forest, unit := p.Correction()
	want := r.LabelMs + unit*forest.Value(correctionRow(nil, a, r))
	if got := predict(t, p, []space.Arch{a})[0]; math.Abs(got-want) > 1e-12 {
		t.Errorf("%v, want %v", got, want)
	}
	far := *p
	far.unitMs = -1e6
	if forest.Value(correctionRow(nil, a, r)) < 0 {
		far.unitMs = 1e6
	}
	if got := predict(t, &far, []space.Arch{a})[0]; got != SmallestPart*r.LabelMs {
		t.Errorf("a correction that goes below 0 gives %v of %v", got, r.LabelMs)
	}
	file := filepath.Join(t.TempDir(), "hybrid")
	if err := modelfile.Save(file, p); err != nil {
		t.Fatal(err)
	}
	again, err := modelfile.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(predict(t, p, test.Archs()), predict(t, again, test.Archs())) {
		t.Error("what comes back from the file predicts something else")
	}
	plain, _ := train(t, measured(t, noisy(), 900, nil), c)
	if plain.Kind() != latpred.KindTable {
		t.Errorf("a device that is a sum of its layers has a correction of %s trees", plain.Provenance().Recipe["trees"])
	}
}

func TestTrainFaults(t *testing.T) {
	set := measured(t, noisy(), 60, nil)
	for want, split := range map[string]dataset.Split{
		"2 training and 10 validation rows": {Train: []int{0, 1}, Validation: seq(10, 20)},
		"50 training and 2 validation rows": {Train: seq(0, 50), Validation: []int{50, 51}},
	} {
		if _, _, err := Train(t.Context(), set, split, Config{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want …%s…", err, want)
		}
	}
	recipe := Config{Recipe: pass.Config{Basis: pass.Tied([]int{112})}}
	if _, _, err := Train(t.Context(), set, set.SplitFileOrder(), recipe); err == nil || !strings.Contains(err.Error(), "the recipe does not fit the rows") {
		t.Errorf("a recipe of other resolutions: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Train(ctx, set, set.SplitFileOrder(), Config{}); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	p, _ := train(t, set, Config{NoQueue: true})
	if err := NewTable(p.Model(), nil, latpred.Provenance{}).BoundsMs(make([]float64, 1), make([]float64, 1), set.Archs()[:1], .9); !errors.Is(err, latpred.ErrNoInterval) {
		t.Errorf("bounds without an interval: %v", err)
	}
}

// Few resolutions have a table of each, many are known by the sizes of feature maps.
func TestSourceConfig(t *testing.T) {
	if c := SourceConfig([]int{160, 176, 192}); c.Basis.Name() != "tied" || c.Relative {
		t.Errorf("%+v", c)
	}
	if c := SourceConfig([]int{128, 132, 136, 140, 144, 148, 152, 156, 160, 164}); c.Basis.Name() != "shape" || !c.Relative {
		t.Errorf("%+v", c)
	}
}
