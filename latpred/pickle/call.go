package pickle

import (
	"errors"
	"fmt"
	"strings"
)

// Call makes the value that the function of a name ("numpy.dtype") returns in Python for
// args, and gives it state unless that is nil. It knows the functions of NumPy, collections
// and builtins that build plain values, under the names that versions 1 and 2 of NumPy and 2
// and 3 of Python give them. Any other name is a *ClassError.
func Call(class string, args []any, state any) (any, error) {
	v, err := call(class, args)
	if err == nil && state != nil {
		err = setState(v, state)
	}
	return v, err
}

func call(class string, args []any) (any, error) {
	name := strings.Replace(class, "numpy._core.", "numpy.core.", 1)
	if rest, old := strings.CutPrefix(name, "__builtin__."); old {
		name = "builtins." + rest
	}
	switch name {
	case "numpy.dtype":
		return newDType(args)
	case "numpy.core.multiarray.scalar", "numpy.core._multiarray_umath.scalar":
		return scalar(args)
	case "numpy.core.multiarray._reconstruct", "numpy.core._multiarray_umath._reconstruct":
		if len(args) == 3 && args[0] == (Global{"numpy", "ndarray"}) {
			return &Array{}, nil
		}
		if len(args) > 0 {
			if of, ok := args[0].(Global); ok {
				return nil, classError(of.String())
			}
		}
	case "numpy.core.numeric._frombuffer":
		return fromBuffer(args)
	case "numpy.ndarray":
		return &Array{}, nil
	case "_codecs.encode":
		return encode(args)
	case "builtins.bytearray", "builtins.bytes":
		return toBytes(args)
	case "collections.OrderedDict", "collections.Counter", "builtins.dict":
		return toDict(args)
	case "collections.defaultdict":
		if len(args) > 1 {
			return toDict(args[1:])
		}
		return &Dict{}, nil
	case "builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset", "collections.deque":
		return toList(args)
	case "copyreg._reconstructor", "copy_reg._reconstructor", "copyreg.__newobj__", "copy_reg.__newobj__":
		if len(args) > 0 {
			if of, ok := args[0].(Global); ok {
				return nil, classError(of.String())
			}
		}
	default:
		return nil, classError(class)
	}
	return nil, fmt.Errorf("damaged: the arguments of %s are not understood", name)
}

// setState gives a value the rest of its state. Attributes of a dict, which are no items,
// are left out: PyTorch notes versions there.
func setState(of, state any) error {
	switch v := of.(type) {
	case interface{ SetState(state any) error }:
		return v.SetState(state)
	case *Dict:
		return nil
	}
	return fmt.Errorf("damaged: %s gets a state", kind(of))
}

// encode is _codecs.encode(text, "latin1"): bytes, as protocols below 3 write them.
func encode(args []any) (any, error) {
	if len(args) == 2 {
		text, isText := args[0].(string)
		codec, isName := args[1].(string)
		if isText && isName && strings.ReplaceAll(codec, "-", "") == "latin1" {
			return latin1(text)
		}
	}
	return nil, errors.New("damaged: encoded bytes that are no Latin-1 text")
}

func latin1(text string) (any, error) {
	out := make([]byte, 0, len(text))
	for _, r := range text {
		if r > 0xff {
			return nil, errors.New("damaged: encoded bytes that are no Latin-1 text")
		}
		out = append(out, byte(r))
	}
	return out, nil
}

// toBytes is bytes() or bytearray(): of nothing, of bytes, or of a text and its encoding.
func toBytes(args []any) (any, error) {
	switch len(args) {
	case 0:
		return []byte{}, nil
	case 1:
		if b, ok := args[0].([]byte); ok {
			return b, nil
		}
	case 2:
		return encode(args)
	}
	return nil, errors.New("damaged: bytes of something else")
}

// toList is list(), tuple() or set() of an iterable.
func toList(args []any) (any, error) {
	if len(args) == 0 {
		return &List{}, nil
	}
	switch items := args[0].(type) {
	case *List:
		return &List{append([]any{}, items.Items...)}, nil
	case Tuple:
		return &List{append([]any{}, items...)}, nil
	}
	return nil, fmt.Errorf("damaged: a list is made of %s", kind(args[0]))
}

// toDict is dict() of nothing, of a dict, or of a list of pairs.
func toDict(args []any) (any, error) {
	d := &Dict{}
	if len(args) == 0 {
		return d, nil
	}
	var pairs []any
	switch of := args[0].(type) {
	case *Dict:
		return &Dict{append([]any{}, of.Keys...), append([]any{}, of.Values...)}, nil
	case *List:
		pairs = of.Items
	case Tuple:
		pairs = of
	}
	for _, pair := range pairs {
		var two []any
		switch p := pair.(type) {
		case *List:
			two = p.Items
		case Tuple:
			two = p
		}
		if len(two) != 2 {
			return nil, fmt.Errorf("damaged: an item of a dict is %s, want a pair", kind(pair))
		}
		d.Set(two[0], two[1])
	}
	return d, nil
}
