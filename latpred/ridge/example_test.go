package ridge_test

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/ridge"
)

// Three networks with one or two layers of two kinds: what does a layer of each take?
func ExampleSystem() {
	s := ridge.New(2)
	s.Add([]ridge.Term{{Column: 0, Value: 1}}, 3, 1)
	s.Add([]ridge.Term{{Column: 0, Value: 1}, {Column: 1, Value: 1}}, 5, 1)
	s.Add([]ridge.Term{{Column: 0, Value: 2}, {Column: 1, Value: 2}}, 10, 1)
	ms, err := s.Solve(func(int) float64 { return 1e-9 }, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f\n", ms)
	// Output: [3.000 2.000]
}
