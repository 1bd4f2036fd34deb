package accuracy_test

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/accuracy"
	"github.com/ofalat/ofalat/latpred/space"
)

// The network that OFA's tutorial finds under 25 ms on the Note10; its notebook
// prints 81.71 %.
func ExamplePredict() {
	found := space.MustParse("r192 d22343 k53-53-773-5573-335 e33-44-634-4443-666")
	top1 := make([]float64, 1)
	if err := accuracy.Predict(top1, []space.Arch{found}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f %%\n", 100*top1[0])
	// Output: 81.71 %
}
