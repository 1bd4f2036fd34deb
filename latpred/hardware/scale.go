package hardware

import (
	"fmt"
	"math"

	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/stat"
)

// Scale is how long a GPU takes for the networks of a space at a batch size, as two numbers
// that don't depend on which networks were measured.
type Scale struct {
	// LogMs is the mean of the natural logarithm of the latency in milliseconds, over
	// networks of the space that are the same for all GPUs.
	LogMs float64
	// Work is the elasticity of the latency to the networks' multiply-accumulates: 1 where
	// the GPU's work decides how long a pass takes, 0 where the host's launches do. From 0
	// to 1.
	Work float64
}

// scaleNetworks is the number of networks that scales are means over.
const scaleNetworks = 300

// ScaleOf gives the scale of a GPU from a model of its times. It errs if the model can't
// predict the space's networks, or gives one no time.
func ScaleOf(s *space.Space, m *pass.Model) (Scale, error) {
	rng := random.Stream(1, "scales of GPUs")
	logMs, logMACs := make([]float64, scaleNetworks), make([]float64, scaleNetworks)
	for i := range logMs {
		a := s.Sample(rng)
		r, err := m.Read(a, m.Queue.HostState)
		if err != nil {
			return Scale{}, err
		}
		if !(r.TrueMs > 0) {
			return Scale{}, fmt.Errorf("the model gives %v ms for %s", r.TrueMs, a)
		}
		logMs[i], logMACs[i] = math.Log(r.TrueMs), math.Log(float64(s.MACs(a)))
	}
	_, work := stat.LinearRegression(logMACs, logMs, nil, false)
	return Scale{LogMs: stat.Mean(logMs, nil), Work: min(1, max(0, work))}, nil
}
