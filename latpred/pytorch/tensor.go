package pytorch

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/ofalat/ofalat/latpred/pickle"
)

// storage is an array of values that tensors are views of. In a zip file its bytes are
// known before the pickle is read, in the older format only afterwards.
type storage struct {
	key   string
	dtype string // NumPy's name; "": bytes without a type
	size  int    // in values
	width int    // of a value, in bytes
	bytes []byte
	views []*pickle.Array
}

// view is where the values of a tensor are. Its array gets the storage's bytes when they
// are there.
type view struct {
	storage *storage
	dtype   string
	offset  int
	strides []int
}

// fill gives a storage its bytes, and the tensors theirs.
func (s *storage) fill(content []byte) error {
	if len(content) != s.size*s.width {
		return fmt.Errorf("storage %.40q has %d bytes, want %d of type %s", s.key, len(content), s.size*s.width, s.dtype)
	}
	s.bytes = content
	for _, v := range s.views {
		v.SetData(content)
	}
	return nil
}

// dtypes are the types of values by the classes of storages, and their widths in bytes.
var dtypes = map[string]struct {
	name  string
	width int
}{
	"DoubleStorage": {"float64", 8}, "FloatStorage": {"float32", 4}, "HalfStorage": {"float16", 2}, "BFloat16Storage": {"bfloat16", 2},
	"LongStorage": {"int64", 8}, "IntStorage": {"int32", 4}, "ShortStorage": {"int16", 2}, "CharStorage": {"int8", 1},
	"ByteStorage": {"uint8", 1}, "BoolStorage": {"bool", 1}, "UntypedStorage": {"", 1},
}

// loader gives package pickle the functions that build tensors.
type loader struct {
	storages map[string]*storage
	tensors  map[*pickle.Array]view
	nested   bool // in a file within a pickle, which holds none itself
}

func (l *loader) options() pickle.Options {
	rebuild := func(args []any) (any, error) { return l.rebuild(args, "") }
	return pickle.Options{Load: l.load, Calls: map[string]func([]any) (any, error){
		"torch._utils._rebuild_tensor":        rebuild,
		"torch._utils._rebuild_tensor_v2":     rebuild,
		"torch._utils._rebuild_tensor_v3":     l.rebuildTyped,
		"torch._utils._rebuild_parameter":     firstArgument,
		"torch.Size":                          firstArgument,
		"torch.storage._load_from_bytes":      l.loadFromBytes,
		"torch.serialization._get_layout":     layout,
		"torch._tensor._rebuild_from_type_v2": l.rebuildFromType,
	}}
}

// load makes the storage with the ID ("storage", FloatStorage, key, device, size, …).
func (l *loader) load(id any) (any, error) {
	t, ok := id.(pickle.Tuple)
	if !ok || len(t) < 5 || t[0] != "storage" {
		return nil, errors.New("storage reference of unknown form")
	}
	class, isClass := t[1].(pickle.Global)
	key, isKey := t[2].(string)
	size, isSize := t[4].(int64)
	if !isClass || !isKey || !isSize || size < 0 || size > maxFile || !strings.HasPrefix(class.Module, "torch") {
		return nil, errors.New("storage reference of unknown form")
	}
	d, known := dtypes[class.Name]
	if !known {
		return nil, fmt.Errorf("tensors of %.40q, where numbers are read", class.String())
	}
	s := l.storages[key]
	if s == nil {
		s = &storage{key: key, dtype: d.name, size: int(size), width: d.width}
		l.storages[key] = s
	}
	if s.dtype != d.name || s.size != int(size) {
		return nil, fmt.Errorf("storage %.40q is of two types or sizes", key)
	}
	return s, nil
}

// loadFromBytes reads the storage that a bare pickle of a tensor holds: a file of the older
// format.
func (l *loader) loadFromBytes(args []any) (any, error) {
	if len(args) == 1 && !l.nested {
		if content, ok := args[0].([]byte); ok {
			root, _, err := parse(content, true)
			if s, ok := root.(*storage); ok || err != nil {
				return s, err
			}
		}
	}
	return nil, errors.New("tensor of unknown form")
}

// rebuild makes a tensor of (storage, offset, shape, strides, …). dtype is that of
// its values; "" is the storage's.
func (l *loader) rebuild(args []any, dtype string) (any, error) {
	unknown := errors.New("tensor of unknown form")
	if len(args) < 4 {
		return nil, unknown
	}
	s, isStorage := args[0].(*storage)
	offset, isOffset := args[1].(int64)
	shape, err1 := pickle.Ints(args[2])
	strides, err2 := pickle.Ints(args[3])
	if !isStorage || !isOffset || err1 != nil || err2 != nil || len(shape) != len(strides) {
		return nil, unknown
	}
	size := s.size
	if dtype == "" {
		dtype = s.dtype
	} else if s.dtype == "" {
		size /= widthOf(dtype)
	}
	if dtype == "" {
		return nil, unknown
	}
	if !within(int(offset), shape, strides, size) {
		return nil, fmt.Errorf("tensor of shape %v from %d on is beyond its storage of %d values", shape, offset, size)
	}
	a, err := pickle.NewArray(dtype, shape, strides, int(offset))
	if err != nil {
		return nil, err
	}
	a.SetData(s.bytes)
	s.views = append(s.views, a)
	l.tensors[a] = view{s, dtype, int(offset), strides}
	return a, nil
}

// within reports whether a tensor's values lie in a storage of size values.
func within(offset int, shape, strides []int, size int) bool {
	last := offset
	for i, n := range shape {
		if n < 0 || strides[i] < 0 || n > math.MaxInt32 || strides[i] > math.MaxInt32 {
			return false
		}
		if n == 0 {
			return offset >= 0
		}
		if last += (n - 1) * strides[i]; last > size {
			return false
		}
	}
	return offset >= 0 && last < size
}

func widthOf(dtype string) int {
	for _, d := range dtypes {
		if d.name == dtype {
			return d.width
		}
	}
	return 1
}

// rebuildTyped makes a tensor of a storage without a type: (storage, offset, shape,
// strides, gradient, hooks, type, …).
func (l *loader) rebuildTyped(args []any) (any, error) {
	if len(args) > 6 {
		if d, ok := args[6].(pickle.Global); ok && d.Module == "torch" {
			return l.rebuild(args, d.Name)
		}
	}
	return nil, errors.New("tensor of unknown form")
}

// rebuildFromType makes what (function, class, arguments, state) says: here, a tensor.
func (l *loader) rebuildFromType(args []any) (any, error) {
	if len(args) > 2 {
		inner, ok := args[2].(pickle.Tuple)
		if ok && args[0] == (pickle.Global{Module: "torch._utils", Name: "_rebuild_tensor_v2"}) {
			return l.rebuild(inner, "")
		}
	}
	return nil, errors.New("tensor of unknown form")
}

func firstArgument(args []any) (any, error) {
	if len(args) == 0 {
		return nil, errors.New("damaged: an argument is missing")
	}
	return args[0], nil
}

func layout(args []any) (any, error) {
	return nil, errors.New("a sparse tensor, where dense ones are read")
}
