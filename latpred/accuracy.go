package latpred

import (
	"fmt"
	"sync"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/space"
)

// minAccuracyResolution is the lowest that OFA's accuracy predictor was trained at;
// below it the answers are worth nothing.
const minAccuracyResolution = 160

var accuracyNetwork = sync.OnceValues(func() (*MLP, error) {
	weights, err := dataset.AccuracyWeights()
	if err != nil {
		return nil, err
	}
	params, err := mlp.FromTensors(weights)
	if err != nil {
		return nil, err
	}
	return NewMLP(encode.OFA128, params, Provenance{Note: "OFA's accuracy predictor, width 1.2"})
})

// Accuracy writes the top-1 accuracy of each architecture to dst, as a share, by
// OFA's accuracy predictor. It belongs to the space of width 1.2, to 10,000 held
// out images and to networks cut out without further training, so that it is above
// published accuracies; nas.Calibrate says by how much. Resolutions below 160 are
// an error. Lengths must agree.
func Accuracy(dst []float64, archs []space.Arch) error {
	network, err := accuracyNetwork()
	if err != nil {
		return err
	}
	for i, a := range archs {
		if a.Resolution < minAccuracyResolution {
			return fmt.Errorf("architecture %d (%s): the accuracy predictor knows resolutions from %d on", i, a, minAccuracyResolution)
		}
	}
	return network.PredictMs(dst, archs)
}
