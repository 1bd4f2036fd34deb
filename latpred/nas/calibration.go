package nas

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
)

// Calibration turns accuracies of a predictor into published ones, linearly.
type Calibration struct {
	Slope     float64 `json:"slope"`     // percent per unit of predicted share
	Intercept float64 `json:"intercept"` // percent
	RMSE      float64 `json:"rmse"`      // percent: each network predicted by a line through the others
	N         int     `json:"n"`         // networks it was fitted to
}

// Calibrate fits published top-1 accuracies, in percent, to predicted ones, as
// shares. Fewer than four networks, or predictions that are all the same, are an
// error. Lengths must agree, or Calibrate panics.
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

// Top1Percent estimates the published top-1 accuracy.
func (c Calibration) Top1Percent(predicted float64) float64 { return c.Intercept + c.Slope*predicted }
