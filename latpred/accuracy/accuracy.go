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

// minResolution is the lowest resolution, in pixels, that OFA's accuracy predictor was
// trained at; below it predictions are meaningless.
const minResolution = 160

// SpaceID is the space that the predictor is for: OFA's supernet of width 1.2.
const SpaceID = "mbv3-w1.2"

// About says of which networks and data the accuracies of Predict are, and where networks
// of s are of another width, what they are good for. told is whether it is known that the
// networks are of s, and not only assumed.
func About(s *space.Space, told bool) string {
	own, err := space.ByID(SpaceID)
	if err != nil {
		panic("accuracy: " + err.Error())
	}
	text := fmt.Sprintf("accuracies are OFA's predictor's, of networks of width %.1f on 10,000 held-out images of ImageNet, without further training", own.Multiplier)
	switch {
	case !told:
		return text + "; the width of these networks is not known: good for ranking, to be expected only if it is that one"
	case !s.SameNetworks(own):
		return text + fmt.Sprintf("; these networks are of width %.1f: good for ranking, not to be expected of these networks", s.Multiplier)
	}
	return text
}

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

// Predict writes the top-1 accuracy of each architecture, as a fraction from 0 to 1, to
// dst, which must have the length of archs. OFA's accuracy predictor is for the space
// SpaceID, and for the accuracy on 10,000 held-out images of networks that were extracted
// without further training. That is above published accuracies; nas.Calibrate says by how
// much. Resolutions below 160 are an error.
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

// Weights gives the tensors of OFA's accuracy predictor, a network of
// 128-400-400-400-1 units: layer by layer, weight before bias. A weight is output × input,
// as in PyTorch.
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
