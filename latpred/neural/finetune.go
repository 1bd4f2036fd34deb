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
	// LastLayer freezes all hidden layers and trains a freshly initialised output layer.
	LastLayer Transfer = "last-layer"
	// FreezeTwo freezes the first two layers and trains the others, starting from the
	// source's weights, as the paper's text says.
	FreezeTwo Transfer = "freeze-two"
	// AllLayers trains every layer, starting from the source's weights.
	AllLayers Transfer = "all-layers"
	// Scratch takes over nothing; it is the baseline of the others.
	Scratch Transfer = "scratch"
	// Published is LastLayer as the authors' code does it: the last ReLU is missing in
	// training and validation, and is back in the predictor. See Head.
	Published Transfer = "published"
)

// Transfers lists the sound transfers: all but Published.
func Transfers() []Transfer { return []Transfer{LastLayer, FreezeTwo, AllLayers, Scratch} }

// FineTune continues the training of source, a predictor of one device, on a job's rows,
// measured on another. The layers are those of source; Config.Layers and Config.Freeze
// are ignored. It errs if the set's Encoding is not source's. Everything else is as in
// Train.
func FineTune(ctx context.Context, be *backend.Backend, source *Predictor, transfer Transfer, job Job) (*Predictor, *mlp.Result, error) {
	if e := source.Encoder(); e.Name() != job.Set.Encoding {
		return nil, nil, encodingError(source, job)
	}
	note := fmt.Sprintf("fine-tuned (%s) from a predictor for %s", transfer, source.Provenance().Device)
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
	case Published:
		return fineTunePublished(ctx, be, source, job, note)
	default:
		return nil, nil, fmt.Errorf("no transfer %q: there are %v and %s", transfer, Transfers(), Published)
	}
	return learn(ctx, be, source.Encoder(), start, job, note)
}

// fineTunePublished trains a head and puts the ReLU back, as the authors' test does.
func fineTunePublished(ctx context.Context, be *backend.Backend, source *Predictor, job Job, note string) (*Predictor, *mlp.Result, error) {
	head, result, trainErr := FineTuneHead(ctx, be, source, job)
	if head == nil {
		return nil, nil, trainErr
	}
	m, err := AsTested(source, head, provenance(be, job, len(result.History), note))
	if err != nil {
		return nil, nil, err
	}
	return m, result, trainErr
}

func encodingError(source *Predictor, job Job) error {
	return fmt.Errorf("%s is encoded as %s, the source predictor reads %s", job.Set.Name, job.Set.Encoding, source.Encoder().Name())
}
