package tensor

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"github.com/nlpodyssey/safetensors"
)

// Bundle holds the tensors of a file, float32 or float64, by name. It is safe for
// concurrent reading.
type Bundle struct{ tensors map[string]array }

type array struct {
	shape   []uint64
	double  bool // float64, else float32
	content []byte
}

// Names lists the names of the tensors, ascending.
func (b *Bundle) Names() []string { return slices.Sorted(maps.Keys(b.tensors)) }

// NewBundle makes an empty bundle.
func NewBundle() *Bundle { return &Bundle{map[string]array{}} }

// Len is the number of tensors.
func (b *Bundle) Len() int { return len(b.tensors) }

// PutFloat32 adds a float32 tensor, row-major, or replaces the tensor of its name. The
// product of shape must be the number of values.
func (b *Bundle) PutFloat32(name string, values []float32, shape ...uint64) {
	content := make([]byte, 0, 4*len(values))
	for _, v := range values {
		content = binary.LittleEndian.AppendUint32(content, math.Float32bits(v))
	}
	b.tensors[name] = array{shape, false, content}
}

// PutFloat64 adds a float64 vector, or replaces the tensor of its name.
func (b *Bundle) PutFloat64(name string, values []float64) {
	content := make([]byte, 0, 8*len(values))
	for _, v := range values {
		content = binary.LittleEndian.AppendUint64(content, math.Float64bits(v))
	}
	b.tensors[name] = array{[]uint64{uint64(len(values))}, true, content}
}

// Float32 gives the values, row-major, and the shape of a float32 tensor. It errs if the
// bundle has no such tensor with the given number of dimensions.
func (b *Bundle) Float32(name string, dimensions int) ([]float32, []uint64, error) {
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

// Float64 gives the values of a float64 vector. It errs if the bundle has no such vector of
// the given length (below 0: any), or if a value is not finite.
func (b *Bundle) Float64(name string, length int) ([]float64, error) {
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

// Has reports whether there is a tensor of that name.
func (b *Bundle) Has(name string) bool {
	_, ok := b.tensors[name]
	return ok
}

// Sum is the SHA-256, in hex, of head and of all tensors in the order of their names.
func (b *Bundle) Sum(head string) string {
	h := sha256.New()
	io.WriteString(h, head)
	for _, name := range b.Names() {
		t := b.tensors[name]
		fmt.Fprintf(h, "%s %v %v\n", name, t.shape, t.double)
		h.Write(t.content)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Write writes a safetensors file. header is text by key, for its __metadata__.
func (b *Bundle) Write(w io.Writer, header map[string]string) error {
	views := map[string]safetensors.TensorView{}
	for name, t := range b.tensors {
		form := safetensors.F32
		if t.double {
			form = safetensors.F64
		}
		view, err := safetensors.NewTensorView(form, t.shape, t.content)
		if err != nil {
			return fmt.Errorf("tensor %s: %w", name, err)
		}
		views[name] = view
	}
	return safetensors.SerializeToWriter(views, header, w)
}

// Parse reads a safetensors file, and the text by key in its header. It errs if the file
// is damaged, or if a tensor is neither float32 nor float64.
func Parse(content []byte) (b *Bundle, header map[string]string, err error) {
	defer func() {
		if p := recover(); p != nil { // the reader trusts some numbers in damaged headers
			err = fmt.Errorf("damaged safetensors file: %v", p)
		}
	}()
	_, meta, err := safetensors.ReadMetadata(content)
	if err != nil {
		return nil, nil, fmt.Errorf("no safetensors file: %w", err)
	}
	file, err := safetensors.Deserialize(content)
	if err != nil {
		return nil, nil, fmt.Errorf("no safetensors file: %w", err)
	}
	b = NewBundle()
	for _, name := range file.Names() {
		t, _ := file.Tensor(name)
		switch t.DType() {
		case safetensors.F32, safetensors.F64:
			b.tensors[name] = array{t.Shape(), t.DType() == safetensors.F64, t.Data()}
		default:
			return nil, nil, fmt.Errorf("tensor %s is neither float32 nor float64", name)
		}
	}
	return b, meta.Metadata(), nil
}
