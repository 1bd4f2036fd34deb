package metric

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Autocorrelation says whether values in the order of measuring follow each
// other: the correlation of each with the next, and the probability that order
// says nothing gives one so high (normal approximation, one-sided). It needs 8
// values, and NaN, 1 stands for fewer or for values that are all equal.
//
// Residuals that follow each other mean that the device changed while it was
// measured.
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
