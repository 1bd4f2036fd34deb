package adapt

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/ofalat/ofalat/latpred/fewshot"
	"github.com/ofalat/ofalat/latpred/space"
)

// Settings of moreRows. It assumes that the error is a power law of the number of rows.
const (
	curveDraws = 4   // random halves of the rows
	curveRows  = 8   // smallest number of rows to estimate from
	curveMost  = 120 // largest number of rows to estimate from
	curveGain  = .8  // factor by which the error is to fall
	slowest    = .05 // with a smaller exponent the answer is not known
	fastest    = .7  // a larger exponent is cut to it
	mostRows   = 5000
)

// moreRows estimates how many further rows would lower the expected error, a fraction, by
// a fifth, from the error of fits to half of the rows. It is 0 if that can't be said or is
// not wanted, and at most 5,000.
func moreRows(ctx context.Context, sources []fewshot.Source, archs []space.Arch, y []float64, config Config, expected float64) (int, error) {
	n := len(y)
	if config.NoForecast || n < curveRows || n > curveMost {
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
