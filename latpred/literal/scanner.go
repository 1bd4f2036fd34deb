package literal

import (
	"bufio"
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
	b            strings.Builder
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

// nested reports whether the list that begins here is one of lists, dictionaries or calls.
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
	open := Error{s.line, s.column, "a bracket is not closed"}
	s.b.Reset()
	depth, quote, comment := 0, byte(0), false
	for {
		start, err := s.r.Peek(1)
		if err == io.EOF && depth == 0 && quote == 0 {
			return strings.TrimSpace(s.b.String()), nil
		}
		if err == io.EOF {
			return "", &open
		}
		if err != nil {
			return "", err
		}
		c := start[0]
		if depth == 0 && quote == 0 && (c == '\n' && !s.listed || s.listed && (c == ',' || c == ']')) {
			return strings.TrimSpace(s.b.String()), nil
		}
		if s.b.Len() == MaxBytes {
			return "", &Error{open.Line, open.Column, fmt.Sprintf("a value or a line longer than %d bytes", MaxBytes)}
		}
		s.next()
		s.b.WriteByte(c)
		switch {
		case comment:
			comment = c != '\n'
		case quote != 0 && c == '\\':
			if s.b.WriteByte(s.next()); s.b.Len() > MaxBytes {
				continue
			}
		case quote != 0 && (c == quote || c == '\n'):
			quote = 0
		case quote != 0:
		case c == '"' || c == '\'':
			quote = c
		case c == '#' && depth > 0:
			comment = true
		case c == '[' || c == '{' || c == '(':
			depth++
		case c == ']' || c == '}' || c == ')':
			if depth--; depth <= 0 && !s.listed {
				return s.b.String(), nil
			}
		}
	}
}

// wholeLine takes a line at once in which no bracket begins a value, as in texts of our
// own; false: there may be one.
func (s *Scanner) wholeLine() (string, bool) {
	start, _ := s.r.Peek(s.r.Buffered())
	end := strings.IndexByte(string(start[:min(len(start), 512)]), '\n')
	if end < 0 || strings.ContainsAny(string(start[:end]), "[{(#\"'") {
		return "", false
	}
	text := string(start[:end])
	_, _ = s.r.Discard(end + 1)
	s.line, s.column = s.line+1, 1
	return strings.TrimSpace(text), true
}
