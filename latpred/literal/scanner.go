package literal

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
)

// Scanner takes a file apart: a value after the other, or a line of text where no value
// begins. A list whose first element is a list, a dictionary or a call is taken for a list
// of values, and its elements are given. It is not safe for concurrent use.
type Scanner struct {
	r            *bufio.Reader
	line, column int  // of the byte that comes next
	listed       bool // within a list of values
	list         Error
	text         []byte // of a value, reused
}

// NewScanner makes a scanner of r, which should be UTF-8 without a byte order mark.
func NewScanner(r io.Reader) *Scanner {
	return &Scanner{r: bufio.NewReaderSize(r, 4096), line: 1, column: 1}
}

// Next returns the text of the next value or line, and its place. White space, comments
// from # to the end of a line, and commas between values are left out. It returns io.EOF
// after the last, and an *Error where a bracket stays open or a text is longer than
// MaxBytes.
func (s *Scanner) Next() (text string, line, column int, err error) {
	for {
		c, err := s.skip()
		if err == io.EOF && s.listed {
			return "", 0, 0, &s.list
		}
		if err != nil {
			return "", 0, 0, err
		}
		line, column = s.line, s.column
		switch {
		case c == ',' && (s.listed || s.column > 1):
			s.next()
		case c == ']' && s.listed:
			s.next()
			s.listed = false
		case c == '[' && !s.listed && s.nested():
			s.listed, s.list = true, Error{line, column, "bracket '[' is not closed"}
			s.next()
		default:
			text, err := s.take()
			return text, line, column, err
		}
	}
}

// nested reports whether the list that begins here is one of lists, dictionaries, calls, or
// texts that hold one of them or several words.
func (s *Scanner) nested() bool {
	for n := 64; ; n *= 4 {
		start, err := s.r.Peek(min(n, s.r.Size()))
		rest := strings.TrimLeft(string(start[1:]), " \t\r\n")
		if rest == "" {
			if err != nil || n >= s.r.Size() {
				return false
			}
			continue
		}
		if strings.IndexByte("[{(", rest[0]) >= 0 {
			return true
		}
		if rest[0] == '"' || rest[0] == '\'' {
			text, _, _ := strings.Cut(rest[1:], rest[:1])
			return strings.ContainsAny(text, " {")
		}
		end := strings.IndexFunc(rest, func(r rune) bool { return r > 127 || !isNameByte(byte(r)) })
		return end > 0 && rest[end] == '(' && (rest[0] < '0' || rest[0] > '9') && !scalar(rest[:end])
	}
}

// scalar reports whether a call of name gives a number or a text.
func scalar(name string) bool {
	name = name[strings.LastIndexByte(name, '.')+1:]
	return strings.HasPrefix(name, "int") || strings.HasPrefix(name, "uint") || strings.HasPrefix(name, "float") || strings.HasPrefix(name, "str") || name == "longlong"
}

// next takes one byte; 0 at the end.
func (s *Scanner) next() byte {
	c, err := s.r.ReadByte()
	if err != nil {
		return 0
	}
	s.column++
	if c == '\n' {
		s.line, s.column = s.line+1, 1
	}
	return c
}

// skip goes to the first byte of a value.
func (s *Scanner) skip() (byte, error) {
	comment := false
	for {
		start, err := s.r.Peek(1)
		if err != nil {
			return 0, err
		}
		c := start[0]
		if comment = (comment || c == '#') && c != '\n'; !comment && c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c, nil
		}
		s.next()
	}
}

// take reads a value to its last bracket, or a text to the end of its line.
func (s *Scanner) take() (string, error) {
	if !s.listed {
		if text, ok := s.wholeLine(); ok {
			return text, nil
		}
	}
	place := Error{s.line, s.column, "a bracket is not closed"}
	s.text = s.text[:0]
	state := taking{listed: s.listed}
	for {
		if _, err := s.r.Peek(1); err == io.EOF && state.depth == 0 && state.quote == 0 {
			return strings.TrimSpace(string(s.text)), nil
		} else if err == io.EOF {
			return "", &place
		} else if err != nil {
			return "", err
		}
		chunk, _ := s.r.Peek(s.r.Buffered())
		n, done := state.end(chunk)
		if len(s.text)+n > MaxBytes {
			return "", &Error{place.Line, place.Column, fmt.Sprintf("a value or a line longer than %d bytes", MaxBytes)}
		}
		s.text = append(s.text, chunk[:n]...)
		s.pass(chunk[:n])
		if done {
			return strings.TrimSpace(string(s.text)), nil
		}
	}
}

// pass takes bytes that are buffered.
func (s *Scanner) pass(text []byte) {
	if n := bytes.Count(text, []byte{'\n'}); n > 0 {
		s.line, s.column = s.line+n, len(text)-bytes.LastIndexByte(text, '\n')
	} else {
		s.column += len(text)
	}
	_, _ = s.r.Discard(len(text))
}

// taking is where in a value or a line its next byte stands.
type taking struct {
	listed           bool // an element of a list of values
	depth            int  // open brackets
	quote            byte // the open quote; 0: none
	escaped, comment bool
}

// end goes on with a part of the text. It returns how many of its bytes belong to the value,
// and whether the value ends there.
func (t *taking) end(part []byte) (n int, done bool) {
	for i, c := range part {
		switch {
		case t.quote != 0:
			if !t.escaped && (c == t.quote || c == '\n') {
				t.quote = 0
			}
			t.escaped = !t.escaped && c == '\\'
			if c != '\n' || t.depth > 0 || t.listed {
				continue
			}
			return i, true
		case t.depth == 0 && c == '\n' && !t.listed, t.depth == 0 && !t.comment && t.listed && (c == ',' || c == ']'):
			return i, true
		case t.comment:
			t.comment = c != '\n'
		}
		if t.comment {
			continue
		}
		switch c {
		case '"', '\'':
			t.quote = c
		case '#':
			t.comment = true
		case '[', '{', '(':
			t.depth++
		case ']', '}', ')':
			if t.depth--; t.depth <= 0 && !t.listed {
				return i + 1, true
			}
		}
	}
	return len(part), false
}

// wholeLine takes a line at once in which no bracket begins a value, as in texts of our
// own; false: there may be one.
func (s *Scanner) wholeLine() (string, bool) {
	start, _ := s.r.Peek(256)
	end := bytes.IndexByte(start, '\n')
	if end < 0 || bytes.ContainsAny(start[:end], "[{(#\"'") {
		return "", false
	}
	text := string(bytes.TrimSpace(start[:end]))
	s.pass(start[:end+1])
	return text, true
}
