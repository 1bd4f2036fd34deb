package neural

import (
	"context"
	"fmt"
	"strings"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/mlp"
)

// Job is a training to be done.
type Job struct {
	Set     *dataset.Set
	Split   dataset.Split      // its training and validation rows are used, its test rows are not
	Seed    uint64             // of the initial weights and of the order of rows
	Config  mlp.Config         // the recipe
	Observe func(mlp.Progress) // called after each epoch; may be nil
	sources []latpred.Source   // what a fine-tuning knows by way of its source
}

// known notes which rows of which sets a fine-tuning knows by way of its source, for the
// provenance.
func (j *Job) known(source *Predictor, transfer Transfer) {
	if transfer != Scratch {
		j.sources = latpred.SourcesOf(source)
	}
}

// Train trains the paper's predictor on a set. The encoding is the set's, and the first
// of Config.Layers is replaced by its width. Targets are raw milliseconds, as in the
// paper.
//
// See mlp.Train for ctx, Seed, Config.Checkpoint and Observe. When ctx ends, the
// predictor trained so far is returned with ctx's error.
func Train(ctx context.Context, be *backend.Backend, job Job) (*Predictor, *mlp.Result, error) {
	e, err := encode.ByName(job.Set.Encoding)
	if err != nil {
		return nil, nil, err
	}
	job.Config.Layers = append([]int{e.Width()}, job.Config.Layers[1:]...)
	return learn(ctx, be, e, nil, job, "")
}

// learn trains from start; nil stands for weights drawn with the job's seed.
func learn(ctx context.Context, be *backend.Backend, e encode.Encoder, start *mlp.Params, job Job, note string) (*Predictor, *mlp.Result, error) {
	set := job.Set
	train, err := Rows(e, set.Subset(job.Split.Train))
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	validation, err := Rows(e, set.Subset(job.Split.Validation))
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	result, trainErr := mlp.Train(ctx, be, mlp.Job{
		Seed: job.Seed, Start: start, Train: train, Validation: validation, Config: job.Config, Observe: job.Observe,
	})
	if result == nil {
		return nil, nil, trainErr
	}
	m, err := New(e, result.Params, provenance(be, job, len(result.History), note))
	if err != nil {
		return nil, nil, err
	}
	return m, result, trainErr
}

// provenance describes weights that a job gave after so many epochs.
func provenance(be *backend.Backend, job Job, epochs int, note string) latpred.Provenance {
	return latpred.Provenance{
		Device: job.Set.Device, Space: job.Set.SpaceID, Data: job.Set.Name, DataHash: job.Set.Hash(), Rows: len(job.Split.Train), Seed: job.Seed,
		Backend: be.Kind, Recipe: recipe(job.Config, epochs), Versions: latpred.Versions(), Note: note,
		Split: job.Split.Record(len(job.Set.Samples)), Sources: job.sources,
	}
}

// Rows encodes a set as data for package mlp, with latencies in milliseconds as targets.
// It errs on an architecture that the encoder rejects.
func Rows(e encode.Encoder, set *dataset.Set) (mlp.Data, error) {
	x, err := encode.Sparse(e, set.Archs())
	if err != nil {
		return mlp.Data{}, err
	}
	d := mlp.Data{X: x, Y: make([]float32, len(set.Samples))}
	for i, row := range set.Samples {
		d.Y[i] = float32(row.LatencyMs)
	}
	return d, nil
}

func recipe(c mlp.Config, epochs int) map[string]string {
	return map[string]string{
		"layers": strings.Trim(strings.ReplaceAll(fmt.Sprint(c.Layers), " ", "-"), "[]"),
		"epochs": fmt.Sprint(epochs), "batch_size": fmt.Sprint(c.BatchSize), "optimizer": string(c.Optimizer.Kind),
		"learning_rate": fmt.Sprint(c.Optimizer.LearningRate), "momentum": fmt.Sprint(c.Optimizer.Momentum),
		"weight_decay": fmt.Sprint(c.Optimizer.WeightDecay), "keep_best": fmt.Sprint(c.KeepBest),
	}
}
