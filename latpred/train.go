package latpred

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/mlp"
)

// Train learns the paper's predictor from the training rows of split, watching
// its validation rows; the test rows are not looked at. The set's Encoding is
// used, and the first of config.Layers is set to its width. Latencies are raw
// milliseconds, as in the paper.
//
// See mlp.Train for what ctx, seed, the checkpoint in config and observe do. With
// an error that ends ctx the predictor is what was learnt so far.
func Train(ctx context.Context, be *backend.Backend, seed uint64, set *dataset.Set, split dataset.Split, config mlp.Config, observe func(mlp.Progress)) (*MLP, *mlp.Result, error) {
	e, err := encode.ByName(set.Encoding)
	if err != nil {
		return nil, nil, err
	}
	config.Layers = append([]int{e.Width()}, config.Layers[1:]...)
	return learn(ctx, be, seed, e, nil, set, split, config, "", observe)
}

// learn trains from start, or from weights of its own.
func learn(ctx context.Context, be *backend.Backend, seed uint64, e encode.Encoder, start *mlp.Params, set *dataset.Set, split dataset.Split, config mlp.Config, note string, observe func(mlp.Progress)) (*MLP, *mlp.Result, error) {
	train, err := Rows(e, set.Subset(split.Train))
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	validation, err := Rows(e, set.Subset(split.Validation))
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	result, trainErr := mlp.Train(ctx, be, mlp.Job{Seed: seed, Start: start, Train: train, Validation: validation, Config: config, Observe: observe})
	if result == nil {
		return nil, nil, trainErr
	}
	m, err := NewMLP(e, result.Params, Provenance{
		Device: set.Device, Data: set.Name, DataHash: hash(set), Rows: len(split.Train), Seed: seed,
		Backend: be.Kind, Recipe: recipe(config, len(result.History)), Versions: versions(), Note: note,
	})
	if err != nil {
		return nil, nil, err
	}
	return m, result, trainErr
}

// Rows encodes a set as data for a network, latencies in milliseconds.
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

// hash identifies a set by its rows in our format.
func hash(set *dataset.Set) string {
	h := sha256.New()
	if err := dataset.Write(h, set); err != nil {
		panic("latpred: " + err.Error()) // a hash does not fail
	}
	return hex.EncodeToString(h.Sum(nil))
}

func recipe(c mlp.Config, epochs int) map[string]string {
	return map[string]string{
		"layers": strings.Trim(strings.ReplaceAll(fmt.Sprint(c.Layers), " ", "-"), "[]"),
		"epochs": fmt.Sprint(epochs), "batch_size": fmt.Sprint(c.BatchSize), "optimizer": string(c.Optimizer.Kind),
		"learning_rate": fmt.Sprint(c.Optimizer.LearningRate), "momentum": fmt.Sprint(c.Optimizer.Momentum),
		"weight_decay": fmt.Sprint(c.Optimizer.WeightDecay), "keep_best": fmt.Sprint(c.KeepBest),
	}
}

// versions lists Go and the modules that compute.
func versions() map[string]string {
	out := map[string]string{"go": runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			if strings.HasPrefix(d.Path, "github.com/gomlx/") {
				out[d.Path] = d.Version
			}
		}
	}
	return out
}
