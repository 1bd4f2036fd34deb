package tensor_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/nlpodyssey/safetensors"
	"github.com/ofalat/ofalat/latpred/tensor"
	"pgregory.net/rapid"
)

// What is written is read again, in the order of names.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want []tensor.Tensor
		for i := range rapid.IntRange(1, 4).Draw(t, "tensors") {
			shape := rapid.SliceOfN(rapid.IntRange(1, 4), 1, 3).Draw(t, "shape")
			n := 1
			for _, d := range shape {
				n *= d
			}
			values := rapid.SliceOfN(rapid.Float32(), n, n).Draw(t, "values")
			want = append(want, tensor.Tensor{Name: string(rune('a' + i)), Shape: shape, Values: values})
		}
		var file bytes.Buffer
		if err := tensor.WriteSafetensors(&file, want); err != nil {
			t.Fatal(err)
		}
		got, err := tensor.ReadSafetensors(file.Bytes())
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%v, %v, want %v", got, err, want)
		}
	})
}

func TestFaults(t *testing.T) {
	if _, err := tensor.ReadSafetensors([]byte("nonsense")); err == nil {
		t.Error("nonsense was read")
	}
	view, err := safetensors.NewTensorView(safetensors.F64, []uint64{1}, make([]byte, 8))
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := safetensors.SerializeToWriter(map[string]safetensors.TensorView{"w": view}, nil, &file); err != nil {
		t.Fatal(err)
	}
	if _, err := tensor.ReadSafetensors(file.Bytes()); err == nil || !strings.Contains(err.Error(), "tensor w ") {
		t.Errorf("float64 numbers: %v", err)
	}
	short := []tensor.Tensor{{Name: "w", Shape: []int{2, 2}, Values: []float32{1}}}
	if err := tensor.WriteSafetensors(&file, short); err == nil || !strings.Contains(err.Error(), "tensor w:") {
		t.Errorf("one value for four: %v", err)
	}
}
