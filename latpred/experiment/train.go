package experiment

import (
	"errors"
	"fmt"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/neural"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/transfer"
)

// size is how much is computed.
type size struct {
	epochs, seeds int
	rows          int // of each set, from its start; 0: all
}

// paperSize is the paper's, with seeds for an interval.
var paperSize = size{epochs: 100, seeds: 5}

// sizeOf gives a profile's size. Without vector instructions the Go backend is slow, so
// that its Quick is smaller still.
func sizeOf(profile Profile, backendKind string) size {
	switch {
	case profile == Full:
		return paperSize
	case backendKind == backend.Go:
		return size{epochs: 6, seeds: 1, rows: 2000}
	}
	return size{epochs: 12, seeds: 1}
}

// reduced says what a size leaves out.
func (s size) reduced() string {
	if s == paperSize {
		return ""
	}
	text := fmt.Sprintf("%d of %d epochs, %d of %d seeds", s.epochs, paperSize.epochs, s.seeds, paperSize.seeds)
	if s.rows > 0 {
		text += fmt.Sprintf(", the first %d rows of each set (no PJRT plugin)", s.rows)
	}
	return text
}

// open opens a set, cut to the size's rows.
func (s size) open(name string) (*dataset.Set, error) {
	set, err := dataset.Open(name)
	if err != nil || s.rows == 0 || s.rows >= len(set.Samples) {
		return set, err
	}
	return set.Subset(seqOf(s.rows)), nil
}

func seqOf(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// outcome is a trained predictor on its test rows.
type outcome struct {
	model    *neural.Predictor
	scores   metric.Scores
	pred     []float64
	want     []float64
	history  []mlp.Epoch
	diverged bool
	seconds  float64
}

// asPublished trains as the authors' code did and judges the last epoch's weights
// on the last rows of the file.
func (r *runner) asPublished(set *dataset.Set, optimizer mlp.Optimizer, seed uint64) (outcome, error) {
	config := mlp.Published()
	config.Optimizer, config.Epochs = optimizer, r.size.epochs
	return r.train(set, set.SplitFileOrder(), config, seed)
}

// corrected trains with the same recipe but keeps the epoch that validates best,
// and splits by architecture.
func (r *runner) corrected(set *dataset.Set, split dataset.Split, optimizer mlp.Optimizer, seed uint64) (outcome, error) {
	config := mlp.Published()
	config.Optimizer, config.Epochs, config.KeepBest = optimizer, r.size.epochs, true
	return r.train(set, split, config, seed)
}

func (r *runner) train(set *dataset.Set, split dataset.Split, config mlp.Config, seed uint64) (outcome, error) {
	p, result, err := neural.Train(r.ctx, r.be, neural.Job{Set: set, Split: split, Seed: seed, Config: config})
	if err != nil {
		return outcome{}, err
	}
	test := set.Subset(split.Test)
	o := outcome{
		model: p, pred: make([]float64, test.Rows), want: test.LatenciesMs(),
		history: result.History, diverged: result.Diverged, seconds: result.Elapsed.Seconds(),
	}
	if err := p.PredictMs(o.pred, test.Archs()); err != nil {
		return o, err
	}
	o.scores = metric.Evaluate(o.pred, o.want)
	return o, nil
}

// splitFor is the corrected protocol's split under a seed.
func splitFor(set *dataset.Set, seed uint64) dataset.Split {
	return set.SplitByArch(random.Stream(seed, "split"))
}

// splitTestPerTrain is the number of test rows over that of training rows of splitFor. It
// stands for splits of which only a part is trained on, too: what results have in common is
// the rows they are tested on, and these are as many.
const splitTestPerTrain = .15 / .70

// overSplits is the mean of values over splits by splitFor, with its interval.
func overSplits(values []float64) metric.Mean {
	return metric.NadeauBengioInterval(values, splitTestPerTrain)
}

// closedForm fits the table model to the training rows of a split and judges it
// on the test rows. See additive.FitLinear.
func closedForm(set *dataset.Set, split dataset.Split) (metric.Scores, error) {
	m, err := additive.FitLinear(set.Subset(split.Train))
	if err != nil {
		return metric.Scores{}, err
	}
	return judge(m, set.Subset(split.Test))
}

// bestTable is the best predictor from many rows on the authors' split: in Full the
// table that validation rows choose, its launch queue included; in Quick the plain
// closed form, since choosing takes half a minute.
func (r *runner) bestTable(set *dataset.Set) (scores metric.Scores, kind string, err error) {
	split := set.SplitFileOrder()
	if r.profile != Full {
		scores, err = closedForm(set, split)
		return scores, bestKind, err
	}
	table, _, err := additive.Train(r.ctx, set, split, additive.Config{})
	if err != nil {
		return scores, "", err
	}
	scores, err = judge(table, set.Subset(split.Test))
	return scores, latpred.KindTable, err
}

// bestAdapted takes a source to a target with the first n rows of its file: adapted,
// or its network with all layers fine-tuned, whichever is better on a fifth of them
// when it has learnt from the others.
func (r *runner) bestAdapted(source *transfer.Source, network *neural.Predictor, target *dataset.Set, n int) (scores metric.Scores, kind string, err error) {
	split := target.SplitFileOrder()
	labelled := split.Train[:min(n, len(split.Train))]
	split.Train, split.Validation = fourFifths(some(labelled, n, 1))
	adapt := func(rows []int) (*adapt.Predictor, error) {
		m, _, err := adapt.Adapt(r.ctx, []*transfer.Source{source}, target.Subset(rows), adapt.Config{})
		return m, err
	}
	part, err := adapt(split.Train)
	if err != nil {
		return scores, "", err
	}
	tuned, err := r.fineTuned(network, neural.AllLayers, target, split, 1)
	if err != nil {
		return scores, "", err
	}
	held := target.Subset(split.Validation)
	byAdapted, err1 := judge(part, held)
	byTuned, err2 := judge(tuned, held)
	if err := errors.Join(err1, err2); err != nil {
		return scores, "", err
	}
	if byTuned.MAEMs < byAdapted.MAEMs {
		scores, err = judge(tuned, target.Subset(split.Test))
		return scores, string(neural.AllLayers), err
	}
	whole, err := adapt(labelled)
	if err != nil {
		return scores, "", err
	}
	scores, err = judge(whole, target.Subset(split.Test))
	return scores, latpred.KindAdapted, err
}
