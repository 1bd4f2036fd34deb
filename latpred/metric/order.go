package metric

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Autocorrelation returns the lag-1 autocorrelation of values in the order of
// measurement, and its one-sided p-value: the probability of one at least as high if the
// order were random (normal approximation). With fewer than 8 values, or if all are
// equal, it returns NaN and 1.
//
// Autocorrelated residuals are a sign that the device changed while it was measured.
func Autocorrelation(values []float64) (correlation, probability float64) {
	n := len(values)
	if n < 8 {
		return math.NaN(), 1
	}
	var mean float64
	for _, v := range values {
		mean += v / float64(n)
	}
	var product, square float64
	for i, v := range values {
		square += (v - mean) * (v - mean)
		if i > 0 {
			product += (v - mean) * (values[i-1] - mean)
		}
	}
	if square == 0 {
		return math.NaN(), 1
	}
	correlation = product / square
	z := (correlation + 1/float64(n)) * math.Sqrt(float64(n)) // its mean is −1/n
	return correlation, 1 - distuv.UnitNormal.CDF(z)
}
