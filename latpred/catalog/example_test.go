package catalog_test

import (
	"context"
	"fmt"

	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
)

// The table of a shipped set, fitted as it is asked for.
func ExampleLoad() {
	table, err := catalog.Load(context.Background(), "p40-b64")
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := dataset.Open("p40-b64")
	if err != nil {
		fmt.Println(err)
		return
	}
	test := set.Subset(set.SplitFileOrder().Test)
	pred := make([]float64, test.Rows)
	if err := table.PredictMs(pred, test.Archs()); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: off by %.2f ms of %.0f\n", table.Kind(), metric.MAE(pred, test.LatenciesMs()), metric.MAE(make([]float64, test.Rows), test.LatenciesMs()))
	// Output: table: off by 0.09 ms of 47
}
