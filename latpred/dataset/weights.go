package dataset

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/nlpodyssey/safetensors"
	"github.com/ofalat/ofalat/data"
)

// AccuracyWeights gives the weights of OFA's accuracy predictor (width 1.2,
// 128-400-400-400-1), weights as output × input as PyTorch has them, in the
// order of the layers.
func AccuracyWeights() ([]Tensor, error) {
	content, err := data.Files.ReadFile("accuracy-predictor.safetensors")
	if err != nil {
		return nil, err
	}
	file, err := safetensors.Deserialize(content)
	if err != nil {
		return nil, fmt.Errorf("data/accuracy-predictor.safetensors: %w", err)
	}
	var out []Tensor
	for _, named := range file.Tensors() {
		t := Tensor{Name: named.Name, Values: make([]float32, named.TensorView.DataLen()/4)}
		for _, n := range named.TensorView.Shape() {
			t.Shape = append(t.Shape, int(n))
		}
		for i := range t.Values {
			t.Values[i] = math.Float32frombits(binary.LittleEndian.Uint32(named.TensorView.Data()[4*i:]))
		}
		out = append(out, t)
	}
	// By layer, weight before bias.
	slices.SortFunc(out, func(a, b Tensor) int {
		layer := func(t Tensor) string { return t.Name[:strings.LastIndexByte(t.Name, '.')] }
		if c := strings.Compare(layer(a), layer(b)); c != 0 {
			return c
		}
		return len(b.Shape) - len(a.Shape)
	})
	return out, nil
}

// writeSafetensors writes tensors in the safetensors format.
func writeSafetensors(w io.Writer, tensors []Tensor) error {
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
		v, err := safetensors.NewTensorView(safetensors.F32, shape, content)
		if err != nil {
			return fmt.Errorf("tensor %s: %w", t.Name, err)
		}
		views[t.Name] = v
	}
	return safetensors.SerializeToWriter(views, nil, w)
}
