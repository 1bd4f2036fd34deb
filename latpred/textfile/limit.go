package textfile

import (
	"bytes"
	"fmt"
	"io"
)

const (
	maxLine = 64 << 10 // bytes of a line of a table
	maxRow  = 1 << 20  // bytes of a row, whose cells in quotes may have several lines
)

// SizeError says that a part of a text is longer than any of a table is.
type SizeError struct {
	What  string // "line" or "row"
	Limit int    // bytes
	hint  string
}

// Error names the part and the limit.
func (e *SizeError) Error() string {
	return fmt.Sprintf("a %s is longer than %d bytes%s", e.What, e.Limit, e.hint)
}

// Limiter is a reader of a table's text that errs where a line is much longer than 64 kB, or a
// row than 1 MB. Package csv would hold such a line or row in memory whole, and takes all that
// follows a quote which is never closed for one cell.
type Limiter struct {
	r         io.Reader
	line, row int
}

// Limit makes a Limiter of r. Whoever reads rows from it says with Row when one has ended.
func Limit(r io.Reader) *Limiter { return &Limiter{r: r} }

// Row says that a row has been read, so that another one begins. Some of that may have been
// read ahead, which then doesn't count.
func (l *Limiter) Row() { l.row = 0 }

// Read reads from the text.
func (l *Limiter) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.row += n; l.row > maxRow+maxLine { // what readers in between read ahead
		return 0, &SizeError{"row", maxRow, ": is a quote never closed?"}
	}
	for rest := p[:n]; ; {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			l.line += len(rest)
			break
		}
		l.line, rest = 0, rest[i+1:]
	}
	if l.line > maxLine {
		return 0, &SizeError{"line", maxLine, ""}
	}
	return n, err
}
