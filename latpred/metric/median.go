package metric

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// NormalSpread times the median of normally distributed errors' absolute values is
// their standard deviation: 1/Φ⁻¹(¾), to the digits in use.
const NormalSpread = 1.4826

// Median is the middle one of values, in whatever order; of an even number of them
// the mean of the two in the middle. NaN of none.
func Median(values []float64) float64 {
	lower, upper := middle(values)
	return (lower + upper) / 2
}

// LowerMedian and UpperMedian are the middle value, and of an even number of values
// the lower or upper one in the middle: always one of them. NaN of none.
func LowerMedian(values []float64) float64 { lower, _ := middle(values); return lower }

// UpperMedian: see LowerMedian.
func UpperMedian(values []float64) float64 { _, upper := middle(values); return upper }

// Spread is the robust standard deviation of errors around 0: NormalSpread times the
// median of their absolute values. NaN of none.
func Spread(errors []float64) float64 { return NormalSpread * Median(Abs(errors)) }

// Abs gives the absolute values.
func Abs(values []float64) []float64 {
	abs := make([]float64, len(values))
	for i, v := range values {
		abs[i] = math.Abs(v)
	}
	return abs
}

// middle gives the lower and upper one of the values in the middle.
func middle(values []float64) (lower, upper float64) {
	n := len(values)
	if n == 0 {
		return math.NaN(), math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	lower = stat.Quantile(0.5, stat.Empirical, sorted, nil)
	return lower, sorted[n/2]
}
