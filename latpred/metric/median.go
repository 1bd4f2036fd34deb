package metric

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// NormalSpread is the ratio of the standard deviation of normally distributed errors
// around 0 to the median of their absolute values: 1/Φ⁻¹(¾), rounded.
const NormalSpread = 1.4826

// Median returns the median of values, in any order: the middle one, or the mean of the
// two middle ones of an even number. It is NaN without values.
func Median(values []float64) float64 {
	lower, upper := middle(values)
	return (lower + upper) / 2
}

// LowerMedian returns the middle one of values, in any order, or the lower of the two
// middle ones of an even number: always one of the values. It is NaN without values.
func LowerMedian(values []float64) float64 { lower, _ := middle(values); return lower }

// UpperMedian is LowerMedian with the upper of the two middle values.
func UpperMedian(values []float64) float64 { _, upper := middle(values); return upper }

// Spread is a robust standard deviation of errors around 0: NormalSpread times the median
// of their absolute values. It is NaN without errors.
func Spread(errors []float64) float64 { return NormalSpread * Median(Abs(errors)) }

// Abs returns the absolute values, in a new slice.
func Abs(values []float64) []float64 {
	abs := make([]float64, len(values))
	for i, v := range values {
		abs[i] = math.Abs(v)
	}
	return abs
}

// middle gives the lower and the upper of the two middle values, which are the same for
// an odd number.
func middle(values []float64) (lower, upper float64) {
	n := len(values)
	if n == 0 {
		return math.NaN(), math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	lower = stat.Quantile(0.5, stat.Empirical, sorted, nil)
	return lower, sorted[n/2]
}
