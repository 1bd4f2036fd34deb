package mlp

import (
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred/random"
)

// Job is a training to be done: by Train to its end, by Begin epoch by epoch, by
// BeginStack with several optimizers at once.
type Job struct {
	Seed       uint64  // of the first weights and of the order of rows in each epoch
	Start      *Params // first weights, which are not changed; nil: drawn under Seed
	Train      Data    // rows to learn from
	Validation Data    // rows to judge by after each epoch; may be empty
	Config     Config
	Observe    func(Progress) // called after each epoch; may be nil
}

// ready checks the job and gives it with its first weights in Start.
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
