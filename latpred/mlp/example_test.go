package mlp_test

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/random"
)

// The published network: 128 inputs, three hidden layers of 400, one output.
func ExampleInit() {
	p := mlp.Init(random.Stream(1, "init"), mlp.Published().Layers)
	fmt.Println(p.Layers, p.Count(), "weights")
	// Output: [128 400 400 400 1] 372801 weights
}
