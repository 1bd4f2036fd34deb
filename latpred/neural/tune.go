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

// The axes of a search over optimizers, and the metrics of its trials.
const (
	AxisRate     = "lr"
	AxisDecay    = "wd"
	AxisMomentum = "momentum"

	MetricValRMSE   = "val_rmse"   // over the whole validation set, ms
	MetricValMAE    = "val_mae"    // ms
	MetricValLast   = "val_last"   // of its last batch alone: the authors' validation loss, ms
	MetricTrainLoss = "train_loss" // mean of the epoch's steps, ms
)

// PublishedAxes are those of the authors' grid of 36 configurations. Source: their
// logs.
func PublishedAxes() []hpo.Axis {
	return []hpo.Axis{
		{Name: AxisRate, Values: []float64{1e-4, 1e-3, 1e-2}},
		{Name: AxisDecay, Values: []float64{1e-4, 1e-3, 1e-2}},
		{Name: AxisMomentum, Values: []float64{0.4, 0.6, 0.8, 0.9}},
	}
}

// OptimizerOf changes the values of base that c names; it errs on other names.
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

// Search says what a search over optimizers tries.
type Search struct {
	Set       *dataset.Set
	Split     dataset.Split
	Seed      uint64          // of every trial
	Config    mlp.Config      // the recipe, whose optimizer trials change
	Scheduler hpo.Scheduler   // which configurations, and how far each is trained
	Journal   string          // file from which an interrupted search goes on; "": none
	Observe   func(hpo.Event) // told of each report; may be nil
}

// Tune searches for the optimizer with which a recipe learns a set best: it trains
// a trial for each configuration of the scheduler, several side by side, as far as
// the scheduler wants. All trials start from the same weights and see the rows in
// the same order, both under the seed; so Train with a trial's optimizer and that
// seed gives its weights again.
func Tune(ctx context.Context, be *backend.Backend, s Search) ([]hpo.TrialStatus, error) {
	set, base := s.Set, s.Config
	e, err := encode.ByName(set.Encoding)
	if err != nil {
		return nil, err
	}
	base.Layers = append([]int{e.Width()}, base.Layers[1:]...)
	train, err := Rows(e, set.Subset(s.Split.Train))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	validation, err := Rows(e, set.Subset(s.Split.Validation))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	backends, err := backend.SideBySide(be)
	if err != nil {
		return nil, err
	}
	clients := &clients{backends: backends, open: make([]int, len(backends))}
	start := func(_ context.Context, _ int, c hpo.Config) (hpo.Trainable, error) {
		config := base
		var err error
		if config.Optimizer, err = OptimizerOf(base.Optimizer, c); err != nil {
			return nil, err
		}
		be, release := clients.take()
		training, err := mlp.Begin(be, mlp.Job{Seed: s.Seed, Train: train, Validation: validation, Config: config})
		if err != nil {
			release()
			return nil, err
		}
		return &trial{training: training, release: release}, nil
	}
	return hpo.Run(ctx, s.Scheduler, start, hpo.Options{
		Workers: len(backends), Journal: s.Journal, Observe: s.Observe,
		Subject: fmt.Sprintf("%s %s seed %d, %v batch %d %s", set.Name, set.Hash(), s.Seed, base.Layers, base.BatchSize, base.Optimizer.Kind),
	})
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

// trial is a training that a search takes as far as it wants.
type trial struct {
	training *mlp.Training
	release  func()
	last     mlp.Epoch
}

// Train judges the weights at the end alone: what a scheduler doesn't see isn't
// worth its time.
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

func (t *trial) metrics() map[string]float64 {
	return map[string]float64{
		MetricValRMSE: t.last.ValRMSE, MetricValMAE: t.last.ValMAE, MetricValLast: t.last.ValLast, MetricTrainLoss: t.last.TrainLoss,
	}
}

func (t *trial) Close() {
	t.training.Close()
	t.release()
}
