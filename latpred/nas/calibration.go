package nas

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
)

// Calibration converts the accuracies of a predictor to published ones by a straight line.
type Calibration struct {
	Slope     float64 `json:"slope"`     // percentage points for a predicted accuracy of 1
	Intercept float64 `json:"intercept"` // percent
	RMSE      float64 `json:"rmse"`      // leave-one-out RMSE, percentage points
	N         int     `json:"n"`         // number of networks it was fitted to
}

// Calibrate fits published top-1 accuracies, in percent, to predicted ones, 0 to 1, by
// least squares. It errs with fewer than four networks or if all predictions are the same,
// and panics if the lengths differ.
func Calibrate(predicted, publishedPercent []float64) (Calibration, error) {
	n := len(predicted)
	if n != len(publishedPercent) {
		panic("nas: Calibrate with lengths that differ")
	}
	if n < 4 {
		return Calibration{}, fmt.Errorf("%d networks are too few to calibrate by: at least four are needed", n)
	}
	if stat.Variance(predicted, nil) == 0 {
		return Calibration{}, fmt.Errorf("all %d networks have the same predicted accuracy", n)
	}
	c := Calibration{N: n}
	c.Intercept, c.Slope = stat.LinearRegression(predicted, publishedPercent, nil, false)
	var sum float64
	without := func(v []float64, i int) []float64 { return append(append([]float64{}, v[:i]...), v[i+1:]...) }
	for i := range predicted {
		a, b := stat.LinearRegression(without(predicted, i), without(publishedPercent, i), nil, false)
		e := a + b*predicted[i] - publishedPercent[i]
		sum += e * e
	}
	c.RMSE = math.Sqrt(sum / float64(n))
	return c, nil
}

// Top1Percent estimates the published top-1 accuracy, percent, from a predicted one, 0 to
// 1.
func (c Calibration) Top1Percent(predicted float64) float64 { return c.Intercept + c.Slope*predicted }
