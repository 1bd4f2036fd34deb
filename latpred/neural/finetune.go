package neural

import (
	"context"
	"fmt"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/random"
)

// Transfer is what a fine-tuning takes over from its source.
type Transfer string

// The transfers.
const (
	// LastLayer freezes all hidden layers and trains a freshly initialised output layer,
	// as the authors' code did.
	LastLayer Transfer = "last-layer"
	// FreezeTwo freezes the first two layers and trains the others, starting from the
	// source's weights, as the paper's text says.
	FreezeTwo Transfer = "freeze-two"
	// AllLayers trains every layer, starting from the source's weights.
	AllLayers Transfer = "all-layers"
	// Scratch takes over nothing; it is the baseline of the others.
	Scratch Transfer = "scratch"
)

// Transfers lists all transfers.
func Transfers() []Transfer { return []Transfer{LastLayer, FreezeTwo, AllLayers, Scratch} }

// PublishedFineTuning returns the authors' recipe for fine-tuning. Source: tensors and
// logs of their checkpoints.
func PublishedFineTuning() mlp.Config {
	config := mlp.Published()
	config.Optimizer = mlp.Optimizer{Kind: mlp.SGD, LearningRate: 0.1, WeightDecay: 1e-3, Momentum: 0.9}
	return config
}

// FineTune continues the training of source, a predictor of one device, on a job's rows,
// measured on another. The layers are those of source; Config.Layers and Config.Freeze
// are ignored. It errs if the set's Encoding is not source's. Everything else is as in
// Train.
func FineTune(ctx context.Context, be *backend.Backend, source *Predictor, transfer Transfer, job Job) (*Predictor, *mlp.Result, error) {
	if e := source.Encoder(); e.Name() != job.Set.Encoding {
		return nil, nil, fmt.Errorf("%s is encoded as %s, the source predictor reads %s", job.Set.Name, job.Set.Encoding, e.Name())
	}
	start := source.Params().Clone()
	job.Config.Layers, job.Config.Freeze = start.Layers, 0
	fresh := mlp.Init(random.Stream(job.Seed, "init"), start.Layers)
	last := len(start.Weights) - 1
	job.known(source, transfer)
	switch transfer {
	case LastLayer:
		job.Config.Freeze = last
		start.Weights[last], start.Biases[last] = fresh.Weights[last], fresh.Biases[last]
	case FreezeTwo:
		job.Config.Freeze = min(2, last)
	case AllLayers:
	case Scratch:
		start = fresh
	default:
		return nil, nil, fmt.Errorf("no transfer %q: there are %v", transfer, Transfers())
	}
	note := fmt.Sprintf("fine-tuned (%s) from a predictor for %s", transfer, source.Provenance().Device)
	return learn(ctx, be, source.Encoder(), start, job, note)
}
