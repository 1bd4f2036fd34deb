package adapt

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Settings of Corrected's intervals.
const (
	studentRows = 100 // number of rows below which scores are quantiles of a Student distribution
	quantiles   = 999 // … and how many
)

// studentOf finds the Student distribution whose quantiles stand for scores, so that
// intervals have any level: the degrees of freedom from the ratio of two quantiles, which
// falls as they grow, then the scale. It is nil if scores are no such quantiles.
func studentOf(scores []float64) *distuv.StudentsT {
	if len(scores) != quantiles || scores[0] <= 0 {
		return nil
	}
	at := func(level float64) float64 { return scores[int(math.Round(level*(quantiles+1)))-1] }
	ratio := at(.95) / at(.5)
	low, high := math.Log(1e-2), math.Log(1e6)
	t := distuv.StudentsT{Sigma: 1}
	for range 60 {
		t.Nu = math.Exp((low + high) / 2)
		if t.Quantile(.975)/t.Quantile(.75) > ratio {
			low = math.Log(t.Nu)
		} else {
			high = math.Log(t.Nu)
		}
	}
	t.Sigma = at(.5) / t.Quantile(.75)
	return &t
}
