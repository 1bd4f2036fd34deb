// Package textfile opens files as UTF-8 text, whatever program wrote them, and names those
// that are no text.
//
//  1. Data compressed by gzip are unpacked.
//  2. UTF-16 and UTF-8, with their byte order marks or without, become UTF-8 without one.
//  3. Line ends of Windows (CR LF) stay as they are; those of old Macs (CR) become LF.
//  4. Pickles of Python's, and what PyTorch's torch.save wrote, become a JSON document if they
//     hold plain data; see package pytorch.
//  5. What starts like a workbook, an archive or another binary file is an error of
//     type *NoTextError, which says what the file is and how to make a text of it. Nothing
//     of the file is executed or shown.
package textfile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"

	"github.com/ofalat/ofalat/latpred/pytorch"
	"golang.org/x/text/encoding/unicode"
)

// Look is how much of a text can be looked at before it is read, in bytes, by Peek of the
// reader that NewReader gives; so much is looked at to tell what a file is.
const Look = 4096

// NoTextError says that a file is no text.
type NoTextError struct {
	Name string // of the file
	What string // what it is, with an article: "an Excel workbook"
	Do   string // how to make a text of it
}

// Error names the file, what it is and what to do.
func (e *NoTextError) Error() string { return e.Name + ": this is " + e.What + ": " + e.Do }

// NewReader returns the text of r. Errors name the file as name; that of a file that is no
// text is of type *NoTextError, and that of a pickle of package pickle. Errors of r and of
// the compression come later, from the reader.
func NewReader(r io.Reader, name string) (*bufio.Reader, error) {
	in := bufio.NewReaderSize(r, Look)
	if start, _ := in.Peek(2); bytes.Equal(start, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		in = bufio.NewReaderSize(z, Look)
	}
	start, _ := in.Peek(Look)
	if pytorch.Is(start) {
		document, err := pytorch.Document(in, name)
		return bufio.NewReaderSize(bytes.NewReader(document), Look), err
	}
	if bom := []byte("\ufeff"); bytes.HasPrefix(start, bom) {
		_, _ = in.Discard(len(bom)) // it has been peeked at
		start = start[len(bom):]
	} else if order, ok := utf16(start); ok {
		decoder := unicode.UTF16(order, unicode.UseBOM).NewDecoder()
		in = bufio.NewReaderSize(decoder.Reader(in), Look)
		start, _ = in.Peek(Look)
	}
	if f := recognise(start); f != nil {
		return nil, &NoTextError{name, f.what, f.do}
	}
	return bufio.NewReaderSize(unixLines{in}, Look), nil
}

// utf16 reports whether a file starts like UTF-16: with its byte order mark, or with
// several ASCII characters of two bytes each.
func utf16(start []byte) (order unicode.Endianness, ok bool) {
	if bytes.HasPrefix(start, []byte{0xff, 0xfe, 0, 0}) {
		return order, false // UTF-32
	}
	if bytes.HasPrefix(start, []byte{0xff, 0xfe}) {
		return unicode.LittleEndian, true
	}
	if bytes.HasPrefix(start, []byte{0xfe, 0xff}) {
		return unicode.BigEndian, true
	}
	const sure = 4 // characters
	if len(start) < 2*sure {
		return order, false
	}
	little, big := true, true
	for i := range sure {
		little = little && asciiText(uint16(start[2*i])|uint16(start[2*i+1])<<8)
		big = big && asciiText(uint16(start[2*i])<<8|uint16(start[2*i+1]))
	}
	if little {
		return unicode.LittleEndian, true
	}
	return unicode.BigEndian, big
}

func asciiText(c uint16) bool { return c >= ' ' && c < 0x7f || c == '\t' || c == '\r' || c == '\n' }

// unixLines turns carriage returns that no line feed follows into line feeds.
type unixLines struct{ r *bufio.Reader }

func (u unixLines) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	for rest := p[:n]; ; {
		i := bytes.IndexByte(rest, '\r')
		if i < 0 {
			return n, err
		}
		next := rest[i+1:]
		if len(next) == 0 {
			next, _ = u.r.Peek(1)
		}
		if len(next) == 0 || next[0] != '\n' {
			rest[i] = '\n'
		}
		rest = rest[i+1:]
	}
}
