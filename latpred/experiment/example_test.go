package experiment_test

import (
	"context"
	"fmt"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/experiment"
)

// What the paper's Figure 6 shows is a sum over a table and over a set; it needs no
// training.
func ExampleRun() {
	be, err := backend.Open(context.Background(), backend.Options{Kind: backend.Go})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := experiment.Run(context.Background(), be, "figure6", experiment.Quick, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, row := range result.Rows {
		fmt.Println(row.Quantity, row.Paper, row.AsPublished, row.Corrected, row.Unit)
	}
	// Output:
	// table, 17 resolutions 272.2 272.2 272.2 s
	// table, the 5 in use – 78.37 78.37 s
	// 7000 labels 221.5 221.5 3322 s
	// 4000 labels 126 126 1890 s
	// 700 labels 22.07 22.07 331 s
}
