package neural_test

import (
	"context"
	"fmt"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/neural"
)

// The paper's network and optimizer, on 300 rows and for two epochs: enough to see
// how it goes, not enough to be good.
func ExampleTrain() {
	be, err := backend.Open(context.Background(), backend.Options{Kind: backend.Go})
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := dataset.Open("p40-b64")
	if err != nil {
		fmt.Println(err)
		return
	}
	few := make([]int, 300)
	for i := range few {
		few[i] = i
	}
	set = set.Subset(few)
	config := mlp.Published()
	config.Epochs = 2
	p, result, err := neural.Train(context.Background(), be, neural.Job{Set: set, Split: set.SplitFileOrder(), Seed: 1, Config: config})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Kind(), p.Provenance().Device, p.Provenance().Rows, len(result.History), "epochs")
	// Output: paper p40-b64 210 2 epochs
}
