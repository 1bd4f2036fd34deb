// Package tensor provides named arrays of numbers, and reads and writes them as
// safetensors files: Parse and Bundle.Write. Saved predictors, the shipped weights and
// PyTorch's checkpoints consist of them.
package tensor

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Tensor is an array of float32 values.
type Tensor struct {
	Name   string // "fc1.weight"
	Shape  []int
	Values []float32 // row-major
}

// Put adds t, or replaces the tensor of its name.
func (b *Bundle) Put(t Tensor) {
	shape := make([]uint64, len(t.Shape))
	for i, n := range t.Shape {
		shape[i] = uint64(n)
	}
	b.PutFloat32(t.Name, t.Values, shape...)
}

// Layers lists the tensors of a network of linear layers, all of which must be float32:
// layer by layer, in the order of their names, weight before bias.
func (b *Bundle) Layers() ([]Tensor, error) {
	var out []Tensor
	for _, name := range slices.Sorted(maps.Keys(b.tensors)) {
		values, shape, err := b.Float32(name, len(b.tensors[name].shape))
		if err != nil {
			return nil, fmt.Errorf("tensor %s is not float32", name)
		}
		t := Tensor{Name: name, Values: values}
		for _, n := range shape {
			t.Shape = append(t.Shape, int(n))
		}
		out = append(out, t)
	}
	layer := func(t Tensor) string { return t.Name[:max(0, strings.LastIndexByte(t.Name, '.'))] }
	slices.SortStableFunc(out, func(a, b Tensor) int {
		if c := strings.Compare(layer(a), layer(b)); c != 0 {
			return c
		}
		return len(b.Shape) - len(a.Shape)
	})
	return out, nil
}
