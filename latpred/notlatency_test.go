package latpred_test

import (
	"errors"
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/space"
)

func TestCheckMs(t *testing.T) {
	archs := make([]space.Arch, 2)
	if err := latpred.CheckMs([]float64{1e-9, 1e12}, archs); err != nil {
		t.Error(err)
	}
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, -1e-300} {
		err := latpred.CheckMs([]float64{1, bad}, archs)
		var not *latpred.NotLatencyError
		if !errors.As(err, &not) || not.Index != 1 || !(not.Ms == bad || bad != bad) {
			t.Errorf("%v: %v", bad, err)
		}
	}
}
