package experiment

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/hpo"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/neural"
	"github.com/ofalat/ofalat/latpred/random"
	"gonum.org/v1/plot"
)

// search is a way to go through the configurations.
type search struct {
	name  string
	mixed bool // in random order, not that of the grid, which starts with the slowest
	rule  func([]hpo.Config, hpo.Rungs) (hpo.Scheduler, error)
	judge string // metric by which the best trial is chosen
}

// searches are the authors' and ours. Theirs was told to watch a metric that no
// trial reports, so that ASHA stopped nobody; and they chose by the loss of the
// last validation batch.
var searches = []search{
	{"grid, as published", false, func(c []hpo.Config, r hpo.Rungs) (hpo.Scheduler, error) {
		return hpo.Stopping(c, r, hpo.Watch{Metric: "loss", AllowMissing: true})
	}, neural.MetricValLast},
	{"ASHA, stopping", true, func(c []hpo.Config, r hpo.Rungs) (hpo.Scheduler, error) {
		return hpo.Stopping(c, r, hpo.Watch{Metric: neural.MetricValRMSE})
	}, neural.MetricValRMSE},
	{"ASHA, promotion", true, func(c []hpo.Config, r hpo.Rungs) (hpo.Scheduler, error) {
		return hpo.Promotion(c, r, hpo.Watch{Metric: neural.MetricValRMSE})
	}, neural.MetricValRMSE},
}

// tuning goes through the authors' 36 configurations for the RTX 2080 Ti in three
// ways, on one split, and judges what each chose.
func tuning(r *runner) error {
	r.result.Seeds = 1
	t := table1Sets()[1]
	size, axes := r.grid()
	set, err := size.open(t.set)
	if err != nil {
		return err
	}
	r.of = len(searches)
	var all []found
	for _, s := range searches {
		f, err := r.search(s, set, axes, r.size.epochs)
		if err != nil {
			return err
		}
		optimizer, err := neural.OptimizerOf(mlp.Published().Optimizer, f.best.Config)
		if err != nil {
			return err
		}
		o, err := r.asPublished(set, optimizer, 1)
		if err != nil {
			return err
		}
		f.test = o.scores
		all = append(all, f)
		r.tick(s.name)
	}
	r.tuningRows(t, all)
	r.result.Notes = append(r.result.Notes,
		"Corrected is ASHA's stopping rule watching the validation RMSE, ours, best its promotion rule.",
		"As published nothing was stopped: ASHA watched a metric named loss, the trials reported train_loss and val_loss.",
		"The loss of the last validation batch is of 28 rows: what it calls best is partly chance.",
		"Both ASHAs take the configurations in random order. Stopping is Ray's rule (a trial worse than the median of those before it at a rung stops), promotion is that of Li et al.")
	return r.tuningFigures(t, all, r.size.epochs)
}

// grid gives the authors' axes and all rows, or in Quick some of them.
func (r *runner) grid() (size, []hpo.Axis) {
	s, axes := r.size, neural.PublishedAxes()
	if r.profile == Quick {
		s.rows = min(3000, cmp.Or(s.rows, 3000))
		axes[1].Values, axes[2].Values = axes[1].Values[:2], axes[2].Values[2:]
		r.result.Reduced = fmt.Sprintf("%d of 100 epochs; for tuning 12 of 36 configurations, the first %d of 10000 rows", s.epochs, s.rows)
	}
	return s, axes
}

// search goes through the configurations on the file's split, under seed 1.
func (r *runner) search(s search, set *dataset.Set, axes []hpo.Axis, epochs int) (found, error) {
	configs := hpo.Grid(axes)
	if s.mixed {
		configs = hpo.Random(random.Stream(1, "order"), axes, len(configs))
	}
	scheduler, err := s.rule(configs, hpo.Rungs{Grace: 1, Reduction: 2, Max: epochs})
	if err != nil {
		return found{}, err
	}
	var f found
	f.trials, err = neural.Tune(r.ctx, r.be, neural.Search{Set: set, Split: set.SplitFileOrder(), Seed: 1, Config: mlp.Published(), Scheduler: scheduler, Observe: func(e hpo.Event) { f.seconds = e.Elapsed.Seconds() }})
	if err != nil {
		return f, err
	}
	if f.best = bestTrial(f.trials, epochs, s.judge); f.best.Last == nil {
		return f, fmt.Errorf("%s: every trial diverged", s.name)
	}
	return f, nil
}

// bestTrial is the completed trial with the smallest metric.
func bestTrial(trials []hpo.TrialStatus, epochs int, metric string) hpo.TrialStatus {
	best := hpo.TrialStatus{}
	for _, t := range trials {
		if t.State == hpo.Completed && t.Epoch == epochs && (best.Last == nil || t.Last[metric] < best.Last[metric]) {
			best = t
		}
	}
	return best
}

// found is what a search came to.
type found struct {
	best    hpo.TrialStatus
	trials  []hpo.TrialStatus
	test    metric.Scores
	seconds float64
}

// count gives the number of trials in some states.
func (f found) count(states ...hpo.State) (n int) {
	for _, t := range f.trials {
		if slices.Contains(states, t.State) {
			n++
		}
	}
	return n
}

// tuningRows lists what the three searches found, in the order of searches.
func (r *runner) tuningRows(t trainedSet, all []found) {
	for _, q := range []struct {
		name, unit string
		paper      float64
		of         func(f found) float64
	}{
		{"configurations", "", Paper("tuning", t.set, "configurations"), func(f found) float64 { return float64(len(f.trials)) }},
		{"learning rate chosen", "", t.optimizer.LearningRate, func(f found) float64 { return f.best.Config[neural.AxisRate] }},
		{"weight decay chosen", "", t.optimizer.WeightDecay, func(f found) float64 { return f.best.Config[neural.AxisDecay] }},
		{"momentum chosen", "", t.optimizer.Momentum, func(f found) float64 { return f.best.Config[neural.AxisMomentum] }},
		{"validation loss, last batch", "ms", Paper("tuning", t.set, "validation_loss"), func(f found) float64 { return f.best.Last[neural.MetricValLast] }},
		{"validation RMSE, whole set", "ms", math.NaN(), func(f found) float64 { return f.best.Last[neural.MetricValRMSE] }},
		{"validation RMSE, smallest of all trials", "ms", math.NaN(), func(f found) float64 {
			return bestTrial(f.trials, f.best.Epoch, neural.MetricValRMSE).Last[neural.MetricValRMSE]
		}},
		{"test: what the paper calls RMSE", "ms", Paper("tuning", t.set, "paper_rmse"), func(f found) float64 { return f.test.PaperRMSEMs }},
		{"test: RMSE", "ms", math.NaN(), func(f found) float64 { return f.test.RMSEMs }},
		{"trials stopped early", "", Paper("tuning", t.set, "trials_stopped"), func(f found) float64 { return float64(f.count(hpo.Stopped, hpo.Paused)) }},
		{"trials that diverged", "", math.NaN(), func(f found) float64 { return float64(f.count(hpo.Diverged)) }},
		{"epochs in all", "", Paper("tuning", t.set, "epochs"), func(f found) (n float64) {
			for _, t := range f.trials {
				n += float64(t.Epoch)
			}
			return n
		}},
		{"time", "s", math.NaN(), func(f found) float64 { return f.seconds }},
	} {
		row := newRow(q.name, q.unit)
		row.Paper, row.AsPublished, row.Corrected, row.Best = Number(q.paper), Number(q.of(all[0])), Number(q.of(all[1])), Number(q.of(all[2]))
		row.BestKind = "promotion"
		r.result.Rows = append(r.result.Rows, row)
	}
}

// tuningFigures draw what each configuration came to, and how ASHA thinned them
// out.
func (r *runner) tuningFigures(t trainedSet, all []found, epochs int) error {
	var lines []figure.Coordinates
	for _, trial := range all[0].trials {
		value := trial.Last[neural.MetricValRMSE]
		if trial.State == hpo.Diverged {
			value = math.Inf(1)
		}
		lines = append(lines, figure.Coordinates{Axes: []float64{trial.Config[neural.AxisRate], trial.Config[neural.AxisDecay], trial.Config[neural.AxisMomentum]}, Value: value})
	}
	grid, err := figure.Parallel(fmt.Sprintf(t.device+": validation RMSE of all %d configurations", len(lines)), "validation RMSE (ms)", []string{"learning rate", "weight decay", "momentum"}, lines)
	if err != nil {
		return err
	}
	r.result.Figures = append(r.result.Figures, figure.Named{Name: "tuning-grid", Plot: grid})
	for i, s := range searches[1:] {
		p, err := rungFigure(t.device+": "+s.name, all[i+1].trials, hpo.Rungs{Grace: 1, Reduction: 2, Max: epochs})
		if err != nil {
			return err
		}
		r.result.Figures = append(r.result.Figures, figure.Named{Name: "tuning-" + []string{"stopping", "promotion"}[i], Plot: p})
	}
	return nil
}

func rungFigure(title string, trials []hpo.TrialStatus, rungs hpo.Rungs) (*plot.Plot, error) {
	var curves []figure.Rung
	for _, t := range trials {
		c := figure.Rung{Survived: t.State == hpo.Completed}
		for _, epoch := range rungs.Epochs() {
			if v, ok := t.Rungs[epoch]; ok && !math.IsInf(v, 0) {
				c.Epochs, c.Values = append(c.Epochs, float64(epoch)), append(c.Values, v)
			}
		}
		if t.State == hpo.Completed && !slices.Contains(c.Epochs, float64(t.Epoch)) {
			c.Epochs, c.Values = append(c.Epochs, float64(t.Epoch)), append(c.Values, t.Last[neural.MetricValRMSE])
		}
		if len(c.Epochs) > 0 {
			curves = append(curves, c)
		}
	}
	if len(curves) == 0 {
		return nil, errors.New("no trial reached a rung")
	}
	return figure.Rungs(title, "validation RMSE (ms)", curves)
}
