package dataset

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/data"
	"github.com/ofalat/ofalat/latpred/tensor"
)

// AccuracyWeights gives the weights of OFA's accuracy predictor (width 1.2,
// 128-400-400-400-1), weights as output × input as PyTorch has them, in the
// order of the layers.
func AccuracyWeights() ([]tensor.Tensor, error) {
	content, err := data.Files.ReadFile("accuracy-predictor.safetensors")
	if err != nil {
		return nil, err
	}
	out, err := tensor.ReadSafetensors(content)
	if err != nil {
		return nil, fmt.Errorf("data/accuracy-predictor.safetensors: %w", err)
	}
	// By layer, weight before bias.
	slices.SortFunc(out, func(a, b tensor.Tensor) int {
		layer := func(t tensor.Tensor) string { return t.Name[:strings.LastIndexByte(t.Name, '.')] }
		if c := strings.Compare(layer(a), layer(b)); c != 0 {
			return c
		}
		return len(b.Shape) - len(a.Shape)
	})
	return out, nil
}
