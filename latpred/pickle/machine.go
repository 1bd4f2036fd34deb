package pickle

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// maxSteps is the largest number of instructions of a pickle. Each takes a hundred bytes of
// memory at most, besides the texts of the file.
const maxSteps = 4 << 20

// Options of Read. The zero value reads plain data and NumPy's.
type Options struct {
	// Calls are more functions that the pickle may call, by module and name with a point
	// between. They must not print their arguments: a list may hold itself.
	Calls map[string]func(args []any) (any, error)
	// Load gives the value of an identifier that the pickle refers to ("persistent ID").
	Load func(id any) (any, error)
}

// Is reports whether a file that begins like this is a pickle.
func Is(start []byte) bool {
	if len(start) > 1 && start[0] == 0x80 && start[1] <= 5 {
		return true
	}
	for _, begin := range []string{"(dp", "(lp", "(l.", "(d.", "]q\x00", "}q\x00", "](", "}(", "(dq\x00", "(lq\x00", "ccollections\n", "cnumpy", "ccopy_reg\n", "c__builtin__\n", "cbuiltins\n", "cposix\n", "cos\n", "cnt\n"} {
		if bytes.HasPrefix(start, []byte(begin)) {
			return true
		}
	}
	return false
}

// Read reads the pickle that content starts with, and returns its value and what follows
// it. The value consists of nil, bool, int64, float64, string, []byte, *List, Tuple, *Dict,
// *Array, Global and what Options give. Integers of more than 64 bits become float64.
func Read(content []byte, o Options) (value any, rest []byte, err error) {
	m := machine{content: content, options: o, memo: map[uint64]any{}}
	for range maxSteps {
		op, err := m.take(1)
		if err != nil {
			return nil, nil, fmt.Errorf("pickle: %w", err)
		}
		if op[0] == '.' {
			if value, err = m.pop(); err != nil {
				return nil, nil, fmt.Errorf("pickle: byte %d: %w", m.at-1, err)
			}
			return value, content[m.at:], nil
		}
		at := m.at - 1
		if err := m.step(op[0]); err != nil {
			var class *ClassError
			if errors.As(err, &class) { // says enough
				return nil, nil, err
			}
			return nil, nil, fmt.Errorf("pickle: byte %d: %w", at, err)
		}
	}
	return nil, nil, fmt.Errorf("pickle: more than %d instructions", maxSteps)
}

// machine runs a pickle: a stack of values, marks in it, and a memo of values for later.
type machine struct {
	content []byte
	at      int
	stack   []any
	marks   []int // heights of the stack
	memo    map[uint64]any
	options Options
}

var (
	errEmpty  = errors.New("damaged: a value is due and there is none")
	errNoMark = errors.New("damaged: a mark is due and there is none")
)

// take reads n bytes.
func (m *machine) take(n uint64) ([]byte, error) {
	if left := uint64(len(m.content) - m.at); n > left {
		return nil, fmt.Errorf("cut short: %d bytes are due at byte %d of %d", n, m.at, len(m.content))
	}
	m.at += int(n)
	return m.content[m.at-int(n) : m.at], nil
}

// counted reads a length of size bytes, little-endian, and as many bytes.
func (m *machine) counted(size uint64) ([]byte, error) {
	n, err := m.number(size)
	if err != nil {
		return nil, err
	}
	return m.take(n)
}

// number reads an unsigned integer of size bytes, little-endian.
func (m *machine) number(size uint64) (uint64, error) {
	b, err := m.take(size)
	var padded [8]byte
	copy(padded[:], b)
	return binary.LittleEndian.Uint64(padded[:]), err
}

// line reads a line, without its end.
func (m *machine) line() (string, error) {
	i := bytes.IndexByte(m.content[m.at:], '\n')
	if i < 0 {
		return "", errors.New("cut short: a line does not end")
	}
	b, err := m.take(uint64(i + 1))
	if err != nil {
		return "", err
	}
	return string(b[:i]), nil
}

func (m *machine) push(v any) { m.stack = append(m.stack, v) }

// floor is the height of the stack that no value may be taken from below.
func (m *machine) floor() int {
	if len(m.marks) == 0 {
		return 0
	}
	return m.marks[len(m.marks)-1]
}

func (m *machine) pop() (any, error) {
	if len(m.stack) <= m.floor() {
		return nil, errEmpty
	}
	v := m.stack[len(m.stack)-1]
	m.stack = m.stack[:len(m.stack)-1]
	return v, nil
}

func (m *machine) top() (any, error) {
	if len(m.stack) <= m.floor() {
		return nil, errEmpty
	}
	return m.stack[len(m.stack)-1], nil
}

// popN takes n values, in the order in which they were pushed.
func (m *machine) popN(n int) ([]any, error) {
	if len(m.stack)-m.floor() < n {
		return nil, errEmpty
	}
	values := append(make([]any, 0, n), m.stack[len(m.stack)-n:]...)
	m.stack = m.stack[:len(m.stack)-n]
	return values, nil
}

// popMark takes the values above the last mark, and the mark.
func (m *machine) popMark() ([]any, error) {
	if len(m.marks) == 0 {
		return nil, errNoMark
	}
	values, err := m.popN(len(m.stack) - m.floor())
	m.marks = m.marks[:len(m.marks)-1]
	return values, err
}

// bigEndianFloat is the number of BINFLOAT.
func bigEndianFloat(b []byte) float64 { return math.Float64frombits(binary.BigEndian.Uint64(b)) }
