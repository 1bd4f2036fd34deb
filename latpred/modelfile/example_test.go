package modelfile_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/neural"
	"github.com/ofalat/ofalat/latpred/random"
)

// A network that has learnt nothing yet goes through a file. Package neural is
// imported, so that its kind is known.
func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	weights := mlp.Init(random.Stream(1, "init"), []int{encode.OFA128.Width(), 8, 1})
	p, err := neural.New(encode.OFA128, weights, latpred.Provenance{Device: "none", Note: "untrained"})
	if err != nil {
		fmt.Println(err)
		return
	}
	file := filepath.Join(dir, "untrained.latpred")
	if err := modelfile.Save(file, p); err != nil {
		fmt.Println(err)
		return
	}
	again, err := modelfile.Load(file)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(again.Kind(), again.Provenance().Note)
	// Output: paper untrained
}
