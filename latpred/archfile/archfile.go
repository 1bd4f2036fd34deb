package archfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred/literal"
	"github.com/ofalat/ofalat/latpred/space"
)

// Item is a network of a file.
type Item struct {
	Arch         space.Arch   // in some registered space
	Space        *space.Space // the space whose channels a net.config has; nil: the file tells none
	Line, Column int          // where it begins, 1-based
}

// Options of a Reader.
type Options struct {
	// Resolution, in pixels, is that of networks whose description tells none; 0: the one
	// that run.config tells, or the only one of their family. It is an error where a
	// description tells another.
	Resolution int
}

// Error is a mistake in a file, with its place.
type Error struct {
	Name         string // of the file; "": an argument
	Line, Column int    // 1-based
	Err          error  // the reason
}

// Error gives name:line:column and the reason; for an argument, which has no name, the
// column, and the line if it is not the first.
func (e *Error) Error() string {
	switch {
	case e.Name != "":
		return fmt.Sprintf("%s:%d:%d: architecture: %v", e.Name, e.Line, e.Column, e.Err)
	case e.Line > 1:
		return fmt.Sprintf("architecture, line %d, column %d: %v", e.Line, e.Column, e.Err)
	}
	return fmt.Sprintf("architecture, column %d: %v", e.Column, e.Err)
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Reader reads the networks of a file one by one. It is not safe for concurrent use.
type Reader struct {
	name    string
	options Options
	scanner *literal.Scanner
	ahead   []Item // of the value that was read last
	given   int    // of them
	err     error  // after them
	beside  *told  // by the run.config beside the file; nil: not looked for
}

// NewReader makes a reader of r, which should be UTF-8 without a byte order mark. name is
// the file's in errors, "" for an argument; if there is a file of that name, a run.config
// beside it tells the resolution of a net.config.
func NewReader(r *bufio.Reader, name string, o Options) *Reader {
	return &Reader{name: name, options: o, scanner: literal.NewScanner(r)}
}

// Is reports whether a text that begins with start holds networks rather than a table. It
// needs the first line that is neither empty nor a comment.
func Is(start []byte) bool {
	text := afterComments(string(start))
	line := firstLine(text)
	switch {
	case line == "":
		return false
	case line[0] == '"' || line[0] == '\'': // a header in quotes, or a network
		v, err := literal.Parse(line)
		return err == nil && isText(v.Text)
	case literal.Begins(line), labelOf(text) != "", yaml.MatchString(line), block.MatchString(line):
		return true
	case strings.ContainsAny(line, ",;\t"), line[0] == '|' && !strings.Contains(line, "~"): // cells
		return false
	}
	return isText(line)
}

// afterComments cuts off the comments and imports that a text begins with.
func afterComments(text string) string {
	for {
		text = strings.TrimLeft(text, " \t\r\n")
		if !strings.HasPrefix(text, "#") && !imports.MatchString(text) {
			return text
		}
		_, text, _ = strings.Cut(text, "\n")
	}
}

// firstLine is the first line of a text that is no comment.
func firstLine(text string) string {
	line, _, _ := strings.Cut(afterComments(text), "\n")
	return withoutComment(strings.TrimRight(line, " \t\r"))
}

// isText reports whether a line is meant as a canonical text.
func isText(line string) bool {
	return slices.ContainsFunc(space.Families(), func(f *space.Family) bool {
		return f.Text != nil && f.Text.Recognises(line) || f.Text == nil && (line == f.ID || strings.HasPrefix(line, f.ID+" "))
	})
}

// Read returns the next network, or io.EOF after the last. Errors in the content are of
// type *Error.
func (in *Reader) Read() (Item, error) {
	for in.given == len(in.ahead) {
		if in.err != nil {
			return Item{}, in.err
		}
		in.ahead, in.given = in.ahead[:0], 0
		text, line, column, err := in.scanner.Next()
		if err == nil {
			err = in.read(text, line, column)
		}
		if err == io.EOF {
			in.err = err
		} else if err != nil {
			in.err = in.wrap(err)
		}
	}
	in.given++
	return in.ahead[in.given-1], nil
}

// wrap adds the name of the file to an error.
func (in *Reader) wrap(err error) error {
	var mistake *literal.Error
	if errors.As(err, &mistake) {
		return &Error{in.name, mistake.Line, mistake.Column, errors.New(mistake.Reason)}
	}
	return in.prefix(err)
}
