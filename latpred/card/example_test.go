package card_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/ofalat/ofalat/latpred/card"
)

// The page about a predictor that ships begins with what Hugging Face reads.
func ExampleCard_Markdown() {
	c, err := card.New(context.Background(), "note10", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	var page strings.Builder
	if err := c.Markdown(&page); err != nil {
		fmt.Println(err)
		return
	}
	for i, line := range strings.Split(page.String(), "\n") {
		if i < 3 {
			fmt.Fprintln(os.Stdout, line)
		}
	}
	// Output:
	// ---
	// library_name: ofalat
	// pipeline_tag: tabular-regression
}
