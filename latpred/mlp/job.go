package mlp

import (
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred/random"
)

// Job is a training to be done: with Train to its end, with Begin epoch by epoch, with
// BeginStack for several optimizers at once.
type Job struct {
	Seed       uint64  // of the initial weights and of the order of rows in each epoch
	Start      *Params // initial weights, which are not changed; nil: drawn with Seed
	Train      Data    // training rows
	Validation Data    // validation rows, evaluated after each epoch; may be empty
	Config     Config
	Observe    func(Progress) // called after each epoch; may be nil
}

// ready checks the job and returns it with its initial weights in Start.
func (j Job) ready() (Job, error) {
	if err := j.Config.validate(j.Train, j.Validation); err != nil {
		return j, err
	}
	if j.Start == nil {
		j.Start = Init(random.Stream(j.Seed, "init"), j.Config.Layers)
		return j, nil
	}
	if err := j.Start.Validate(); err != nil || !slices.Equal(j.Start.Layers, j.Config.Layers) {
		return j, fmt.Errorf("mlp: start has layers %v, the recipe %v (%w)", j.Start.Layers, j.Config.Layers, err)
	}
	return j, nil
}
