package pytorch

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/nlpodyssey/gopickle/types"
)

// ParseData reads plain data that torch.save wrote: lists, dicts, texts and numbers,
// including NumPy's 8-byte integers. The result consists of gopickle's types. Nothing in
// the file is executed; anything but plain data is an error. Errors refer to the file as
// name.
func ParseData(r io.Reader, name string) (any, error) {
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

// findNumpyScalar finds the functions that pickle calls for a NumPy integer of eight
// bytes, such as HELP's resolutions. The bytes are pickled as Latin-1 text.
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

// int64Type is NumPy's dtype i8. The only part of its state that matters is the byte
// order, which must be little-endian.
type int64Type struct{}

// PySetState is called with (version, byte order, …).
func (int64Type) PySetState(state any) error {
	if t, ok := state.(*types.Tuple); !ok || t.Len() < 2 || t.Get(1) != "<" {
		return fmt.Errorf("NumPy type with state %v, want little-endian", state)
	}
	return nil
}
