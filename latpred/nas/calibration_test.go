package nas_test

import (
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred/nas"
)

func TestCalibrate(t *testing.T) {
	predicted, published := []float64{0.76, 0.78, 0.80, 0.82, 0.83}, []float64{71, 73, 75, 77, 78}
	c, err := nas.Calibrate(predicted, published)
	if err != nil || math.Abs(c.Slope-100) > 1e-9 || c.RMSE > 1e-9 || math.Abs(c.Top1Percent(0.81)-76) > 1e-9 || c.N != 5 {
		t.Errorf("%+v, %v, want 100 a unit through 76 at 0.81", c, err)
	}
	published[4] = 79 // by hand: without it the line misses it by 1
	if c, err = nas.Calibrate(predicted, published); err != nil || c.RMSE < math.Sqrt(1.0/5) {
		t.Errorf("with an outlier: %+v, %v", c, err)
	}
	for _, bad := range [][]float64{{0.1, 0.2, 0.3}, {0.1, 0.1, 0.1, 0.1}} {
		if _, err := nas.Calibrate(bad, make([]float64, len(bad))); err == nil {
			t.Errorf("%v was accepted", bad)
		}
	}
}
