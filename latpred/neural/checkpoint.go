package neural

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/pytorch"
)

// FromCheckpoint makes a predictor from a PyTorch checkpoint file of linear layers, such
// as the paper's authors released. The encoder must be as wide as the network's input:
// encode.OFA128, or encode.Hardware for their generalised network. The checkpoint does
// not say which encoder it was trained with.
func FromCheckpoint(path string, e encode.Encoder) (*Predictor, error) {
	tensors, err := pytorch.ReadStateDict(path)
	if err != nil {
		return nil, err
	}
	params, err := mlp.FromTensors(tensors)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m, err := New(e, params, latpred.Provenance{Note: "PyTorch checkpoint " + path})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}
