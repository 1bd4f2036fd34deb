package pytorch

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/nlpodyssey/gopickle/types"
	"github.com/ofalat/ofalat/latpred/tensor"
)

// ReadStateDict reads a PyTorch checkpoint: the state dict of a network, in the zip format
// or the older one of concatenated pickles. The tensors are in the order of the dict and
// must be contiguous float32.
func ReadStateDict(path string) ([]tensor.Tensor, error) {
	f, err := os.Open(path)
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
	if bytes.HasPrefix(content, []byte("PK")) {
		return parseZipStateDict(content, name)
	}
	tensors, err := parseLegacyStateDict(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return tensors, nil
}

// storage is an array of float32 values that tensors are views of. In a zip file its bytes
// are known before the pickle is read, in the older format only afterwards.
type storage struct {
	key   string
	size  int
	bytes []byte
}

// view is what torch._utils._rebuild_tensor_v2 makes of a storage.
type view struct {
	storage *storage
	offset  int
	shape   []int
}

func parseZipStateDict(content []byte, name string) ([]tensor.Tensor, error) {
	records, err := torchZip(content, name)
	if err != nil {
		return nil, err
	}
	load := loader{storages: map[string]*storage{}}
	root, _, err := unpickle(records["data.pkl"], load.find, load.persistent)
	if err != nil {
		return nil, fmt.Errorf("%s: data.pkl: %w", name, err)
	}
	for key, s := range load.storages {
		s.bytes = records[key]
		if len(s.bytes) != 4*s.size {
			return nil, fmt.Errorf("%s: storage %s has %d bytes, want %d float32", name, key, len(s.bytes), s.size)
		}
	}
	tensors, err := load.tensors(root)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return tensors, nil
}

// parseLegacyStateDict reads the magic number, protocol, system, state dict and storage
// keys, each a pickle, and then the storages, each a count of 8 bytes and the values.
func parseLegacyStateDict(content []byte) ([]tensor.Tensor, error) {
	load := loader{storages: map[string]*storage{}}
	var parts [5]any
	for i := range parts {
		var err error
		if i == 3 {
			parts[i], content, err = unpickle(content, load.find, load.persistent)
		} else {
			parts[i], content, err = unpickle(content, nil, nil)
		}
		if err != nil {
			return nil, fmt.Errorf("neither a zip file nor an older PyTorch file: %w", err)
		}
	}
	if fmt.Sprintf("%x", parts[0]) != "1950a86a20f9469cfc6c" {
		return nil, errors.New("not a PyTorch file: its magic number is wrong")
	}
	keys, ok := parts[4].(*types.List)
	if !ok {
		return nil, errors.New("the list of storages is missing")
	}
	for _, k := range *keys {
		key, _ := k.(string)
		s := load.storages[key]
		if s == nil {
			return nil, fmt.Errorf("storage %v belongs to no tensor", k)
		}
		if len(content) < 8+4*s.size || binary.LittleEndian.Uint64(content) != uint64(s.size) {
			return nil, fmt.Errorf("storage %s is truncated or not of %d values", key, s.size)
		}
		s.bytes, content = content[8:8+4*s.size], content[8+4*s.size:]
	}
	return load.tensors(parts[3])
}

// loader provides gopickle with the few classes of a state dict.
type loader struct{ storages map[string]*storage }

type floatStorageClass struct{}

type rebuildTensor struct{}

func (l *loader) find(module, name string) (any, error) {
	switch module + "." + name {
	case "collections.OrderedDict":
		return &types.OrderedDictClass{}, nil
	case "torch._utils._rebuild_tensor_v2":
		return rebuildTensor{}, nil
	case "torch.FloatStorage":
		return floatStorageClass{}, nil
	}
	return nil, fmt.Errorf("%s.%s is no part of a state dict of float32 tensors", module, name)
}

// persistent makes the storage with the ID ("storage", FloatStorage, key, device, size, …).
func (l *loader) persistent(id any) (any, error) {
	t, ok := id.(*types.Tuple)
	if !ok || t.Len() < 5 || t.Get(0) != "storage" {
		return nil, fmt.Errorf("storage reference %v", id)
	}
	_, float := t.Get(1).(floatStorageClass)
	key, isKey := t.Get(2).(string)
	size, isSize := t.Get(4).(int)
	if !float || !isKey || !isSize || size < 0 || size > maxFile/4 {
		return nil, fmt.Errorf("storage reference %v", id)
	}
	if l.storages[key] == nil {
		l.storages[key] = &storage{key: key, size: size}
	}
	return l.storages[key], nil
}

// Call rebuilds a tensor from (storage, offset, shape, strides, …).
func (rebuildTensor) Call(args ...any) (any, error) {
	if len(args) < 4 {
		return nil, fmt.Errorf("tensor of %d parts", len(args))
	}
	s, isStorage := args[0].(*storage)
	offset, isOffset := args[1].(int)
	shape, err1 := ints(args[2])
	strides, err2 := ints(args[3])
	if !isStorage || !isOffset || err1 != nil || err2 != nil || len(shape) != len(strides) || len(shape) > 8 {
		return nil, errors.New("tensor of unknown form")
	}
	count := 1
	for i := len(shape) - 1; i >= 0; i-- {
		if shape[i] <= 0 || shape[i] > s.size {
			return nil, fmt.Errorf("tensor of shape %v in a storage of %d values", shape, s.size)
		}
		if strides[i] != count && shape[i] > 1 {
			return nil, fmt.Errorf("tensor of shape %v with strides %v is not contiguous", shape, strides)
		}
		count *= shape[i]
		if offset < 0 || offset+count > s.size {
			return nil, fmt.Errorf("tensor of shape %v from %d on is beyond its storage of %d values", shape, offset, s.size)
		}
	}
	return &view{s, offset, shape}, nil
}

func ints(v any) ([]int, error) {
	t, ok := v.(*types.Tuple)
	if !ok {
		return nil, errors.New("not a tuple")
	}
	out := make([]int, t.Len())
	for i := range out {
		if out[i], ok = t.Get(i).(int); !ok {
			return nil, errors.New("not an integer")
		}
	}
	return out, nil
}

// tensors lists the tensors of the state dict root.
func (l *loader) tensors(root any) ([]tensor.Tensor, error) {
	dict, ok := root.(*types.OrderedDict)
	if !ok {
		return nil, fmt.Errorf("holds a %T, not the state dict of a network", root)
	}
	var out []tensor.Tensor
	for e := dict.List.Front(); e != nil; e = e.Next() {
		entry := e.Value.(*types.OrderedDictEntry)
		name, isName := entry.Key.(string)
		v, isView := entry.Value.(*view)
		if !isName || !isView {
			return nil, fmt.Errorf("entry %v of the state dict is no tensor", entry.Key)
		}
		t := tensor.Tensor{Name: name, Shape: v.shape}
		count := 1
		for _, n := range v.shape {
			count *= n
		}
		if len(v.storage.bytes) < 4*(v.offset+count) {
			return nil, fmt.Errorf("storage of %s is missing", name)
		}
		t.Values = make([]float32, count)
		for i := range t.Values {
			t.Values[i] = math.Float32frombits(binary.LittleEndian.Uint32(v.storage.bytes[4*(v.offset+i):]))
		}
		out = append(out, t)
	}
	return out, nil
}
