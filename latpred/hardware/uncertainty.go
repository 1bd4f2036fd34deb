package hardware

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// Uncertainty of the scale, as the standard deviation of its natural logarithm: what is
// believed before any two GPUs are compared. It counts as much as one pair of GPUs, so that
// the interval of a GPU does not hang on few pairs, and says something where there is none.
// The values are guesses on the wide side: GPUs of a generation differ in clocks and in the
// share of arithmetic, by a tenth or two; generations in what a byte of bandwidth is worth,
// by a factor of 1.6 and more.
const (
	sameGenerationSd  = .15
	otherGenerationSd = .50
	outsideSd         = .50 // a GPU far from all that were measured, or a small batch: at least
	outsideFactor     = 1.5 // far: this factor beyond the measured bandwidths or teraflops
)

// uncertainty gives the standard deviation of the logarithm of the scale, from the
// measured GPUs like, and a warning for each reason why it is large.
func uncertainty(ctx context.Context, spec Spec, s *space.Space, like []Measured) (logSd float64, warnings []latpred.Warning, err error) {
	doubt := func(format string, args ...any) {
		warnings = append(warnings, latpred.Warning{Kind: latpred.WarnOutside, Message: fmt.Sprintf(format, args...)})
	}
	same, other, err := pairs(ctx, s, like)
	if err != nil {
		return 0, nil, err
	}
	logSd = spreadOf(sameGenerationSd, same)
	if !slices.ContainsFunc(like, func(m Measured) bool { return m.GPU.Generation == spec.Generation }) {
		logSd = spreadOf(otherGenerationSd, other)
		doubt("no GPU of generation %q was measured: trust the order of networks, and the scale no more than the interval says", spec.Generation)
	}
	if w := outside(spec, like); w != "" {
		logSd = max(logSd, outsideSd)
		doubt("%s", w)
	}
	if spec.Batch < 16 {
		logSd = max(logSd, outsideSd)
		doubt("at batch %d the host and not the GPU decides: the scale is a guess", spec.Batch)
	}
	return logSd, warnings, nil
}

// spreadOf is a standard deviation from errors around 0, to which the prior standard
// deviation counts as one more.
func spreadOf(prior float64, errors []float64) float64 {
	square := prior * prior
	for _, e := range errors {
		square += e * e
	}
	return math.Sqrt(square / float64(1+len(errors)))
}

// pairNetworks is the number of networks that two GPUs are compared by.
const pairNetworks = 30

// pairs compares each two measured GPUs: it gives the mean logarithm of the one's times
// over what the other says of them, for pairs of one generation and for other pairs.
func pairs(ctx context.Context, s *space.Space, like []Measured) (same, other []float64, err error) {
	logs := make([]float64, len(like)) // mean logarithm of time × bandwidth
	for i, m := range like {
		learnt, err := m.Learn(ctx)
		if err != nil {
			return nil, nil, err
		}
		logs[i] = math.Log(m.GPU.BandwidthGBs)
		rng := random.Stream(1, "pairs of GPUs")
		for range pairNetworks {
			r, err := learnt.Model.Read(s.Sample(rng), 0)
			if err != nil {
				return nil, nil, fmt.Errorf("%s: %w", m.Name, err)
			}
			logs[i] += math.Log(r.TrueMs) / pairNetworks
		}
		for j, before := range like[:i] {
			if e := logs[i] - logs[j]; m.GPU.Generation == before.GPU.Generation {
				same = append(same, e)
			} else {
				other = append(other, e)
			}
		}
	}
	return same, other, nil
}
