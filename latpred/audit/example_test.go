package audit_test

import (
	"fmt"
	"strings"

	"github.com/ofalat/ofalat/latpred/audit"
	"github.com/ofalat/ofalat/latpred/dataset"
)

// One network was measured twice, and the second time took half as long again.
func ExampleSupport() {
	set, err := dataset.Read(strings.NewReader(`arch,latency_ms
r160 d22222 k33-33-33-33-33 e33-33-33-33-33,10
r192 d22222 k33-33-33-33-33 e33-33-33-33-33,14
r224 d22222 k33-33-33-33-33 e33-33-33-33-33,18.5
r160 d22222 k33-33-33-33-33 e33-33-33-33-33,15
`), "mine.csv")
	if err != nil {
		fmt.Println(err)
		return
	}
	warnings, err := audit.Support(set)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, w := range warnings {
		fmt.Println(w.Kind, w.Rows)
	}
	// Output: contradictions [0 3]
}
