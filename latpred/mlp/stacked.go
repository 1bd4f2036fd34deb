package mlp

import (
	"errors"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/random"
)

// Stacked is several trainings that differ only in their optimizers' hyper-parameters
// and advance together, epoch by epoch. Their weights are stacked along a leading axis,
// so that a step of all is a few large products. This is for GPUs, which one training
// leaves mostly idle; on the processor, separate trainings side by side are faster. All
// have the same initial weights and see the same rows in the same order. One that
// diverges does not affect the others. A last batch that is not full is left out. It
// must not be used by two goroutines at once.
type Stacked struct {
	device *device
	seed   uint64
	trials int
	done   int
}

// BeginStack places a training of job for each optimizer on be, which must run XLA. All
// optimizers must be of the kind in the job's Config, whose hyper-parameters are ignored.
// Everything else is as in Begin, but there must be validation rows and at least one full
// batch of training rows.
func BeginStack(be *backend.Backend, job Job, optimizers []Optimizer) (*Stacked, error) {
	job, err := job.ready()
	config := job.Config
	switch {
	case err != nil:
		return nil, err
	case !be.XLA():
		return nil, fmt.Errorf("mlp: stacked trials run on XLA, not on %s", be.Kind)
	case len(optimizers) == 0 || config.Freeze > 0 || job.Validation.Rows() == 0 || job.Train.Rows() < config.BatchSize:
		return nil, errors.New("mlp: stacked trials need optimizers, validation rows and a full batch of training rows, and can't freeze layers")
	}
	for _, o := range optimizers {
		if o.Kind != config.Optimizer.Kind {
			return nil, fmt.Errorf("mlp: stacked trials of %s and %s", config.Optimizer.Kind, o.Kind)
		}
	}
	e, err := newDevice(be, job.Start.flat(), job.Train, job.Validation, config)
	if err != nil {
		return nil, err
	}
	s := &Stacked{device: e, seed: job.Seed, trials: len(optimizers)}
	e.recipe.trials, e.recipe.ragged = s.trials, false
	if e.exec, err = executablesFor(be, e.recipe, config.BatchSize); err != nil {
		return nil, err
	}
	return s, caught("stacking trials", func() error {
		for i, t := range e.held {
			e.held[i] = s.repeat(t)
		}
		for i, of := range []func(Optimizer) float64{
			func(o Optimizer) float64 { return o.LearningRate },
			func(o Optimizer) float64 { return o.Momentum },
			func(o Optimizer) float64 { return o.WeightDecay },
		} {
			values := make([]float32, s.trials)
			for t, o := range optimizers {
				values[t] = float32(of(o))
			}
			e.hypers[i] = tensors.FromFlatDataAndDimensions(values, s.trials)
		}
		return nil
	})
}

// repeat stacks a copy of a tensor for each trial; a scalar, the number of steps, is
// shared.
func (s *Stacked) repeat(t *tensors.Tensor) *tensors.Tensor {
	if t.Rank() == 0 {
		return t
	}
	one := tensors.MustCopyFlatData[float32](t)
	all := make([]float32, 0, s.trials*len(one))
	for range s.trials {
		all = append(all, one...)
	}
	return tensors.FromFlatDataAndDimensions(all, append([]int{s.trials}, t.Shape().Dimensions...)...)
}

// Epoch takes the steps of an epoch and evaluates the weights on the validation rows. It
// returns one Epoch for each optimizer, in their order; those of trials that diverged
// hold NaN or infinities.
func (s *Stacked) Epoch() (rows []Epoch, err error) {
	e := s.device
	batch := e.config.BatchSize
	order := random.Stream(s.seed, fmt.Sprint("shuffle ", s.done+1)).Perm(e.host.Rows())
	full := len(order) / batch
	err = caught("training a stack", func() error {
		sums, lasts, err := e.runEpoch(order[:full*batch], make([]float32, s.trials))
		if err != nil {
			return err
		}
		rmse, mae, last := e.judged[0], e.judged[1], e.judged[2]
		for t := range s.trials {
			rows = append(rows, Epoch{
				Epoch: s.done + 1, TrainLoss: sums[t] / float64(full), LastBatch: lasts[t],
				ValRMSE: rmse[t], ValMAE: mae[t], ValLast: last[t],
			})
		}
		return nil
	})
	s.done++
	return rows, err
}

// vector reads float32 values and frees their tensor.
func vector(t *tensors.Tensor) []float64 {
	var values []float64
	for _, v := range tensors.MustCopyFlatData[float32](t) {
		values = append(values, float64(v))
	}
	t.MustFinalizeAll()
	return values
}

// Params returns a copy of the weights of a trial, counted from 0 in the order of the
// optimizers.
func (s *Stacked) Params(trial int) (*Params, error) {
	all, err := s.device.weights()
	if err != nil {
		return nil, err
	}
	for i, values := range all {
		n := len(values) / s.trials
		all[i] = values[trial*n : (trial+1)*n]
	}
	return fromFlat(s.device.config.Layers, all), nil
}

// Diverged reports whether the training loss or the validation RMSE is NaN or infinite.
// An epoch without validation has a NaN and so counts as diverged.
func (e Epoch) Diverged() bool {
	v := e.TrainLoss + e.ValRMSE
	return math.IsNaN(v) || math.IsInf(v, 0)
}

// Close frees what the stack holds on the device.
func (s *Stacked) Close() { s.device.close() }
