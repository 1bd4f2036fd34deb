package latpred

import (
	"context"
	"fmt"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/random"
)

// Transfer says what a fine-tuning takes over from its source.
type Transfer string

// The transfers.
const (
	// LastLayer keeps all hidden layers as they are and trains an output layer
	// that is drawn anew: what the authors' code did.
	LastLayer Transfer = "last-layer"
	// FreezeTwo keeps the first two layers as they are and trains the others from
	// where the source left them: what the paper's text says.
	FreezeTwo Transfer = "freeze-two"
	// AllLayers trains every layer from where the source left it.
	AllLayers Transfer = "all-layers"
	// Scratch takes over nothing: the yardstick of the others.
	Scratch Transfer = "scratch"
)

// Transfers lists them.
func Transfers() []Transfer { return []Transfer{LastLayer, FreezeTwo, AllLayers, Scratch} }

// PublishedFineTuning is the authors' recipe for fine-tuning. Source: tensors and
// logs of their checkpoints.
func PublishedFineTuning() mlp.Config {
	config := mlp.Published()
	config.Optimizer = mlp.Optimizer{Kind: mlp.SGD, LearningRate: 0.1, WeightDecay: 1e-3, Momentum: 0.9}
	return config
}

// FineTune adapts source, trained on one device, to the training rows of split,
// measured on another. The layers are those of source; config.Layers and
// config.Freeze are ignored. Everything else is as in Train.
func FineTune(ctx context.Context, be *backend.Backend, seed uint64, source *MLP, transfer Transfer, set *dataset.Set, split dataset.Split, config mlp.Config, observe func(mlp.Progress)) (*MLP, *mlp.Result, error) {
	if e := source.Encoder(); e.Name() != set.Encoding {
		return nil, nil, fmt.Errorf("%s is encoded as %s, the source predictor reads %s", set.Name, set.Encoding, e.Name())
	}
	start := source.Params().Clone()
	config.Layers, config.Freeze = start.Layers, 0
	fresh := mlp.Init(random.Stream(seed, "init"), start.Layers)
	last := len(start.Weights) - 1
	switch transfer {
	case LastLayer:
		config.Freeze = last
		start.Weights[last], start.Biases[last] = fresh.Weights[last], fresh.Biases[last]
	case FreezeTwo:
		config.Freeze = min(2, last)
	case AllLayers:
	case Scratch:
		start = fresh
	default:
		return nil, nil, fmt.Errorf("no transfer %q: there are %v", transfer, Transfers())
	}
	note := fmt.Sprintf("fine-tuned (%s) from a predictor for %s", transfer, source.Provenance().Device)
	return learn(ctx, be, seed, source.Encoder(), start, set, split, config, note, observe)
}
