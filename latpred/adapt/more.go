package adapt

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/ofalat/ofalat/latpred/fewshot"
	"github.com/ofalat/ofalat/latpred/space"
)

// How moreRows looks for the slope of the learning curve.
const (
	curveDraws = 4
	curveRows  = 8   // from how many rows on there is one
	curveMost  = 120 // rows that it is looked for with, at most
	curveGain  = .8
	slowest    = .05
	fastest    = .7
	mostRows   = 5000
)

// moreRows estimates how many further rows would bring the expected error down by
// a fifth, from the error with half of the rows; 0 where that can't be said.
func moreRows(ctx context.Context, sources []fewshot.Source, archs []space.Arch, y []float64, config Config, expected float64) (int, error) {
	n := len(y)
	if n < curveRows || n > curveMost {
		return 0, nil
	}
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	var half float64
	for range curveDraws {
		order := rng.Perm(n)
		var a []space.Arch
		var l []float64
		for _, i := range order[:n/2] {
			a, l = append(a, archs[i]), append(l, y[i])
		}
		m, _, err := fewshot.Fit(ctx, sources, a, l, fewshot.Config{NoQueue: config.NoQueue})
		if err != nil {
			return 0, err
		}
		for _, i := range order[n/2:] {
			ms, err := m.MeanMs(archs[i])
			if err != nil {
				return 0, err
			}
			half += math.Abs(ms-y[i]) / y[i] / float64(n-n/2) / curveDraws
		}
	}
	slope := min(fastest, math.Log2(half/expected))
	if slope < slowest {
		return 0, nil
	}
	return min(mostRows, int(math.Ceil(float64(n)*(math.Pow(curveGain, -1/slope)-1)))), nil
}
