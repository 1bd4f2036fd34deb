package mlp

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/random"
)

// engine takes the steps of a training and holds its state. The state is a list of
// arrays, as in a checkpoint: weight and bias of each layer, then the optimizer's slots
// in the same order, then for Adam the number of steps.
type engine interface {
	// epoch takes a step for each batch of training rows in the given order; it
	// returns the sum of the steps' losses and the last of them.
	epoch(order []int) (sum, last float64, err error)
	// errors evaluates the weights on the validation rows; last is the loss of their
	// last batch.
	errors() (rmse, mae, last float64, err error)
	weights() ([][]float32, error) // of the state, weights and biases alone
	state() ([][]float32, error)
	close()
}

// Training is a training that its caller advances epoch by epoch, such as a trial of a
// search over hyper-parameters; Train runs one to its end. It holds data and state on a
// backend until Close. It must not be used by two goroutines at once; different
// trainings may run concurrently.
type Training struct {
	engine
	config     Config
	seed       uint64
	done       int // epochs
	train      int // rows
	validation int
	compile    time.Duration // duration of the first epoch, in which executables are compiled; 0 where nothing is compiled
}

// Begin places a training on a backend. It checks the job as Train does, and
// Config.Freeze must be 0. Observe and Config's Epochs, Patience, KeepBest and Checkpoint
// have no effect: they are left to the caller.
func Begin(be *backend.Backend, job Job) (*Training, error) {
	job, err := job.ready()
	if err != nil {
		return nil, err
	}
	if job.Config.Freeze > 0 {
		return nil, errors.New("mlp: a training that is taken epoch by epoch can't freeze layers")
	}
	return begin(be, job, nil)
}

// begin starts from a checkpoint, or from job.Start if saved is nil.
func begin(be *backend.Backend, job Job, saved *checkpoint) (*Training, error) {
	t := &Training{config: job.Config, seed: job.Seed, train: job.Train.Rows(), validation: job.Validation.Rows()}
	state := job.Start.flat()
	if saved != nil {
		state, t.done = saved.State, len(saved.History)
	}
	var err error
	if be.XLA() && len(job.Config.Layers) > 2 { // a single layer isn't worth a compilation
		t.engine, err = newDevice(be, state, job.Train, job.Validation, job.Config)
	} else {
		t.engine = newHost(be.Threads, state, job.Train, job.Validation, job.Config)
	}
	return t, err
}

// Epoch takes one step for each batch of the training rows, in an order drawn with the
// seed and the epoch's number, and evaluates the weights on the validation rows. Losses
// that are infinite or NaN are not an error here.
func (t *Training) Epoch() (row Epoch, err error) {
	start := time.Now()
	if row, err = t.Steps(); err == nil && t.validation > 0 {
		row.ValRMSE, row.ValMAE, row.ValLast, err = t.errors()
	}
	if _, compiles := t.engine.(*device); compiles && t.compile == 0 {
		t.compile = time.Since(start)
	}
	return row, err
}

// Steps is Epoch without validation: ValRMSE, ValMAE and ValLast are NaN.
func (t *Training) Steps() (row Epoch, err error) {
	row.Epoch = t.done + 1
	order := random.Stream(t.seed, fmt.Sprint("shuffle ", row.Epoch)).Perm(t.train)
	sum, last, err := t.epoch(order)
	if err != nil {
		return row, err
	}
	steps := (t.train + t.config.BatchSize - 1) / t.config.BatchSize
	row.TrainLoss, row.LastBatch = sum/float64(steps), last
	row.ValRMSE, row.ValMAE, row.ValLast = math.NaN(), math.NaN(), math.NaN()
	t.done++
	return row, nil
}

// Params returns a copy of the current weights.
func (t *Training) Params() (*Params, error) {
	values, err := t.weights()
	if err != nil {
		return nil, err
	}
	return fromFlat(t.config.Layers, values), nil
}

// Close frees the data and the state on the backend.
func (t *Training) Close() { t.close() }
