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

// What is written is read again: layers in the order of their names, weight before
// bias; vectors of float64; the header's texts.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := tensor.NewBundle()
		var want []tensor.Tensor
		for i := range rapid.IntRange(1, 4).Draw(t, "layers") {
			in, out := rapid.IntRange(1, 4).Draw(t, "in"), rapid.IntRange(1, 4).Draw(t, "out")
			name := "layer" + string(rune('a'+i))
			want = append(want,
				tensor.Tensor{Name: name + ".weight", Shape: []int{out, in}, Values: rapid.SliceOfN(rapid.Float32(), out*in, out*in).Draw(t, "weight")},
				tensor.Tensor{Name: name + ".bias", Shape: []int{out}, Values: rapid.SliceOfN(rapid.Float32(), out, out).Draw(t, "bias")})
		}
		for _, one := range want {
			b.Put(one)
		}
		var file bytes.Buffer
		if err := b.Write(&file, map[string]string{"kind": "test"}); err != nil {
			t.Fatal(err)
		}
		back, header, err := tensor.Parse(file.Bytes())
		if err != nil || header["kind"] != "test" || back.Len() != len(want) || back.Sum("x") != b.Sum("x") || back.Sum("x") == b.Sum("y") {
			t.Fatalf("%v, header %v, %d tensors", err, header, back.Len())
		}
		got, err := back.Layers()
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%v, %v, want %v", got, err, want)
		}
	})
}

func TestFaults(t *testing.T) {
	if _, _, err := tensor.Parse([]byte("nonsense")); err == nil {
		t.Error("nonsense was read")
	}
	view, err := safetensors.NewTensorView(safetensors.I64, []uint64{1}, make([]byte, 8))
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := safetensors.SerializeToWriter(map[string]safetensors.TensorView{"w": view}, nil, &file); err != nil {
		t.Fatal(err)
	}
	if _, _, err := tensor.Parse(file.Bytes()); err == nil || !strings.Contains(err.Error(), "tensor w ") {
		t.Errorf("whole numbers: %v", err)
	}
	b := tensor.NewBundle()
	b.Put(tensor.Tensor{Name: "w", Shape: []int{2, 2}, Values: []float32{1}})
	if err := b.Write(&file, nil); err == nil || !strings.Contains(err.Error(), "tensor w:") {
		t.Errorf("one value for four: %v", err)
	}
	b = tensor.NewBundle()
	b.PutFloat64("v", []float64{1, 2})
	if _, err := b.Layers(); err == nil {
		t.Error("a float64 vector is a layer")
	}
	if _, err := b.Float64("v", 3); err == nil {
		t.Error("two numbers for three")
	}
	if _, _, err := b.Float32("v", 1); err == nil {
		t.Error("float64 numbers as float32")
	}
}
