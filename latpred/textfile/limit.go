package textfile

import (
	"bytes"
	"fmt"
	"io"
)

// maxLine is the length, in bytes, beyond which no line of a table is read.
const maxLine = 64 << 10

// LimitLines returns a reader of r that errs if a line is much longer than 64 kB. Package
// csv would hold such a line in memory whole.
func LimitLines(r io.Reader) io.Reader { return &lineLimiter{r: r} }

type lineLimiter struct {
	r    io.Reader
	line int
}

func (l *lineLimiter) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	for rest := p[:n]; ; {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			l.line += len(rest)
			break
		}
		l.line, rest = 0, rest[i+1:]
	}
	if l.line > maxLine {
		return 0, fmt.Errorf("a line is longer than %d bytes", maxLine)
	}
	return n, err
}
