package latpred

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/nlpodyssey/safetensors"
)

// bundle is the tensors of a file by name.
type bundle struct{ tensors map[string]tensor }

type tensor struct {
	shape   []uint64
	double  bool // float64, else float32
	content []byte
}

func newBundle() *bundle { return &bundle{map[string]tensor{}} }

// put32 adds a float32 tensor.
func (b *bundle) put32(name string, values []float32, shape ...uint64) {
	content := make([]byte, 0, 4*len(values))
	for _, v := range values {
		content = binary.LittleEndian.AppendUint32(content, math.Float32bits(v))
	}
	b.tensors[name] = tensor{shape, false, content}
}

// put adds a float64 vector.
func (b *bundle) put(name string, values []float64) {
	content := make([]byte, 0, 8*len(values))
	for _, v := range values {
		content = binary.LittleEndian.AppendUint64(content, math.Float64bits(v))
	}
	b.tensors[name] = tensor{[]uint64{uint64(len(values))}, true, content}
}

// get32 reads a float32 tensor with so many dimensions.
func (b *bundle) get32(name string, dimensions int) ([]float32, []uint64, error) {
	t, ok := b.tensors[name]
	if !ok || t.double || len(t.shape) != dimensions {
		return nil, nil, fmt.Errorf("tensor %s is missing or of another form", name)
	}
	values := make([]float32, len(t.content)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(t.content[4*i:]))
	}
	return values, t.shape, nil
}

// get reads a float64 vector of a length; one below 0 takes any.
func (b *bundle) get(name string, length int) ([]float64, error) {
	t, ok := b.tensors[name]
	if !ok || !t.double || len(t.shape) != 1 || length >= 0 && t.shape[0] != uint64(length) {
		return nil, fmt.Errorf("tensor %s is missing or not of %d numbers", name, length)
	}
	values := make([]float64, len(t.content)/8)
	for i := range values {
		v := math.Float64frombits(binary.LittleEndian.Uint64(t.content[8*i:]))
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("tensor %s holds %v", name, v)
		}
		values[i] = v
	}
	return values, nil
}

// sum is the SHA-256 of all that makes predictions.
func (b *bundle) sum(kind string, model []byte) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n", kind, model)
	for _, name := range slices.Sorted(maps.Keys(b.tensors)) {
		t := b.tensors[name]
		fmt.Fprintf(h, "%s %v %v\n", name, t.shape, t.double)
		h.Write(t.content)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (b *bundle) views() (map[string]safetensors.TensorView, error) {
	views := map[string]safetensors.TensorView{}
	for name, t := range b.tensors {
		form := safetensors.F32
		if t.double {
			form = safetensors.F64
		}
		view, err := safetensors.NewTensorView(form, t.shape, t.content)
		if err != nil {
			return nil, fmt.Errorf("tensor %s: %w", name, err)
		}
		views[name] = view
	}
	return views, nil
}

func readBundle(file safetensors.SafeTensors) (*bundle, error) {
	b := newBundle()
	for _, name := range file.Names() {
		t, _ := file.Tensor(name)
		switch t.DType() {
		case safetensors.F32, safetensors.F64:
			b.tensors[name] = tensor{t.Shape(), t.DType() == safetensors.F64, t.Data()}
		default:
			return nil, fmt.Errorf("tensor %s is of another form", name)
		}
	}
	return b, nil
}
