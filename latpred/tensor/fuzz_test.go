package tensor_test

import (
	"bytes"
	"testing"

	"github.com/ofalat/ofalat/latpred/tensor"
)

// No content makes the reader panic, no tensor is larger than the content, and what was read
// is written such that it can be read again.
func FuzzParse(f *testing.F) {
	b := tensor.NewBundle()
	b.PutFloat32("weight", []float32{1, 2, 3, 4, 5, 6}, 2, 3)
	b.PutFloat64("knots", []float64{.5, -1})
	var file bytes.Buffer
	if err := b.Write(&file, map[string]string{"kind": "x"}); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes())
	f.Add([]byte("\x40\x00\x00\x00\x00\x00\x00\x00" + `{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`))
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\x7f{"))
	f.Fuzz(func(t *testing.T, content []byte) {
		b, header, err := tensor.Parse(content)
		if err != nil {
			return
		}
		for _, name := range b.Names() {
			if v, err := b.Float64(name, -1); err == nil && 8*len(v) > len(content) {
				t.Errorf("%q has %d values in a file of %d bytes", name, len(v), len(content))
			}
			for dimensions := range 4 {
				if v, shape, err := b.Float32(name, dimensions); err == nil && (4*len(v) > len(content) || product(shape) != uint64(len(v))) {
					t.Errorf("%q has %d values of shape %v in a file of %d bytes", name, len(v), shape, len(content))
				}
			}
		}
		var again bytes.Buffer
		if err := b.Write(&again, header); err != nil {
			t.Fatalf("what was read can't be written: %v", err)
		}
		c, _, err := tensor.Parse(again.Bytes())
		if err != nil || c.Sum("") != b.Sum("") {
			t.Errorf("what was written is read as other tensors (%v)", err)
		}
	})
}

func product(shape []uint64) uint64 {
	n := uint64(1)
	for _, d := range shape {
		n *= d
	}
	return n
}
