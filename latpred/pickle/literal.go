package pickle

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDigits is Python's own limit on the digits of a number in a text.
const maxDigits = 4300

// literal reads the value that an instruction pushes by itself; is tells whether it does.
func (m *machine) literal(op byte) (v any, is bool, err error) {
	switch op {
	case 'N':
		return nil, true, nil
	case '\x88', '\x89': // NEWTRUE, NEWFALSE
		return op == '\x88', true, nil
	case ']', '\x8f': // EMPTY_LIST, EMPTY_SET
		return &List{}, true, nil
	case '}':
		return &Dict{}, true, nil
	case ')':
		return Tuple(nil), true, nil
	case 'J': // BININT
		n, err := m.number(4)
		return int64(int32(n)), true, err
	case 'K', 'M': // BININT1, BININT2
		n, err := m.number(map[byte]uint64{'K': 1, 'M': 2}[op])
		return int64(n), true, err
	case 'G': // BINFLOAT
		b, err := m.take(8)
		if err != nil {
			return nil, true, err
		}
		return bigEndianFloat(b), true, nil
	case '\x8a', '\x8b': // LONG1, LONG4
		b, err := m.counted(map[byte]uint64{'\x8a': 1, '\x8b': 4}[op])
		if err == nil && len(b) > maxDigits/2 {
			err = errors.New("an integer of thousands of digits")
		}
		if err != nil {
			return nil, true, err
		}
		return littleEndianLong(b), true, nil
	case 'I', 'L', 'F', 'S', 'V':
		text, err := m.line()
		if err != nil {
			return nil, true, err
		}
		v, err = parseLine(op, strings.TrimSuffix(text, "\r"))
		return v, true, err
	}
	if size := map[byte]uint64{'U': 1, 'T': 4, 'X': 4, '\x8c': 1, '\x8d': 8}[op]; size > 0 { // texts
		b, err := m.counted(size)
		return string(b), true, err
	}
	if size := map[byte]uint64{'C': 1, 'B': 4, '\x8e': 8, '\x96': 8}[op]; size > 0 { // bytes
		b, err := m.counted(size)
		return b, true, err
	}
	return nil, false, nil
}

// littleEndianLong is the number of LONG1: two's complement.
func littleEndianLong(b []byte) any {
	reversed := slices.Clone(b)
	slices.Reverse(reversed)
	n := new(big.Int).SetBytes(reversed)
	if len(b) > 0 && b[len(b)-1] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return integer(n)
}

// integer is n as an int64, or the nearest float64 if it is larger.
func integer(n *big.Int) any {
	if n.IsInt64() {
		return n.Int64()
	}
	f, _ := new(big.Float).SetInt(n).Float64()
	return f
}

// parseLine is the value of INT, LONG, FLOAT, STRING or UNICODE.
func parseLine(op byte, text string) (any, error) {
	switch op {
	case 'I':
		if text == "00" || text == "01" {
			return text == "01", nil
		}
		fallthrough
	case 'L':
		n, ok := new(big.Int), false
		if text = strings.TrimSuffix(text, "L"); len(text) <= maxDigits {
			n, ok = n.SetString(text, 10)
		}
		if !ok {
			return nil, errors.New("damaged: an integer that is none")
		}
		return integer(n), nil
	case 'F':
		f, err := strconv.ParseFloat(text, 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return nil, errors.New("damaged: a number that is none")
		}
		return f, nil
	case 'V':
		return unescape(text, "uU")
	}
	if len(text) < 2 || text[0] != text[len(text)-1] || text[0] != '\'' && text[0] != '"' {
		return nil, errors.New("damaged: a text without quotes")
	}
	return unescape(text[1:len(text)-1], `\'"abfnrtvx01234567`)
}

// unescape decodes the escapes of Python's raw-unicode-escape, if known is uU, or of its
// strings. Other backslashes stand for themselves, as in Python.
func unescape(text, known string) (string, error) {
	if !strings.Contains(text, `\`) && known != "uU" {
		return text, nil
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] != '\\' || i+1 == len(text) || !strings.ContainsRune(known, rune(text[i+1])):
			if known == "uU" {
				b.WriteRune(rune(text[i])) // Latin-1
			} else {
				b.WriteByte(text[i])
			}
		default:
			i++
			n, err := escape(&b, text[i:])
			if err != nil {
				return "", err
			}
			i += n - 1
		}
	}
	return b.String(), nil
}

// escape writes what the escape that text begins with stands for, and returns its length.
func escape(b *strings.Builder, text string) (int, error) {
	c := text[0]
	if digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]; digits > 0 {
		if len(text) <= digits {
			return 0, errors.New("damaged: an escape is cut short")
		}
		n, err := strconv.ParseUint(text[1:1+digits], 16, 32)
		if err != nil || c != 'x' && n > utf8.MaxRune {
			return 0, fmt.Errorf("damaged: an escape \\%c that is none", c)
		}
		if c == 'x' {
			b.WriteByte(byte(n))
		} else {
			b.WriteRune(rune(n))
		}
		return 1 + digits, nil
	}
	if c >= '0' && c <= '7' {
		n := 1
		for n < 3 && n < len(text) && text[n] >= '0' && text[n] <= '7' {
			n++
		}
		v, err := strconv.ParseUint(text[:n], 8, 16)
		b.WriteByte(byte(v))
		return n, err
	}
	if i := strings.IndexByte("abfnrtv", c); i >= 0 {
		c = "\a\b\f\n\r\t\v"[i]
	}
	b.WriteByte(c)
	return 1, nil
}
