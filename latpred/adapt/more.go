package adapt

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
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

// fitter fits a model to measurements of networks, milliseconds.
type fitter func(ctx context.Context, archs []space.Arch, ms []float64) (*transfer.Clocked, error)

// moreRows estimates how many further rows would lower the expected error, a fraction, by
// a fifth, from the error of fits to half of the rows. It is 0 if that can't be said, and at
// most 5,000.
func moreRows(ctx context.Context, fit fitter, archs []space.Arch, y []float64, expected float64) (int, error) {
	n := len(y)
	if n < curveRows || n > curveMost {
		return 0, nil
	}
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	var mean float64
	for range curveDraws {
		var as [2][]space.Arch
		var ms [2][]float64
		for k, i := range rng.Perm(n) {
			half := min(1, k/(n/2))
			as[half], ms[half] = append(as[half], archs[i]), append(ms[half], y[i])
		}
		m, err := fit(ctx, as[0], ms[0])
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if err != nil { // all are equal
			return 0, nil
		}
		pred := make([]float64, len(as[1]))
		if err := m.Means(pred, as[1]); err != nil {
			return 0, err
		}
		for i, v := range pred {
			mean += math.Abs(v-ms[1][i]) / ms[1][i] / float64(len(pred)) / curveDraws
		}
	}
	slope := min(fastest, math.Log2(mean/expected))
	if !(slope >= slowest) {
		return 0, nil
	}
	return min(mostRows, int(math.Ceil(float64(n)*(math.Pow(curveGain, -1/slope)-1)))), nil
}
