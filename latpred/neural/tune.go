package neural

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/hpo"
	"github.com/ofalat/ofalat/latpred/mlp"
)

// The names of the axes of a search over optimizers, and of the metrics that its trials
// report.
const (
	AxisRate     = "lr"       // learning rate
	AxisDecay    = "wd"       // weight decay
	AxisMomentum = "momentum" // of SGD

	MetricValRMSE   = "val_rmse"   // RMSE over the whole validation set, ms
	MetricValMAE    = "val_mae"    // mean absolute error over the whole validation set, ms
	MetricValLast   = "val_last"   // loss of the validation set's last batch: the authors' validation loss, ms
	MetricTrainLoss = "train_loss" // mean loss of the epoch's steps, ms
)

// PublishedAxes returns the axes of the authors' grid of 3 × 3 × 4 = 36 configurations.
// Source: their training logs.
func PublishedAxes() []hpo.Axis {
	return []hpo.Axis{
		{Name: AxisRate, Values: []float64{1e-4, 1e-3, 1e-2}},
		{Name: AxisDecay, Values: []float64{1e-4, 1e-3, 1e-2}},
		{Name: AxisMomentum, Values: []float64{0.4, 0.6, 0.8, 0.9}},
	}
}

// OptimizerOf returns base with the values of the axes in c. It errs on an unknown axis.
func OptimizerOf(base mlp.Optimizer, c hpo.Config) (mlp.Optimizer, error) {
	for name, v := range c {
		switch name {
		case AxisRate:
			base.LearningRate = v
		case AxisDecay:
			base.WeightDecay = v
		case AxisMomentum:
			base.Momentum = v
		default:
			return base, fmt.Errorf("no axis %q: there are %s, %s and %s", name, AxisRate, AxisDecay, AxisMomentum)
		}
	}
	return base, nil
}

// Search is a search over optimizers.
type Search struct {
	Set       *dataset.Set
	Split     dataset.Split   // its training and validation rows are used, its test rows are not
	Seed      uint64          // of every trial
	Config    mlp.Config      // the recipe; trials change its optimizer, the scheduler replaces its Epochs
	Scheduler hpo.Scheduler   // which configurations to try, and for how many epochs each
	Journal   string          // file from which an interrupted search continues; "": none
	Observe   func(hpo.Event) // called for each report; may be nil

	// Elsewhere trains a trial up to and including an epoch in another process, by Segment
	// from the checkpoint that is the trial's own, Workers at a time; nil: trials are trained
	// here. It may be called from several goroutines at once.
	Elsewhere func(ctx context.Context, trial int, c hpo.Config, to int) (metrics map[string]float64, err error)
	Workers   int // of Elsewhere; below 1: one
}

// Tune trains a trial for each configuration of the scheduler, several concurrently, for
// as many epochs as the scheduler decides, and returns the state of every trial. The
// caller chooses the best. All trials start from the same weights and see the rows in the
// same order, both drawn with the seed, so Train with a trial's optimizer and that seed
// reproduces its weights. See hpo.Run for ctx.
//
// With Elsewhere be is not used, and may be nil.
func Tune(ctx context.Context, be *backend.Backend, s Search) ([]hpo.TrialStatus, error) {
	base, err := s.job()
	if err != nil {
		return nil, err
	}
	options := hpo.Options{
		Workers: max(1, s.Workers), Journal: s.Journal, Observe: s.Observe,
		Subject: fmt.Sprintf("%s %s seed %d, %v batch %d %s", s.Set.Name, s.Set.Hash(), s.Seed, base.Config.Layers, base.Config.BatchSize, base.Config.Optimizer.Kind),
	}
	if s.Elsewhere != nil {
		start := func(_ context.Context, trial int, c hpo.Config) (hpo.Trainable, error) {
			return elsewhere{s, trial, c}, nil
		}
		return hpo.Run(ctx, s.Scheduler, start, options)
	}
	backends, err := backend.SideBySide(be)
	if err != nil {
		return nil, err
	}
	clients := &clients{backends: backends, open: make([]int, len(backends))}
	start := func(_ context.Context, _ int, c hpo.Config) (hpo.Trainable, error) {
		job := base
		var err error
		if job.Config.Optimizer, err = OptimizerOf(base.Config.Optimizer, c); err != nil {
			return nil, err
		}
		be, release := clients.take()
		training, err := mlp.Begin(be, job)
		if err != nil {
			release()
			return nil, err
		}
		return &trial{training: training, release: release}, nil
	}
	options.Workers = len(backends)
	return hpo.Run(ctx, s.Scheduler, start, options)
}

// job is what all trials have in common.
func (s Search) job() (job mlp.Job, err error) {
	e, err := encode.ByName(s.Set.Encoding)
	if err != nil {
		return job, err
	}
	job.Seed, job.Config = s.Seed, s.Config
	job.Config.Layers = append([]int{e.Width()}, s.Config.Layers[1:]...)
	if job.Train, err = Rows(e, s.Set.Subset(s.Split.Train)); err == nil {
		job.Validation, err = Rows(e, s.Set.Subset(s.Split.Validation))
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", s.Set.Name, err)
	}
	return job, err
}

// clients spreads trials over backends, each to the one with the fewest.
type clients struct {
	mu       sync.Mutex
	backends []*backend.Backend
	open     []int // trials on each
}

func (c *clients) take() (be *backend.Backend, release func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.Index(c.open, slices.Min(c.open))
	c.open[i]++
	return c.backends[i], func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.open[i]--
	}
}

// trial is a training as an hpo.Trainable.
type trial struct {
	training *mlp.Training
	release  func()
	last     mlp.Epoch
}

// Train continues up to the given epoch. It validates only after that one, since the
// scheduler does not see the others.
func (t *trial) Train(ctx context.Context, to int) (map[string]float64, error) {
	for t.last.Epoch < to {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		epoch := t.training.Steps
		if t.last.Epoch == to-1 {
			epoch = t.training.Epoch
		}
		row, err := epoch()
		if err != nil {
			return nil, err
		}
		t.last = row
		v := row.TrainLoss
		if row.Epoch == to {
			v += row.ValRMSE
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return t.metrics(), fmt.Errorf("epoch %d: %w", row.Epoch, hpo.ErrDiverged)
		}
	}
	return t.metrics(), nil
}

func (t *trial) metrics() map[string]float64 { return metricsOf(t.last) }

func metricsOf(e mlp.Epoch) map[string]float64 {
	return map[string]float64{MetricValRMSE: e.ValRMSE, MetricValMAE: e.ValMAE, MetricValLast: e.ValLast, MetricTrainLoss: e.TrainLoss}
}

func (t *trial) Close() {
	t.training.Close()
	t.release()
}
