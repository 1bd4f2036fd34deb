package tensor_test

import (
	"bytes"
	"fmt"

	"github.com/ofalat/ofalat/latpred/tensor"
)

func Example() {
	b := tensor.NewBundle()
	b.PutFloat64("theta", []float64{1.5, 2.5})
	var file bytes.Buffer
	if err := b.Write(&file, map[string]string{"kind": "an example"}); err != nil {
		fmt.Println(err)
		return
	}
	read, header, err := tensor.Parse(file.Bytes())
	if err != nil {
		fmt.Println(err)
		return
	}
	theta, err := read.Float64("theta", 2)
	fmt.Println(header["kind"], theta, err)
	// Output: an example [1.5 2.5] <nil>
}
