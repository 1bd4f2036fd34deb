package experiment

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/hpo"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/neural"
)

// Figure 6 as published comes out exactly: 272,243 ms of tables, and sums of the first
// rows' labels; corrected, a label costs fifteen passes.
func TestFigure6(t *testing.T) {
	r := runnerOf(t, Full)
	if err := figure6(r); err != nil {
		t.Fatal(err)
	}
	for quantity, want := range map[string]struct{ published, corrected float64 }{
		"table, 17 resolutions": {272.243, 272.243}, "7000 labels": {221.479, 15 * 221.479}, "4000 labels": {126.012, 15 * 126.012}, "700 labels": {22.066, 15 * 22.066},
	} {
		row := r.row(t, quantity)
		near(t, quantity+", as published", float64(row.AsPublished), want.published, 1e-5)
		near(t, quantity+", corrected", float64(row.Corrected), want.corrected, 1e-5)
		near(t, quantity+", paper", float64(row.Paper), want.published, 1e-5)
	}
	if five, all := r.row(t, "table, the 5 in use"), r.row(t, "table, 17 resolutions"); !five.Paper.Missing() || float64(five.AsPublished) > float64(all.AsPublished)/2 {
		t.Errorf("five tables cost %v s of %v", five.AsPublished, all.AsPublished)
	}
	if lut.Note10().Cost() != 1e3*float64(r.row(t, "table, 17 resolutions").AsPublished) {
		t.Error("a table's cost is another's")
	}
}

// Calls are timed after one that is not, and the median of five is taken.
func TestSecondsPerCall(t *testing.T) {
	calls := 0
	s, err := secondsPerCall(func() error { calls++; time.Sleep(2 * time.Millisecond); return nil }, 5*time.Millisecond)
	if err != nil || s < .0015 || s > .05 || calls < 6 {
		t.Errorf("%v s, %v, %d calls", s, err, calls)
	}
	no := errors.New("no")
	for fail := range 2 {
		n := 0
		if _, err := secondsPerCall(func() error {
			if n++; n > fail {
				return no
			}
			return nil
		}, time.Millisecond); !errors.Is(err, no) {
			t.Errorf("call %d fails: %v", fail+1, err)
		}
	}
}

// Measuring a network took seconds on our own device: a million times a prediction.
func TestMeasuringRow(t *testing.T) {
	row, err := measuringRow()
	if err != nil || row.Unit != "µs" || row.AsPublished < 1e5 || row.AsPublished > 1e8 || row.Note == "" {
		t.Errorf("%+v, %v", row, err)
	}
}

// The best trial is, of those that went all the way, the one with the smallest metric.
func TestBestTrial(t *testing.T) {
	trial := func(n, epoch int, state hpo.State, rmse, last float64) hpo.TrialStatus {
		return hpo.TrialStatus{Trial: n, Epoch: epoch, State: state, Last: map[string]float64{neural.MetricValRMSE: rmse, neural.MetricValLast: last}}
	}
	trials := []hpo.TrialStatus{trial(1, 10, hpo.Completed, 3, 1), trial(2, 10, hpo.Completed, 2, 5), trial(3, 5, hpo.Stopped, 1, .1),
		trial(4, 8, hpo.Completed, .5, .1), {Trial: 5, State: hpo.Diverged}}
	if b := bestTrial(trials, 10, neural.MetricValRMSE); b.Trial != 2 {
		t.Errorf("by the RMSE: trial %d", b.Trial)
	}
	if b := bestTrial(trials, 10, neural.MetricValLast); b.Trial != 1 {
		t.Errorf("by the last batch: trial %d", b.Trial)
	}
	if b := bestTrial(trials[2:], 10, neural.MetricValRMSE); b.Last != nil {
		t.Errorf("none went all the way: %+v", b)
	}
	f := found{trials: trials}
	if f.count(hpo.Completed) != 3 || f.count(hpo.Stopped, hpo.Diverged) != 2 || f.count() != 0 {
		t.Errorf("%d completed", f.count(hpo.Completed))
	}
}

// The rows of the searches: what each chose, how many stopped, and all epochs.
func TestTuningRows(t *testing.T) {
	r := runnerOf(t, Full)
	of := func(rate float64, epochs ...int) found {
		f := found{seconds: 7}
		for i, e := range epochs {
			s := hpo.Stopped
			if i == 0 {
				s = hpo.Completed
			}
			f.trials = append(f.trials, hpo.TrialStatus{Trial: i, Epoch: e, State: s, Config: hpo.Config{neural.AxisRate: rate}, Last: map[string]float64{neural.MetricValRMSE: rate, neural.MetricValLast: 2 * rate}})
		}
		f.best = f.trials[0]
		f.test.RMSEMs, f.test.PaperRMSEMs = 1, .5
		return f
	}
	r.tuningRows(table1Sets()[1], []found{of(.01, 10, 10), of(.001, 10, 4, 2), of(.1, 10)})
	for quantity, want := range map[string][3]float64{
		"learning rate chosen": {.01, .001, .1}, "validation loss, last batch": {.02, .002, .2}, "epochs in all": {20, 16, 10},
		"trials stopped early": {1, 2, 0}, "test: RMSE": {1, 1, 1}, "time": {7, 7, 7},
	} {
		row := r.row(t, quantity)
		if got := [3]float64{float64(row.AsPublished), float64(row.Corrected), float64(row.Best)}; got != want {
			t.Errorf("%s: %v, want %v", quantity, got, want)
		}
	}
}

// The grid of the authors is 3 × 3 × 4; Quick takes twelve of these and fewer rows.
func TestGrid(t *testing.T) {
	if _, axes := runnerOf(t, Full).grid(); len(hpo.Grid(axes)) != 36 {
		t.Errorf("%d configurations", len(hpo.Grid(axes)))
	}
	r := runnerOf(t, Quick)
	r.size = size{epochs: 6, seeds: 1, rows: 2000}
	if s, axes := r.grid(); len(hpo.Grid(axes)) != 12 || s.rows != 2000 || r.result.Reduced == "" {
		t.Errorf("%d configurations, %+v, reduced %q", len(hpo.Grid(axes)), s, r.result.Reduced)
	}
	if r = runnerOf(t, Quick); r.size.rows == 0 {
		if s, _ := r.grid(); s.rows != 3000 {
			t.Errorf("%d rows", s.rows)
		}
	}
}

// Rungs that a trial reached are its curve; one that completed ends at its last epoch.
func TestRungFigure(t *testing.T) {
	rungs := hpo.Rungs{Grace: 1, Reduction: 2, Max: 6}
	if _, err := rungFigure("t", nil, rungs); err == nil {
		t.Error("no trial, no error")
	}
	diverged := hpo.TrialStatus{State: hpo.Diverged, Rungs: map[int]float64{1: math.Inf(1)}}
	if _, err := rungFigure("t", []hpo.TrialStatus{diverged}, rungs); err == nil {
		t.Error("none that reached a rung, no error")
	}
	whole := hpo.TrialStatus{State: hpo.Completed, Epoch: 6, Rungs: map[int]float64{1: 3, 2: 2, 4: 1.5}, Last: map[string]float64{neural.MetricValRMSE: 1}}
	p, err := rungFigure("t", []hpo.TrialStatus{diverged, whole}, rungs)
	if err != nil || p.X.Max < 6 || p.Y.Min > 1 {
		t.Errorf("%v: x to %v, y from %v", err, p.X.Max, p.Y.Min)
	}
}

// Latencies of a set by resolution: every row once, each under its own.
func TestByResolution(t *testing.T) {
	set, err := dataset.Open("note10")
	if err != nil {
		t.Fatal(err)
	}
	set = set.Subset(seqOf(500))
	n := 0
	for r, ms := range ByResolution(set) {
		n += len(ms)
		for _, s := range set.Samples {
			if s.Arch.Resolution == r && !slices.Contains(ms, s.LatencyMs) {
				t.Errorf("a row of %d pixels is missing", r)
			}
		}
	}
	if n != 500 {
		t.Errorf("%d of 500 rows", n)
	}
}
