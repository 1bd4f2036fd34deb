package pipe

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
)

// Limits of a message, in bytes, and of its networks. Longer lists are asked for in parts.
const (
	MaxHead     = 64 << 10
	MaxBody     = 32 << 20
	MaxNetworks = 1 << 15
)

// longest is the longest text of an error, in bytes.
const longest = 16 << 10

// form is the number of the messages' form.
const form = 1

// messages reads and writes them.
type messages struct {
	r       *bufio.Reader
	w       io.Writer
	in, out []byte // the last message read; that which is written
}

func newMessages(r io.Reader, w io.Writer) *messages {
	return &messages{r: bufio.NewReaderSize(r, 64<<10), w: w}
}

// read reads a message. Its parts are valid until the next one is read. The error is io.EOF if
// there is none.
func (m *messages) read() (head, body []byte, err error) {
	var lengths [8]byte
	if _, err := io.ReadFull(m.r, lengths[:]); err != nil {
		return nil, nil, err
	}
	n, size := binary.LittleEndian.Uint32(lengths[:]), binary.LittleEndian.Uint32(lengths[4:])
	if n > MaxHead || size > MaxBody {
		return nil, nil, fmt.Errorf("pipe: a message with a head of %d bytes and a body of %d: at most %d and %d are allowed", n, size, MaxHead, MaxBody)
	}
	m.in = m.in[:0]
	for left := int(n) + int(size); left > 0; { // memory is taken as bytes come
		part := min(left, 1<<20)
		m.in = slices.Grow(m.in, part)
		end := len(m.in) + part
		if _, err := io.ReadFull(m.r, m.in[len(m.in):end]); err != nil {
			return nil, nil, fmt.Errorf("pipe: a message that breaks off: %w", io.ErrUnexpectedEOF)
		}
		m.in, left = m.in[:end], left-part
	}
	return m.in[:n], m.in[n:], nil
}

// write writes a message, at once.
func (m *messages) write(head any, body []byte) error {
	text, err := json.Marshal(head)
	if err != nil {
		return err
	}
	m.out = binary.LittleEndian.AppendUint32(m.out[:0], uint32(len(text)))
	m.out = binary.LittleEndian.AppendUint32(m.out, uint32(len(body)))
	m.out = append(append(m.out, text...), body...)
	_, err = m.w.Write(m.out)
	return err
}

// numbers are the body that has them, one list after the other.
func numbers(lists ...[]float64) (body []byte) {
	for _, list := range lists {
		for _, v := range list {
			body = binary.LittleEndian.AppendUint64(body, math.Float64bits(v))
		}
	}
	return body
}
