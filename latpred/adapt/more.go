package adapt

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/ofalat/ofalat/latpred/fewshot"
	"github.com/ofalat/ofalat/latpred/space"
)

// Settings of forecast. It assumes that the error is a power law of the number of rows.
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
	if config.NoForecast {
		return 0, nil
	}
	return forecast(len(y), expected, func(fit, judge []int) (float64, error) {
		var a []space.Arch
		var l []float64
		for _, i := range fit {
			a, l = append(a, archs[i]), append(l, y[i])
		}
		m, _, err := fewshot.Fit(ctx, sources, a, l, fewshot.Config{NoQueue: config.NoQueue})
		if err != nil {
			return 0, err
		}
		var sum float64
		for _, i := range judge {
			ms, err := m.MeanMs(archs[i])
			if err != nil {
				return 0, err
			}
			sum += math.Abs(ms-y[i]) / y[i] / float64(len(judge))
		}
		return sum, nil
	})
}

// forecast is moreRows of n rows, given the mean relative error on the rows judge of a fit to
// the rows fit.
func forecast(n int, expected float64, half func(fit, judge []int) (float64, error)) (int, error) {
	if n < curveRows || n > curveMost {
		return 0, nil
	}
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	var mean float64
	for range curveDraws {
		order := rng.Perm(n)
		e, err := half(order[:n/2], order[n/2:])
		if err != nil {
			return 0, err
		}
		mean += e / curveDraws
	}
	slope := min(fastest, math.Log2(mean/expected))
	if !(slope >= slowest) {
		return 0, nil
	}
	return min(mostRows, int(math.Ceil(float64(n)*(math.Pow(curveGain, -1/slope)-1)))), nil
}
