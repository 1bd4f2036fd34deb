package additive_test

import (
	"context"
	"fmt"

	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/pass"
)

// The Note10's labels are sums over a table; times of layers, fitted to whole networks,
// find it again.
func ExampleTrain() {
	set, err := dataset.Open("note10")
	if err != nil {
		fmt.Println(err)
		return
	}
	split := set.SplitFileOrder()
	config := additive.Config{Recipe: pass.Config{Basis: pass.Tied(pass.ResolutionsOf(set.Archs())), Relative: true}}
	table, _, err := additive.Train(context.Background(), set, split, config)
	if err != nil {
		fmt.Println(err)
		return
	}
	test := set.Subset(split.Test)
	pred := make([]float64, test.Rows)
	if err := table.PredictMs(pred, test.Archs()); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("less than 0.01 ms off:", metric.MAE(pred, test.LatenciesMs()) < 0.01)
	// Output: less than 0.01 ms off: true
}
