package mlp

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Optimizer holds the kind and hyper-parameters of an optimizer, with the meaning that
// they have in PyTorch.
type Optimizer struct {
	Kind         OptimizerKind
	LearningRate float64
	Momentum     float64 // SGD: factor of the previous velocity; Adam: ignored
	WeightDecay  float64 // L2 penalty: this times the weight is added to the gradient
}

// OptimizerKind names an optimizer.
type OptimizerKind string

// The optimizers. Adam has PyTorch's defaults: betas 0.9 and 0.999, epsilon 1e-8.
const (
	SGD  OptimizerKind = "sgd"
	Adam OptimizerKind = "adam"
)

// Config is the recipe of a training. The zero value is not valid; Published returns
// the paper's.
type Config struct {
	Layers    []int // widths, input first; the last must be 1
	Epochs    int   // passes over the training rows
	BatchSize int   // rows a step; the last step of an epoch takes the rows that are left
	Optimizer Optimizer
	Freeze    int  // number of leading layers that keep their weights; 0: all layers are trained
	Patience  int  // stop after so many epochs without a better validation RMSE; 0: never
	KeepBest  bool // return the weights of the epoch with the best validation RMSE, not the last

	// Checkpoint is a file that training saves its state to, and continues from if it
	// exists; "": none. It stays when training is complete: see RemoveCheckpoint.
	Checkpoint      string
	CheckpointEvery time.Duration // between saves; 0: ten seconds
}

// Published returns the authors' recipe: four linear layers, batches of 32, 100
// epochs, SGD with momentum. Their optimizer differs from set to set; here the learning
// rate is the P40's, the weight decay the RTX 2080 Ti's and the momentum that of both.
// Source: their training logs.
func Published() Config {
	return Config{
		Layers: slices.Clone(PublishedLayers), Epochs: 100, BatchSize: 32,
		Optimizer: Optimizer{Kind: SGD, LearningRate: 1e-3, WeightDecay: 1e-4, Momentum: 0.9},
	}
}

// lossEpsilon keeps the root in the loss, √(MSE + ε), smooth at 0. Source: the
// authors' code.
const lossEpsilon = 1e-6

func (c Config) validate(train, validation Data) error {
	switch n := len(c.Layers); {
	case n < 2 || slices.Min(c.Layers) <= 0 || c.Layers[n-1] != 1:
		return fmt.Errorf("mlp: layers %v, want positive widths that end in 1", c.Layers)
	case c.Epochs <= 0 || c.BatchSize <= 0:
		return fmt.Errorf("mlp: %d epochs of batches of %d", c.Epochs, c.BatchSize)
	case c.Freeze < 0 || c.Freeze >= n-1:
		return fmt.Errorf("mlp: %d of %d layers frozen leaves none to train", c.Freeze, n-1)
	case c.Optimizer.Kind != SGD && c.Optimizer.Kind != Adam:
		return fmt.Errorf("mlp: no optimizer %q: there are %s and %s", c.Optimizer.Kind, SGD, Adam)
	case !(c.Optimizer.LearningRate > 0):
		return fmt.Errorf("mlp: learning rate %v is not above 0", c.Optimizer.LearningRate)
	case train.Rows() == 0:
		return errors.New("mlp: no rows to train on")
	case c.Patience > 0 && validation.Rows() == 0:
		return errors.New("mlp: patience needs validation rows")
	case c.KeepBest && validation.Rows() == 0:
		return errors.New("mlp: keeping the best epoch needs validation rows")
	}
	return errors.Join(train.validate("training", c.Layers[0]), validation.validate("validation", c.Layers[0]))
}

// Epoch holds the losses of one epoch, in the unit of the targets. The loss is
// √(MSE + 1e-6).
type Epoch struct {
	Epoch     int     // counted from 1
	TrainLoss float64 // mean loss of the steps, each before its update
	LastBatch float64 // loss of the last step: what the authors' logs call training loss
	ValRMSE   float64 // over the whole validation set; NaN without one
	ValMAE    float64 // mean absolute error over the whole validation set; NaN without one
	ValLast   float64 // loss of the validation set's last batch: the authors' "validation loss"; NaN without one
}

// Progress is passed to Job.Observe after each epoch.
type Progress struct {
	Epoch
	Epochs  int           // planned
	Elapsed time.Duration // since Train was called; earlier runs of a resumed training do not count
	Left    time.Duration // estimated
}

// Result is the result of Train.
type Result struct {
	Params   *Params       // of the last epoch, or of the best (Config.KeepBest)
	History  []Epoch       // one for each epoch, those before a resumption included
	Best     int           // epoch, counted from 1, with the best validation RMSE; 0 without validation rows
	Diverged bool          // loss or validation error became infinite or NaN, which ended the training
	Stopped  bool          // Config.Patience ended the training
	Resumed  int           // epochs that were taken from a checkpoint
	Compile  time.Duration // duration of the first epoch, in which executables are compiled; 0 where nothing is compiled
	Elapsed  time.Duration // of Train
}
