package boost_test

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/boost"
)

// A step at 5 of the first feature; the second says nothing.
func ExampleFit() {
	var rows [][]float64
	var targets []float64
	for i := range 100 {
		x := float64(i % 10)
		rows, targets = append(rows, []float64{x, float64(i)}), append(targets, 0)
		if x >= 5 {
			targets[i] = 2
		}
	}
	forest := boost.Fit(rows, targets, boost.Config{Trees: 50, Leaves: 2, Rate: 0.3, Huber: 1, MinRows: 5}, nil)
	fmt.Printf("%.2f below the step, %.2f above\n", forest.Value([]float64{2, 0}), forest.Value([]float64{8, 0}))
	// Output: 0.00 below the step, 2.00 above
}
