// Package tensor has named arrays of float32 numbers, the weights that files hold, and
// reads and writes them in the safetensors format.
//
// Package dataset reads them from PyTorch's files as well; package mlp makes networks
// of them.
package tensor

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"github.com/nlpodyssey/safetensors"
)

// Tensor is a named array, row-major.
type Tensor struct {
	Name   string
	Shape  []int // lengths of its dimensions; their product is the number of values
	Values []float32
}

// ReadSafetensors gives the tensors of a file in the safetensors format, in the order
// in which they lie in it. It errs where one is not of float32 numbers.
func ReadSafetensors(content []byte) ([]Tensor, error) {
	file, err := safetensors.Deserialize(content)
	if err != nil {
		return nil, err
	}
	var tensors []Tensor
	for _, named := range file.Tensors() {
		view := named.TensorView
		if view.DType() != safetensors.F32 {
			return nil, fmt.Errorf("tensor %s is of another form than float32", named.Name)
		}
		t := Tensor{Name: named.Name, Values: make([]float32, view.DataLen()/4)}
		for _, n := range view.Shape() {
			t.Shape = append(t.Shape, int(n))
		}
		for i := range t.Values {
			t.Values[i] = math.Float32frombits(binary.LittleEndian.Uint32(view.Data()[4*i:]))
		}
		tensors = append(tensors, t)
	}
	return tensors, nil
}

// WriteSafetensors writes tensors in the safetensors format. It errs where a tensor's
// values are not as many as its shape says.
func WriteSafetensors(w io.Writer, tensors []Tensor) error {
	views := map[string]safetensors.TensorView{}
	for _, t := range tensors {
		var shape []uint64
		for _, n := range t.Shape {
			shape = append(shape, uint64(n))
		}
		content := make([]byte, 0, 4*len(t.Values))
		for _, v := range t.Values {
			content = binary.LittleEndian.AppendUint32(content, math.Float32bits(v))
		}
		view, err := safetensors.NewTensorView(safetensors.F32, shape, content)
		if err != nil {
			return fmt.Errorf("tensor %s: %w", t.Name, err)
		}
		views[t.Name] = view
	}
	return safetensors.SerializeToWriter(views, nil, w)
}
