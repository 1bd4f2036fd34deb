package pytorch

import (
	"fmt"
	"io"

	"github.com/ofalat/ofalat/internal/bounded"
	"github.com/ofalat/ofalat/latpred/pickle"
	"github.com/ofalat/ofalat/latpred/tensor"
)

// ReadStateDict reads a PyTorch checkpoint: the state dict of a network, in the zip format
// or the older one of concatenated pickles. The tensors are in the order of the dict and
// must be contiguous float32.
func ReadStateDict(path string) ([]tensor.Tensor, error) {
	f, err := bounded.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ParseStateDict(f, path)
}

// ParseStateDict is ReadStateDict on a reader. Errors refer to the file as name.
func ParseStateDict(r io.Reader, name string) ([]tensor.Tensor, error) {
	content, err := readAllLimited(r, name)
	if err != nil {
		return nil, err
	}
	root, l, err := parse(content, false)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	tensors, err := l.stateDict(root)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return tensors, nil
}

// stateDict lists the tensors of the state dict root.
func (l *loader) stateDict(root any) ([]tensor.Tensor, error) {
	dict, ok := root.(*pickle.Dict)
	if !ok {
		return nil, fmt.Errorf("holds %s, not the state dict of a network", describe(root))
	}
	var out []tensor.Tensor
	for i, key := range dict.Keys {
		name, isName := key.(string)
		a, isTensor := dict.Values[i].(*pickle.Array)
		if !isName || !isTensor {
			return nil, fmt.Errorf("entry %.60q of the state dict is no tensor", name)
		}
		values, err := l.tensors[a].float32s(a.Shape())
		if err != nil {
			return nil, fmt.Errorf("%.60q: %w", name, err)
		}
		out = append(out, tensor.Tensor{Name: name, Shape: a.Shape(), Values: values})
	}
	return out, nil
}

// float32s copies the values of a contiguous tensor of float32.
func (v view) float32s(shape []int) ([]float32, error) {
	if v.storage == nil || v.dtype != "float32" {
		return nil, fmt.Errorf("values of type %q, want a tensor of float32", v.dtype)
	}
	count := 1
	for i := len(shape) - 1; i >= 0; i-- {
		if shape[i] <= 0 || len(shape) > 8 {
			return nil, fmt.Errorf("a tensor of shape %v", shape)
		}
		if v.strides[i] != count && shape[i] > 1 {
			return nil, fmt.Errorf("a tensor of shape %v with strides %v is not contiguous", shape, v.strides)
		}
		count *= shape[i]
	}
	if len(v.storage.bytes) < 4*(v.offset+count) {
		return nil, fmt.Errorf("its storage is missing")
	}
	return float32s(v.storage.bytes[4*v.offset : 4*(v.offset+count)]), nil
}
