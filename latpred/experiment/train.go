package experiment

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/random"
)

// size is how much a profile computes.
type size struct {
	epochs, seeds int
	rows          int // of each set, from its start; 0: all
}

// sizeOf gives the profile's size and says in the result what it leaves out. The
// pure-Go backend is twenty times slower, so that its Quick is smaller still.
func (r *runner) sizeOf() size {
	s := size{epochs: 100, seeds: 5}
	if r.profile == Quick {
		s = size{epochs: 15, seeds: 2}
		r.result.Reduced = fmt.Sprintf("%d of 100 epochs, %d of 5 seeds", s.epochs, s.seeds)
		if r.be.Kind == backend.Go {
			s = size{epochs: 6, seeds: 1, rows: 2000}
			r.result.Reduced = fmt.Sprintf("%d of 100 epochs, %d of 5 seeds, the first %d of 10000 rows (no PJRT plugin)", s.epochs, s.seeds, s.rows)
		}
	}
	r.result.Seeds = s.seeds
	return s
}

// open opens a set, cut to the size's rows.
func (s size) open(name string) (*dataset.Set, error) {
	set, err := dataset.Open(name)
	if err != nil || s.rows == 0 || s.rows >= len(set.Samples) {
		return set, err
	}
	return set.Subset(rowsUpTo(s.rows)), nil
}

func rowsUpTo(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// outcome is a trained predictor on its test rows.
type outcome struct {
	scores   metric.Scores
	pred     []float64
	want     []float64
	history  []mlp.Epoch
	diverged bool
	seconds  float64
}

// asPublished trains as the authors' code did and judges the last epoch's weights
// on the last rows of the file.
func (r *runner) asPublished(set *dataset.Set, optimizer mlp.Optimizer, s size, seed uint64) (outcome, error) {
	config := mlp.Published()
	config.Optimizer, config.Epochs = optimizer, s.epochs
	return r.train(set, set.SplitFileOrder(), config, seed)
}

// corrected trains with the same recipe but keeps the epoch that validates best,
// and splits by architecture.
func (r *runner) corrected(set *dataset.Set, split dataset.Split, optimizer mlp.Optimizer, s size, seed uint64) (outcome, error) {
	config := mlp.Published()
	config.Optimizer, config.Epochs, config.KeepBest = optimizer, s.epochs, true
	return r.train(set, split, config, seed)
}

func (r *runner) train(set *dataset.Set, split dataset.Split, config mlp.Config, seed uint64) (outcome, error) {
	p, result, err := latpred.Train(r.ctx, r.be, seed, set, split, config, nil)
	if err != nil {
		return outcome{}, err
	}
	test := set.Subset(split.Test)
	o := outcome{
		pred: make([]float64, test.Rows), want: test.LatenciesMs(),
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

// closedForm fits the table model to the training rows of a split and judges it
// on the test rows. See lut.FitLinear.
func closedForm(set *dataset.Set, split dataset.Split) (metric.Scores, error) {
	train, test := set.Subset(split.Train), set.Subset(split.Test)
	m, err := lut.FitLinear(train.Archs(), train.LatenciesMs(), 1e-3)
	if err != nil {
		return metric.Scores{}, err
	}
	pred := make([]float64, test.Rows)
	for i, a := range test.Archs() {
		if pred[i], err = m.PredictMs(a); err != nil {
			return metric.Scores{}, err
		}
	}
	return metric.Evaluate(pred, test.LatenciesMs()), nil
}
