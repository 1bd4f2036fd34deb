package pickle

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/x448/float16"
)

// dtype is NumPy's description of an array's values.
type dtype struct {
	kind byte // b, i, u, f: numbers; U, S: texts; O: objects
	size int  // of a value, bytes
	big  bool // most significant byte first
}

// newDType is numpy.dtype("f8", …).
func newDType(args []any) (any, error) {
	if len(args) == 0 {
		return nil, errors.New("damaged: an array of no type")
	}
	switch name := args[0].(type) {
	case string:
		return parseDType(name)
	case Global: // numpy.float64, the scalar's class
		return parseDType(name.Name)
	}
	return nil, fmt.Errorf("damaged: the type of an array is %s", kind(args[0]))
}

// parseDType finds the type of a name of NumPy or PyTorch: "f8", "<i4", "float32".
func parseDType(name string) (*dtype, error) {
	long := map[string]string{
		"bool": "b1", "bool_": "b1", "float16": "f2", "float32": "f4", "float64": "f8", "int8": "i1", "int16": "i2", "int32": "i4",
		"int64": "i8", "uint8": "u1", "uint16": "u2", "uint32": "u4", "uint64": "u8", "bfloat16": "B2", "?": "b1",
	}
	short := strings.TrimLeft(name, "<>|=")
	if l, ok := long[short]; ok {
		short = l
	}
	t := &dtype{big: strings.HasPrefix(name, ">")}
	if short != "" {
		t.kind = short[0]
		t.size, _ = strconv.Atoi(short[1:]) // 0 is refused below
	}
	switch known := t.size; {
	case t.kind == 'O':
	case t.kind == 'U' && known >= 0 && known < 1<<20:
		t.size *= 4
	case t.kind == 'S' && known >= 0 && known < 1<<20:
	case t.kind == 'b' && known == 1, t.kind == 'B' && known == 2, t.kind == 'f' && (known == 2 || known == 4 || known == 8),
		(t.kind == 'i' || t.kind == 'u') && (known == 1 || known == 2 || known == 4 || known == 8):
	default:
		return nil, fmt.Errorf("holds NumPy values of type %s, where numbers and texts are read", clip(name))
	}
	return t, nil
}

// SetState takes (version, byte order, …).
func (t *dtype) SetState(state any) error {
	tuple, ok := state.(Tuple)
	if list, isList := state.(*List); isList {
		tuple, ok = list.Items, true
	}
	if ok && len(tuple) > 1 {
		switch tuple[1] {
		case ">":
			t.big = true
			return nil
		case "<", "|", "=":
			t.big = false
			return nil
		}
	}
	return errors.New("damaged: the byte order of an array")
}

// value reads one value.
func (t *dtype) value(b []byte) any {
	var n uint64
	for i := range b {
		at := i
		if !t.big {
			at = len(b) - 1 - i
		}
		if t.kind != 'U' && t.kind != 'S' {
			n = n<<8 | uint64(b[at])
		}
	}
	switch t.kind {
	case 'b':
		return n != 0
	case 'i':
		shift := 64 - 8*t.size
		return int64(n<<shift) >> shift
	case 'u':
		if n > math.MaxInt64 {
			return float64(n)
		}
		return int64(n)
	case 'B':
		return float64(math.Float32frombits(uint32(n) << 16))
	case 'f':
		switch t.size {
		case 2:
			return float64(float16.Frombits(uint16(n)).Float32())
		case 4:
			return float64(math.Float32frombits(uint32(n)))
		}
		return math.Float64frombits(n)
	case 'U':
		order := binary.ByteOrder(binary.LittleEndian)
		if t.big {
			order = binary.BigEndian
		}
		var runes []rune
		for ; len(b) >= 4; b = b[4:] {
			runes = append(runes, rune(order.Uint32(b)))
		}
		return strings.TrimRight(string(runes), "\x00")
	}
	return strings.TrimRight(string(b), "\x00")
}

// scalar is a NumPy scalar: its type and its bytes.
func scalar(args []any) (any, error) {
	if len(args) == 2 {
		t, ok := args[0].(*dtype)
		if ok && t.kind == 'O' {
			return args[1], nil
		}
		if b, isBytes := bytesOf(args[1]); ok && isBytes && len(b) == t.size {
			return t.value(b), nil
		}
	}
	return nil, errors.New("damaged: a NumPy number whose bytes are not those of its type")
}

// bytesOf gives the bytes of a value; Python 2 has texts for bytes.
func bytesOf(v any) ([]byte, bool) {
	switch v := v.(type) {
	case []byte:
		return v, true
	case string:
		return []byte(v), true
	}
	return nil, false
}
