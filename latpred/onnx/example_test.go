package onnx_test

import (
	"bytes"
	"fmt"

	"github.com/ofalat/ofalat/latpred/onnx"
)

// A layer of two inputs and one output, for any number of rows.
func Example() {
	g := onnx.New("layer", map[string]string{"made by": "an example"})
	x := g.Input("x", -1, 2)
	y := g.Node("Gemm", nil, x, g.Floats([]float32{1, 2}, 2, 1), g.Floats([]float32{0.5}, 1))
	g.Output("y", g.Node("Relu", nil, y), -1, 1)
	var file bytes.Buffer
	if err := g.Write(&file); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(file.Len() > 0)
	// Output: true
}
