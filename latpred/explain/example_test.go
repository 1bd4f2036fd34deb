package explain_test

import (
	"context"
	"fmt"

	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/explain"
	"github.com/ofalat/ofalat/latpred/space"
)

// Which single step back makes a network faster by most.
func ExampleExplain() {
	table, err := catalog.Load(context.Background(), "p40-b64")
	if err != nil {
		fmt.Println(err)
		return
	}
	network := space.MustParse("r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666")
	e, err := explain.Explain(table, network, []int{160, 176, 192, 208, 224})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(e.Breakdown.Segments), "parts;", e.Savings[0].Change)
	// Output: 20 parts; resolution 160, not 176
}
