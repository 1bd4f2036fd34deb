package mlp

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Optimizer says how weights follow gradients, with PyTorch's meaning of the
// values.
type Optimizer struct {
	Kind         OptimizerKind
	LearningRate float64
	Momentum     float64 // SGD: share of the last step; Adam: ignored
	WeightDecay  float64 // added to the gradient, times the weight
}

// OptimizerKind names an optimizer.
type OptimizerKind string

// The optimizers. Adam has PyTorch's defaults: betas 0.9 and 0.999, epsilon 1e-8.
const (
	SGD  OptimizerKind = "sgd"
	Adam OptimizerKind = "adam"
)

// Config describes a training. The zero value is not valid; Published is the
// paper's.
type Config struct {
	Layers    []int // widths, input first; the last must be 1
	Epochs    int   // passes over the training rows
	BatchSize int   // rows a step; the last step of an epoch takes what is left
	Optimizer Optimizer
	Freeze    int  // leading layers that keep their weights, and whose outputs are computed once; 0: all learn
	Patience  int  // stop after so many epochs without a better validation RMSE; 0: never
	KeepBest  bool // give the weights of the epoch with the best validation RMSE, not the last

	// Checkpoint is a file that training saves its state to, and goes on from
	// where the file exists; "": none. It is removed when training is complete.
	Checkpoint      string
	CheckpointEvery time.Duration // between saves; 0: ten seconds
}

// Published is the authors' recipe: four linear layers, batches of 32, 100
// epochs, plain SGD. Learning rate, weight decay and momentum differ from set to
// set; these are those of their 2080 Ti and P40 runs taken together.
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

// Epoch is what is known after an epoch.
type Epoch struct {
	Epoch     int     // 1-based
	TrainLoss float64 // mean loss of the steps, each before its update
	LastBatch float64 // loss of the last step: what the authors' logs call training loss
	ValRMSE   float64 // over the whole validation set; NaN without one
	ValMAE    float64
	ValLast   float64 // RMSE loss of the validation set's last batch: the authors' "validation loss"
}

// Progress is what an observer is told after each epoch.
type Progress struct {
	Epoch
	Epochs  int           // planned
	Elapsed time.Duration // since Train was called, earlier runs of a resumed training not counted
	Left    time.Duration // estimated
}

// Result is what a training gives.
type Result struct {
	Params   *Params // of the last epoch, or of the best (Config.KeepBest)
	History  []Epoch
	Best     int           // 1-based epoch of the best validation RMSE; 0 without validation rows
	Diverged bool          // loss or validation error became infinite or NaN; training ended there
	Stopped  bool          // patience ended it
	Resumed  int           // epochs that a checkpoint had done before
	Compile  time.Duration // building the executable, its first run included; 0 where it was there
	Elapsed  time.Duration
}
