package archfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
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
	Name         string // of the file
	Line, Column int    // 1-based
	Err          error  // the reason
}

// Error gives name:line:column and the reason.
func (e *Error) Error() string { return fmt.Sprintf("%s:%d:%d: %v", e.Name, e.Line, e.Column, e.Err) }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Reader reads the networks of a file one by one. It is not safe for concurrent use.
type Reader struct {
	name    string
	options Options
	scanner *literal.Scanner
	ahead   []Item // of a value with several networks
}

// NewReader makes a reader of r, which should be UTF-8 without a byte order mark. name is
// the file's in errors; if there is a file of that name, a run.config beside it tells the
// resolution of a net.config.
func NewReader(r *bufio.Reader, name string, o Options) *Reader {
	return &Reader{name: name, options: o, scanner: literal.NewScanner(r)}
}

// Is reports whether a text that begins with start holds networks rather than a table. It
// needs the first line that is neither empty nor a comment.
func Is(start []byte) bool {
	text := string(start)
	for {
		text = strings.TrimLeft(text, " \t\r\n")
		if !strings.HasPrefix(text, "#") {
			break
		}
		_, text, _ = strings.Cut(text, "\n")
	}
	line, _, _ := strings.Cut(text, "\n")
	switch {
	case line == "":
		return false
	case line[0] == '"' || line[0] == '\'': // a header in quotes
		return false
	case literal.Begins(line):
		return true
	case strings.ContainsAny(line, ",;\t"), line[0] == '|' && !strings.Contains(line, "~"): // cells
		return false
	}
	if _, err := space.ParseDescription(line); err == nil {
		return true
	}
	for _, f := range space.Families() { // a text with a mistake
		if f.Text != nil && f.Text.Recognises(line) || f.Text == nil && strings.HasPrefix(line, f.ID+" ") {
			return true
		}
	}
	return false
}

// Read returns the next network, or io.EOF after the last. Errors in the content are of
// type *Error.
func (in *Reader) Read() (Item, error) {
	for len(in.ahead) == 0 {
		text, line, column, err := in.scanner.Next()
		if err == io.EOF {
			return Item{}, err
		}
		if err == nil {
			err = in.read(text, line, column)
		}
		if err != nil {
			return Item{}, in.wrap(err)
		}
	}
	item := in.ahead[0]
	in.ahead = in.ahead[1:]
	return item, nil
}

// wrap adds the name of the file to an error.
func (in *Reader) wrap(err error) error {
	var mistake *literal.Error
	if errors.As(err, &mistake) {
		return &Error{in.name, mistake.Line, mistake.Column, fmt.Errorf("architecture: %s", mistake.Reason)}
	}
	return fmt.Errorf("%s: %w", in.name, err)
}

// read appends the networks of a text that stands at a place.
func (in *Reader) read(text string, line, column int) error {
	if !literal.Begins(text) {
		a, err := space.ParseDescription(text)
		var mistake *space.ParseError
		if errors.As(err, &mistake) {
			return &literal.Error{Line: line, Column: column + max(0, mistake.Column-1), Reason: mistake.Reason}
		}
		return in.add(a, &literal.Error{Line: line, Column: column})
	}
	v, err := literal.Parse(text)
	if err == nil {
		err = in.value(v, line, column)
	}
	return moved(err, line, column)
}

// moved counts the place of an error, and of nothing else, from the start of the file.
func moved(err error, line, column int) error {
	var mistake *literal.Error
	if !errors.As(err, &mistake) || mistake.Line == 0 {
		return err
	}
	at := *mistake
	if at.Line == 1 {
		at.Column += column - 1
	}
	at.Line += line - 1
	return &at
}

// value appends the networks of a value: one, or those of a list of texts or of a
// dictionary with names.
func (in *Reader) value(v literal.Value, line, column int) error {
	place := func(of literal.Value) *literal.Error {
		return moved(of.Errorf(""), line, column).(*literal.Error)
	}
	d, err := space.Describe(v)
	if err == nil {
		return in.addAt(d, v, place(v))
	}
	parts := v.List
	for _, e := range v.Entries {
		parts = append(parts, e.Value)
	}
	var several []space.Described
	for _, part := range parts {
		if part.Kind != literal.Text && part.Kind != literal.Dict {
			return err
		}
		d, failed := space.Describe(part)
		if failed != nil && several == nil {
			return err
		}
		if failed != nil {
			return failed
		}
		several = append(several, d)
	}
	if several == nil {
		return err
	}
	for i, d := range several {
		if err := in.addAt(d, parts[i], place(parts[i])); err != nil {
			return err
		}
	}
	return nil
}

// addAt is add for a network at a place within a value, which errors count from.
func (in *Reader) addAt(d space.Described, v literal.Value, place *literal.Error) error {
	if err := in.add(d, place); err != nil {
		var mistake *literal.Error
		if errors.As(err, &mistake) {
			return v.Errorf("%s", mistake.Reason)
		}
		return err
	}
	return nil
}

// add appends a network, with its resolution.
func (in *Reader) add(d space.Described, at *literal.Error) error {
	fail := func(format string, args ...any) error {
		return &literal.Error{Line: at.Line, Column: at.Column, Reason: fmt.Sprintf(format, args...)}
	}
	pixels, err := in.resolution(d)
	if err != nil {
		return fail("%v", err)
	}
	d.Arch.Resolution = pixels
	if d.Space != nil {
		err = d.Space.Validate(d.Arch)
	} else {
		err = space.Validate(d.Arch)
	}
	if err != nil {
		return fail("%v", err)
	}
	in.ahead = append(in.ahead, Item{d.Arch, d.Space, at.Line, at.Column})
	return nil
}
