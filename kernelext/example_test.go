package kernelext_test

import (
	"fmt"
	"math"

	"github.com/ofalat/ofalat/kernelext"
)

// Outside a notebook displays print their plain text.
func ExampleTable() {
	kernelext.Table([]string{"device", "latency (ms)"}, [][]any{{"note10", 31.65853}, {"p40-b64", nil}})
	// Output:
	// device   latency (ms)
	// note10          31.66
	// p40-b64             –
}

func ExampleSortedTable() {
	kernelext.SortedTable([]string{"device", "rows"}, [][]any{{"a", 700}, {"b", 10000}}, "-rows")
	// Output:
	// device  rows ▼
	// b       10,000
	// a          700
}

func ExampleCompare() {
	kernelext.Compare([]kernelext.Comparison{
		{Quantity: "RMSE", Unit: "ms", Paper: 0.385, Ours: 0.308},
		{Quantity: "MAE", Unit: "ms", Paper: math.NaN(), Ours: 0.25},
	})
	// Output:
	// quantity  unit  paper   ours  difference
	// RMSE      ms    0.385  0.308     -20.0 %
	// MAE       ms        –   0.25           –
}

func ExampleText() {
	kernelext.Text("%d of %d limits are met", 4, 5)
	// Output: 4 of 5 limits are met
}

func ExampleMust() {
	n := kernelext.Must(fmt.Sscan("12", new(int)))
	fmt.Println(n)
	// Output: 1
}
