package conformal_test

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/conformal"
)

// Nineteen rows that were not learnt, each off by another percent: an interval that
// holds nine of ten reaches as far as the eighteenth error.
func ExampleCalibrate() {
	var pred, want []float64
	for percent := 1; percent <= 19; percent++ {
		pred, want = append(pred, 10), append(want, 10+float64(percent)/10)
	}
	s, err := conformal.Calibrate(pred, want, pred, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("20 ± %.1f ms\n", s.HalfWidthMs(20, 20, 0.9))
	// Output: 20 ± 3.6 ms
}
