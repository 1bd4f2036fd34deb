package export_test

import (
	"bytes"
	"fmt"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/export"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/neural"
	"github.com/ofalat/ofalat/latpred/random"
)

func ExampleWriteONNX() {
	weights := mlp.Init(random.Stream(1, "init"), []int{encode.OFA128.Width(), 8, 1})
	p, err := neural.New(encode.OFA128, weights, latpred.Provenance{Note: "untrained"})
	if err != nil {
		fmt.Println(err)
		return
	}
	var file bytes.Buffer
	err = export.WriteONNX(&file, p)
	fmt.Println(file.Len() > 4*p.Params().Count(), err) // four bytes a weight, and names
	// Output: true <nil>
}
