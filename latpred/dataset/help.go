package dataset

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/nlpodyssey/gopickle/types"
	"github.com/ofalat/ofalat/latpred/space"
)

// ParseHELPArchs reads HELP's ofa_archs.pt: a dict whose key arch lists
// architectures as dicts of OFA's keys.
func ParseHELPArchs(r io.Reader, name string) ([]space.Arch, error) {
	root, err := helpPickle(r, name)
	if err != nil {
		return nil, err
	}
	dict, ok := root.(*types.Dict)
	if !ok {
		return nil, fmt.Errorf("%s: holds a %T, want a dict", name, root)
	}
	value, _ := dict.Get("arch")
	list, ok := value.(*types.List)
	if !ok {
		return nil, fmt.Errorf("%s: key arch is missing or no list", name)
	}
	archs := make([]space.Arch, list.Len())
	for i, item := range *list {
		if archs[i], err = helpArch(item); err != nil {
			return nil, fmt.Errorf("%s: arch[%d]: %w", name, i, err)
		}
	}
	return archs, nil
}

func helpArch(item any) (space.Arch, error) {
	dict, ok := item.(*types.Dict)
	if !ok {
		return space.Arch{}, fmt.Errorf("a %T, want a dict", item)
	}
	var genes [4][]int
	for i, key := range []string{"ks", "e", "d", "r"} {
		value, ok := dict.Get(key)
		if !ok {
			return space.Arch{}, fmt.Errorf("key %s is missing", key)
		}
		items := types.List{value}
		if list, ok := value.(*types.List); ok {
			items = *list
		}
		for _, v := range items {
			n, ok := v.(int)
			if !ok {
				return space.Arch{}, fmt.Errorf("key %s holds %v, want integers", key, v)
			}
			genes[i] = append(genes[i], n)
		}
	}
	if len(genes[3]) != 1 {
		return space.Arch{}, fmt.Errorf("key r has %d values, want one", len(genes[3]))
	}
	return space.FromSlots(genes[3][0], genes[2], genes[0], genes[1])
}

// ParseHELPLatencies reads one of HELP's latency files: a list of milliseconds.
func ParseHELPLatencies(r io.Reader, name string) ([]float64, error) {
	root, err := helpPickle(r, name)
	if err != nil {
		return nil, err
	}
	list, ok := root.(*types.List)
	if !ok {
		return nil, fmt.Errorf("%s: holds a %T, want a list", name, root)
	}
	out := make([]float64, list.Len())
	for i, item := range *list {
		v, ok := item.(float64)
		if !ok || !(v > 0 && v < 1e9) { // not NaN either
			return nil, fmt.Errorf("%s: value %d is %v, want milliseconds above 0", name, i, item)
		}
		out[i] = v
	}
	return out, nil
}

// helpPickle unpickles plain data from a file of torch.save.
func helpPickle(r io.Reader, name string) (any, error) {
	content, err := readAllLimited(r, name)
	if err != nil {
		return nil, err
	}
	records, err := torchZip(content, name)
	if err != nil {
		return nil, err
	}
	root, _, err := unpickle(records["data.pkl"], findNumpyScalar, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: data.pkl: %w", name, err)
	}
	return root, nil
}

// findNumpyScalar knows what a NumPy integer of eight bytes is pickled as: HELP's
// resolutions are such. The bytes travel as Latin-1 text.
func findNumpyScalar(module, name string) (any, error) {
	switch module + "." + name {
	case "numpy.dtype":
		return callable(func(args ...any) (any, error) {
			if len(args) == 0 || args[0] != "i8" {
				return nil, fmt.Errorf("NumPy type %v, want i8", args)
			}
			return int64Type{}, nil
		}), nil
	case "_codecs.encode":
		return callable(func(args ...any) (any, error) {
			if len(args) != 2 || args[1] != "latin1" {
				return nil, fmt.Errorf("encoded bytes %v, want Latin-1 text", args)
			}
			text, _ := args[0].(string)
			var out []byte
			for _, r := range text {
				out = append(out, byte(r))
			}
			return out, nil
		}), nil
	case "numpy.core.multiarray.scalar":
		return callable(func(args ...any) (any, error) {
			if len(args) == 2 {
				_, isType := args[0].(int64Type)
				if b, ok := args[1].([]byte); ok && isType && len(b) == 8 {
					return int(int64(binary.LittleEndian.Uint64(b))), nil
				}
			}
			return nil, fmt.Errorf("NumPy scalar %v, want eight bytes of type i8", args)
		}), nil
	}
	return nil, fmt.Errorf("class %s.%s where plain data are due", module, name)
}

// callable lets gopickle call a function as a class.
type callable func(args ...any) (any, error)

func (c callable) Call(args ...any) (any, error) { return c(args...) }

// int64Type is NumPy's dtype i8; of its state only that it is little-endian counts.
type int64Type struct{}

// PySetState is called with (version, byte order, …).
func (int64Type) PySetState(state any) error {
	if t, ok := state.(*types.Tuple); !ok || t.Len() < 2 || t.Get(1) != "<" {
		return fmt.Errorf("NumPy type with state %v, want little-endian", state)
	}
	return nil
}
