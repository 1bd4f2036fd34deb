package tflite_test

import (
	"bytes"
	"fmt"

	"github.com/ofalat/ofalat/latpred/tflite"
)

// A convolution with a stride, which needs a padding of its own, as PyTorch pads.
func Example() {
	g := tflite.New("an example")
	image := g.Input("image", 1, 4, 4, 1)
	weights, bias := g.Floats(make([]float32, 9), 1, 3, 3, 1), g.Floats([]float32{1}, 1)
	y := g.Conv(image, weights, bias, tflite.Window{Kernel: 3, Stride: 2, Padding: 1}, tflite.ReLU)
	g.Output("out", g.HardSwish(y))
	var file bytes.Buffer
	if err := g.Write(&file); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(g.Dims(y), string(file.Bytes()[4:8]))
	// Output: [1 2 2 1] TFL3
}
