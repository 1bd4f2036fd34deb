package additive

import (
	"errors"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/pass"
)

// spoilt is a set whose labels of some validation rows, counted from the first, are three
// times what they were.
func spoilt(set *dataset.Set, rows func(i int) bool) *dataset.Set {
	other := *set
	other.Samples = slices.Clone(set.Samples)
	for i, row := range set.SplitFileOrder().Validation {
		if rows(i) {
			other.Samples[row].LatencyMs *= 3
		}
	}
	return &other
}

func bounds(t *testing.T, p *Table, set *dataset.Set, level float64) (low, high []float64) {
	t.Helper()
	low, high = make([]float64, set.Rows), make([]float64, set.Rows)
	if err := p.BoundsMs(low, high, set.Archs(), level); err != nil {
		t.Fatal(err)
	}
	return low, high
}

// Rows that calibrate choose nothing: whatever their labels, the same tables are tried with
// the same errors, and the same is kept; the interval is another. Rows that choose calibrate
// nothing: with the recipe given, the interval does not depend on their labels.
func TestRowsThatCalibrateChooseNothing(t *testing.T) {
	set := measured(t, noisy(), 900, nil)
	odd, even := func(i int) bool { return i%2 == 1 }, func(i int) bool { return i%2 == 0 }
	mae := func(r *Report) []float64 {
		var all []float64
		for _, trial := range r.Tried {
			all = append(all, trial.MAEMs)
		}
		return all
	}
	one, report := train(t, set, Config{NoQueue: true})
	two, of := train(t, spoilt(set, odd), Config{NoQueue: true})
	test := set.Subset(set.SplitFileOrder().Test)
	if !slices.Equal(mae(report), mae(of)) || !slices.Equal(predict(t, one, test.Archs()), predict(t, two, test.Archs())) {
		t.Error("labels of rows that calibrate change the choice")
	}
	_, high := bounds(t, one, test, .9)
	if _, wide := bounds(t, two, test, .9); !(wide[0] > 2*high[0]) {
		t.Errorf("a bound of %v ms, with labels three times as long %v", high[0], wide[0])
	}
	recipe := Config{Recipe: pass.Config{Basis: pass.Shape(mobileNet(t).Resolutions, false), Relative: true}}
	one, _ = train(t, set, recipe)
	two, _ = train(t, spoilt(set, even), recipe)
	_, high = bounds(t, one, test, .9)
	if _, same := bounds(t, two, test, .9); !slices.Equal(high, same) {
		t.Error("labels of rows that choose change the interval")
	}
}

// Three rows calibrate at least, and then bound three of four; of fewer there is no
// interval.
func TestFewRowsCalibrate(t *testing.T) {
	set := measured(t, noisy(), 400, nil)
	recipe := Config{Recipe: pass.Config{Basis: pass.Shape(mobileNet(t).Resolutions, false), Relative: true}}
	split := dataset.Split{Train: seq(0, 300), Validation: seq(300, 305)}
	p, _, err := Train(t.Context(), set, split, recipe)
	if err != nil {
		t.Fatal(err)
	}
	low, high := make([]float64, 1), make([]float64, 1)
	if err := p.BoundsMs(low, high, set.Archs()[:1], .5); !errors.Is(err, latpred.ErrNoInterval) {
		t.Errorf("two rows calibrate: %v", err)
	}
	split.Validation = seq(300, 306)
	if p, _, err = Train(t.Context(), set, split, recipe); err != nil {
		t.Fatal(err)
	}
	for level, bound := range map[float64]bool{.5: true, .75: true, .76: false, .9: false} {
		low, high := bounds(t, p, set.Subset([]int{0}), level)
		if math.IsInf(high[0], 1) == bound || low[0] < 0 || !bound && low[0] != 0 {
			t.Errorf("three rows at level %v: %v to %v", level, low, high)
		}
	}
}

// Of a host that changes, the interval with the host in one state counts its changes as
// errors: it is wide, and holds what it promises for rows from all of the time; that with
// the host followed holds it too, and is narrow. Both come back from a file.
func TestIntervalsOfAHostThatChanges(t *testing.T) {
	set := queued(t, 3000, func(row int) bool { return row%400 < 120 })
	p, _ := train(t, set, Config{Recipe: pass.Config{Basis: pass.Shape(mobileNet(t).Resolutions, false), Relative: true, QueueDepth: 917, States: 2, LaunchMs: .02}})
	test := set.Subset(set.SplitFileOrder().Test)
	low, high := bounds(t, p, test, .9)
	share, width := metric.Coverage(low, high, test.LatenciesMs())
	pred, narrowLow, narrowHigh := make([]float64, test.Rows), make([]float64, test.Rows), make([]float64, test.Rows)
	if err := p.FollowMs(pred, narrowLow, narrowHigh, test, .9); err != nil {
		t.Fatal(err)
	}
	followed, _ := metric.Coverage(narrowLow, narrowHigh, test.LatenciesMs())
	t.Logf("in one state %.3f held, %.3f ms wide; followed %.3f", share, width, followed)
	if share < .85 || math.Abs(followed-.9) > .04 { // 450 rows: standard error .014
		t.Errorf("in one state %.3f held, followed %.3f", share, followed)
	}
	narrower := 0
	for i := range low {
		if narrowHigh[i]-narrowLow[i] < (high[i]-low[i])/2 {
			narrower++
		}
	}
	if narrower < test.Rows/4 {
		t.Errorf("%d of %d intervals are half as wide if the host is followed", narrower, test.Rows)
	}

	file := filepath.Join(t.TempDir(), "table")
	if err := modelfile.Save(file, p); err != nil {
		t.Fatal(err)
	}
	back, err := modelfile.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	again := back.(*Table)
	lowAgain, highAgain := bounds(t, again, test, .9)
	if !slices.Equal(low, lowAgain) || !slices.Equal(high, highAgain) {
		t.Error("what comes back from the file has other intervals")
	}
	if err := again.FollowMs(pred, lowAgain, highAgain, test, .9); err != nil || !slices.Equal(narrowLow, lowAgain) || !slices.Equal(narrowHigh, highAgain) {
		t.Errorf("what comes back from the file has other intervals when it follows: %v", err)
	}
}
