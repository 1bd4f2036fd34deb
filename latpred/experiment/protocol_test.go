package experiment

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/neural"
	"github.com/ofalat/ofalat/latpred/transfer"
)

// trainer is a runner that can train, for so many epochs.
func trainer(t *testing.T, epochs int) *runner {
	t.Helper()
	r := runnerOf(t, Quick)
	r.be, r.size = goBackend(t), size{epochs: epochs, seeds: 1}
	return r
}

// spoilt is a set whose labels outside some rows are absurd.
func spoilt(set *dataset.Set, keep ...[]int) *dataset.Set {
	kept := map[int]bool{}
	for _, row := range slices.Concat(keep...) {
		kept[row] = true
	}
	out := *set
	out.Samples = slices.Clone(set.Samples)
	for i := range out.Samples {
		if !kept[i] {
			out.Samples[i].LatencyMs = 1e6
		}
	}
	return &out
}

// As published the last epoch's weights are judged; corrected, those of the epoch that
// validates best. Both judge on test rows, whose labels nothing learns from.
func TestWhichEpochIsJudged(t *testing.T) {
	r := trainer(t, 6)
	set := madeUp(t, "epochs", simulated.Card, 150)
	rate := sgd(.02, 0, .9) // fast enough that the last epoch is not the best
	split := set.SplitFileOrder()
	published, err := r.asPublished(set, rate, 1)
	if err != nil {
		t.Fatal(err)
	}
	corrected, err := r.corrected(set, split, rate, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(published.history) != 6 || len(corrected.history) != 6 {
		t.Fatalf("%d and %d epochs", len(published.history), len(corrected.history))
	}
	validation := set.Subset(split.Validation)
	rmse := func(o outcome) float64 {
		s, err := judge(o.model, validation)
		if err != nil {
			t.Fatal(err)
		}
		return s.RMSEMs
	}
	best := math.Inf(1)
	for _, e := range corrected.history {
		best = min(best, e.ValRMSE)
	}
	near(t, "corrected, on the validation rows", rmse(corrected), best, 1e-3)
	near(t, "as published, on the validation rows", rmse(published), published.history[5].ValRMSE, 1e-3)
	for _, o := range []outcome{published, corrected} {
		if o.scores != metric.Evaluate(o.pred, o.want) || !slices.Equal(o.want, set.Subset(split.Test).LatenciesMs()) {
			t.Errorf("scores %+v are not of the test rows", o.scores)
		}
	}
	again, err := r.asPublished(spoilt(set, split.Train, split.Validation), rate, 1)
	if err != nil || !slices.Equal(again.pred, published.pred) {
		t.Errorf("labels of test rows matter to what is predicted: %v", err)
	}
}

// A seed is a training: the same one twice is the same, another one is another.
func TestSeeds(t *testing.T) {
	r := trainer(t, 1)
	set := madeUp(t, "seeds", simulated.Card, 100)
	var preds [][]float64
	for _, seed := range []uint64{1, 1, 2} {
		o, err := r.asPublished(set, sgd(1e-3, 0, .9), seed)
		if err != nil {
			t.Fatal(err)
		}
		preds = append(preds, o.pred)
	}
	if !slices.Equal(preds[0], preds[1]) || slices.Equal(preds[0], preds[2]) {
		t.Errorf("%v, %v, %v", preds[0][:2], preds[1][:2], preds[2][:2])
	}
}

// Fine-tuned as published, the first n training rows of the file are learnt from and the
// last rows judged; corrected, n rows in all, a fifth of which choose. No other label
// matters.
func TestWhichRowsAreFineTunedWith(t *testing.T) {
	r := trainer(t, 2)
	source, err := r.asPublished(madeUp(t, "from", simulated.Card, 120), sgd(1e-3, 0, .9), 1)
	if err != nil {
		t.Fatal(err)
	}
	d := simulated.Card
	d.LayerMs, d.GMACs = 2*d.LayerMs, d.GMACs/2
	set := madeUp(t, "to", d, 300)
	split := set.SplitFileOrder()
	const n = 40
	run := neural.PublishedRuns()[0]
	run.Config.Epochs = 2
	was, err := r.fineTuneAsPublished(source.model, run, set, n, 1, true)
	if err != nil || was.tested == was.trained || len(was.history) != 2 {
		t.Fatalf("%+v, %v", was, err)
	}
	again, err := r.fineTuneAsPublished(source.model, run, spoilt(set, split.Train[:n], split.Validation, split.Test), n, 1, false)
	if err != nil || again.tested != was.tested || again.trained != was.trained || was.tested.N != len(split.Test) {
		t.Errorf("as published: %+v, other labels spoilt %+v, %v", was, again, err)
	}
	byArch := splitFor(set, 3)
	drawn := some(byArch.Train, n, 3)
	corrected, err := r.fineTuneCorrected(source.model, neural.AllLayers, set, n, 3)
	if err != nil {
		t.Fatal(err)
	}
	same, err := r.fineTuneCorrected(source.model, neural.AllLayers, spoilt(set, drawn, byArch.Test), n, 3)
	if err != nil || same != corrected || corrected.N != len(byArch.Test) {
		t.Errorf("corrected: %+v, other labels spoilt %+v, %v", corrected, same, err)
	}
}

// The learning rates that are tried, the extremes in Full only; when all diverge the
// error names them.
func TestFineTuneRates(t *testing.T) {
	if rates := runnerOf(t, Full).fineTuneRates(); !slices.Equal(rates, []float64{1e-1, 1e-2, 1e-3, 1e-4}) {
		t.Errorf("%v", rates)
	}
	if rates := runnerOf(t, Quick).fineTuneRates(); !slices.Equal(rates, []float64{1e-2, 1e-3}) {
		t.Errorf("%v", rates)
	}
}

// What is best from few labels: adapted, where the target is like the source; the judge
// is the last rows of the file, and no label between counts.
func TestBestAdapted(t *testing.T) {
	r := trainer(t, 1)
	source := madeUp(t, "from", simulated.Card, 120)
	network, err := r.asPublished(source, sgd(1e-3, 0, .9), 1)
	if err != nil {
		t.Fatal(err)
	}
	d := simulated.Device{LayerMs: .1, GMACs: 50, GValues: 5, NoisePart: .01}
	set := madeUp(t, "to", d, 300)
	split := set.SplitFileOrder()
	card := &transfer.Source{Name: "card", Times: tableOf(t, simulated.Card)}
	scores, kind, err := r.bestAdapted(card, network.model, set, 30)
	if err != nil || kind != "adapted" || scores.N != len(split.Test) || scores.MAPEPercent > 4 {
		t.Fatalf("%+v, %s, %v", scores, kind, err)
	}
	again, _, err := r.bestAdapted(card, network.model, spoilt(set, split.Train[:30], split.Test), 30)
	if err != nil || again != scores {
		t.Errorf("labels that are not among the 30 matter: %+v, %+v, %v", scores, again, err)
	}
}

// Progress counts parts, and estimates what is left by those that are done.
func TestTick(t *testing.T) {
	r := runnerOf(t, Quick)
	r.result.Item, r.of, r.start = "item", 4, time.Now().Add(-time.Second)
	var last Progress
	r.observe = func(p Progress) { last = p }
	r.tick("first")
	if last.Item != "item" || last.Done != 1 || last.Of != 4 || last.What != "first" || last.Elapsed < time.Second || last.Left < 3*time.Second || last.Left > 4*time.Second {
		t.Errorf("%+v", last)
	}
	r.done = 3
	if r.tick("last"); last.Left != 0 || last.Done != 4 {
		t.Errorf("%+v", last)
	}
}

// An item that is interrupted before it begins says so, under its name.
func TestInterruptedAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, item := range []string{"table1", "better", "datasets"} {
		r, err := run(ctx, goBackend(t), item, Quick, tiny, nil)
		if !errors.Is(err, context.Canceled) || r == nil || len(r.Rows) > 0 {
			t.Errorf("%s: %v, %+v", item, err, r)
		}
	}
}

// A size is the number of rows that are trained on, of the file's first; none of them is a
// test row.
func TestFirstRows(t *testing.T) {
	set, err := dataset.Open("xeon-b64-fixed")
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]int{1000: 8500, 8000: 8500, 9000: 9000} {
		split := firstRows(set, n)
		if len(split.Train) != n || split.Train[n-1] != n-1 || split.Test[0] != want || split.Test[len(split.Test)-1] != 9999 || len(split.Test) != 10000-want {
			t.Errorf("%d rows: %d are trained on, tested on %d to %d", n, len(split.Train), split.Test[0], split.Test[len(split.Test)-1])
		}
	}
}
