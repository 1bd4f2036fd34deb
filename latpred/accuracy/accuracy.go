// Package accuracy predicts the top-1 accuracy of OFA's sub-networks, with the
// predictor that OFA's authors trained.
package accuracy

import (
	"fmt"
	"sync"

	"github.com/ofalat/ofalat/data"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/neural"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/tensor"
)

// minResolution is the lowest that OFA's accuracy predictor was trained at; below
// it the answers are worth nothing.
const minResolution = 160

// SpaceID is the space whose accuracies are predicted: OFA's supernet of width 1.2.
const SpaceID = "mbv3-w1.2"

const weightsFile = "accuracy-predictor.safetensors"

var network = sync.OnceValues(func() (*neural.Network, error) {
	weights, err := Weights()
	if err != nil {
		return nil, err
	}
	params, err := mlp.FromTensors(weights)
	if err != nil {
		return nil, err
	}
	return neural.NewNetwork(encode.OFA128, params)
})

// Predict writes the top-1 accuracy of each architecture to dst, as a share, by
// OFA's accuracy predictor. It belongs to the space of width 1.2, to 10,000 held
// out images and to networks cut out without further training, so that it is above
// published accuracies; nas.Calibrate says by how much. Resolutions below 160 are
// an error. Lengths must agree.
func Predict(dst []float64, archs []space.Arch) error {
	n, err := network()
	if err != nil {
		return err
	}
	for i, a := range archs {
		if a.Resolution < minResolution {
			return fmt.Errorf("architecture %d (%s): the accuracy predictor knows resolutions from %d on", i, a, minResolution)
		}
	}
	return n.Evaluate(dst, archs)
}

// Weights gives the weights of OFA's accuracy predictor (width 1.2,
// 128-400-400-400-1), weights as output × input as PyTorch has them, in the order
// of the layers.
func Weights() ([]tensor.Tensor, error) {
	content, err := data.Files.ReadFile(weightsFile)
	if err != nil {
		return nil, err
	}
	b, _, err := tensor.Parse(content)
	if err != nil {
		return nil, fmt.Errorf("data/%s: %w", weightsFile, err)
	}
	return b.Layers()
}
