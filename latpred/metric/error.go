package metric

import (
	"fmt"
	"math"
)

// paperEpsilon is the constant under the root in the authors' loss.
const paperEpsilon = 1e-6

// check panics unless pred and want have one length above 0.
func check(pred, want []float64) {
	if len(pred) != len(want) || len(pred) == 0 {
		panic(fmt.Sprintf("metric: %d predictions for %d measurements", len(pred), len(want)))
	}
}

// mean averages f over the pairs.
func mean(pred, want []float64, f func(p, w float64) float64) float64 {
	check(pred, want)
	var sum float64
	for i, p := range pred {
		sum += f(p, want[i])
	}
	return sum / float64(len(pred))
}

// RMSE is the root of the mean squared error over the whole set, never a mean over
// batches.
func RMSE(pred, want []float64) float64 {
	return math.Sqrt(mean(pred, want, func(p, w float64) float64 { return (p - w) * (p - w) }))
}

// PaperRMSE is what the tables of Syed & Srinivasan call RMSE: the mean over samples of
// √(e² + 10⁻⁶), for errors e in milliseconds. It is in effect the mean absolute error: at
// most 0.001 above MAE.
func PaperRMSE(pred, want []float64) float64 {
	return mean(pred, want, func(p, w float64) float64 { return math.Sqrt((p-w)*(p-w) + paperEpsilon) })
}

// MAE is the mean absolute error.
func MAE(pred, want []float64) float64 {
	return mean(pred, want, func(p, w float64) float64 { return math.Abs(p - w) })
}

// MAPE is the mean of |error| / |measured| as a fraction: 0.05 is 5 %. Measured values
// must not be 0.
func MAPE(pred, want []float64) float64 {
	return mean(pred, want, func(p, w float64) float64 { return math.Abs(p-w) / math.Abs(w) })
}

// Within is the share of predictions, 0 to 1, whose error is at most tolerance times the
// measurement: tolerance 0.05 is ±5 %.
func Within(pred, want []float64, tolerance float64) float64 {
	return mean(pred, want, func(p, w float64) float64 {
		if math.Abs(p-w) <= tolerance*math.Abs(w) {
			return 1
		}
		return 0
	})
}

// Bias is the mean of prediction minus measurement: above 0 where predictions are too
// large.
func Bias(pred, want []float64) float64 {
	return mean(pred, want, func(p, w float64) float64 { return p - w })
}

// Coverage is the share of measurements, 0 to 1, that lie in their intervals low to high,
// ends included, and the mean width of the intervals. All slices must have one length
// above 0.
func Coverage(low, high, want []float64) (share, width float64) {
	check(low, want)
	check(high, want)
	n := float64(len(want))
	for i, w := range want {
		if low[i] <= w && w <= high[i] {
			share++
		}
		width += (high[i] - low[i]) / n
	}
	return share / n, width
}
