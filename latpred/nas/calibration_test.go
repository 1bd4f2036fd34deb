package nas_test

import (
	"math"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/nas"
)

func TestCalibrate(t *testing.T) {
	predicted, published := []float64{0.76, 0.78, 0.80, 0.82, 0.83}, []float64{71, 73, 75, 77, 78}
	c, err := nas.Calibrate(predicted, published)
	if err != nil || math.Abs(c.Slope-100) > 1e-9 || c.RMSE > 1e-9 || math.Abs(c.Top1Percent(0.81)-76) > 1e-9 || c.N != 5 {
		t.Errorf("%+v, %v, want 100 a unit through 76 at 0.81", c, err)
	}
	// Source: numpy.polyfit, of all five and of each four; without the last the line misses it
	// by 1.
	published[4] = 79
	c, err = nas.Calibrate(predicted, published)
	if err != nil || math.Abs(c.Slope-109.75609756097603) > 1e-9 || math.Abs(c.Intercept+12.585365853658903) > 1e-9 || math.Abs(c.RMSE-0.5840942748533332) > 1e-9 {
		t.Errorf("with an outlier: %+v, %v", c, err)
	}
	if _, err := nas.Calibrate(predicted[:4], published[:4]); err != nil {
		t.Errorf("four networks: %v", err)
	}
	for _, bad := range [][]float64{{0.1, 0.2, 0.3}, {0.1, 0.1, 0.1, 0.1}} {
		if _, err := nas.Calibrate(bad, make([]float64, len(bad))); err == nil {
			t.Errorf("%v was accepted", bad)
		}
	}
	defer func() {
		if text, _ := recover().(string); !strings.HasPrefix(text, "nas: ") {
			t.Errorf("lengths that differ: panic %q, want nas: …", text)
		}
	}()
	_, _ = nas.Calibrate(predicted, published[:4])
}
