package literal

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// Bounds on one value.
const (
	MaxBytes  = 1 << 20 // length of its text
	maxDepth  = 64      // brackets within brackets
	maxValues = 1 << 17 // values in it
)

// Parse reads the one value of a text. Errors are of type *Error.
func Parse(text string) (Value, error) { return ParseAt(text, 1, 1) }

// ParseAt is Parse for a text that stands at a place, as Scanner.Next gives it. Places in
// the result, and those of errors, count from where that place does.
func ParseAt(text string, line, column int) (Value, error) {
	if len(text) > MaxBytes {
		return Value{}, &Error{line, column, fmt.Sprintf("a value of %d bytes, want at most %d", len(text), MaxBytes)}
	}
	stack, _ := stacks.Get().(*[]Value)
	if stack == nil {
		stack = new([]Value)
	}
	p := &parser{text: text, open: *stack, firstLine: line, firstColumn: column}
	defer func() {
		if *stack = p.open[:0]; cap(*stack) <= 256 {
			stacks.Put(stack)
		}
	}()
	v, err := p.value(0)
	if err != nil {
		return Value{}, err
	}
	if p.space(); p.at < len(text) {
		return Value{}, p.errorf(p.at, "%s follows the value", p.found())
	}
	return v, nil
}

// stacks are used again: they are as long as the longest list.
var stacks sync.Pool

type parser struct {
	text   string
	at     int
	values int
	open   []Value // elements of the lists that are not closed
	// The place of the text.
	firstLine, firstColumn int
	// The last place that was asked for, and its line's number and start.
	seen, line, lineStart int
}

// errorf is an error at an offset.
func (p *parser) errorf(at int, format string, args ...any) error {
	line, column := p.place(at)
	return &Error{line, column, reason(format, args)}
}

// place is the line and column of an offset, both from 1. Offsets that ascend cost one
// pass over the text.
func (p *parser) place(at int) (line, column int) {
	if at < p.seen {
		p.seen, p.line, p.lineStart = 0, 0, 0
	}
	between := p.text[p.seen:at]
	if last := strings.LastIndexByte(between, '\n'); last >= 0 {
		p.line += strings.Count(between, "\n")
		p.lineStart = p.seen + last + 1
	}
	p.seen = at
	if p.line == 0 {
		return p.firstLine, p.firstColumn + at
	}
	return p.firstLine + p.line, 1 + at - p.lineStart
}

// found describes what stands at the current place.
func (p *parser) found() string {
	if p.at >= len(p.text) {
		return "the end"
	}
	r, _ := utf8.DecodeRuneInString(p.text[p.at:])
	if strings.ContainsRune("“”„‘’‚«»", r) {
		return strconv.QuoteRune(r) + " (a typographic quote)"
	}
	return strconv.QuoteRune(r)
}

// space skips white space and comments.
func (p *parser) space() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		case '#':
			end := strings.IndexByte(p.text[p.at:], '\n')
			if end < 0 {
				end = len(p.text) - p.at
			}
			p.at += end
		default:
			return
		}
	}
}

// take skips white space and then c, if it is there.
func (p *parser) take(c byte) bool {
	p.space()
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

// value reads a value with at most maxDepth − depth brackets within brackets.
func (p *parser) value(depth int) (v Value, err error) {
	p.space()
	start := p.at
	line, column := p.place(start)
	if p.values++; p.values > maxValues {
		return v, p.errorf(start, "more than %d values", maxValues)
	}
	if depth > maxDepth {
		return v, p.errorf(start, "more than %d brackets within brackets", maxDepth)
	}
	switch c := p.peek(); {
	case c == '{':
		v, err = p.dict(depth)
	case c == '[':
		v, err = p.list(depth, ']')
	case c == '(':
		v, err = p.list(depth, ')')
	case c == '"' || c == '\'':
		v.Kind = Text
		v.Text, err = p.quoted()
	case c == '-' || c == '+' || c == '.' || c >= '0' && c <= '9':
		v, err = p.number()
	case isNameByte(c):
		v, err = p.name(depth)
	default:
		err = p.errorf(start, "found %s, want a value", p.found())
	}
	if err != nil {
		return Value{}, err
	}
	v.Line, v.Column = line, column
	return v, nil
}

func (p *parser) peek() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func isNameByte(c byte) bool {
	return c == '_' || c == '.' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// list reads the elements up to the closing bracket. One element in parentheses, without
// a comma, is that element, as in Python.
func (p *parser) list(depth int, closing byte) (Value, error) {
	start := p.at
	p.at++
	v, comma, base := Value{Kind: List}, false, len(p.open)
	defer func() { p.open = p.open[:base] }()
	for !p.take(closing) {
		if p.at >= len(p.text) {
			return v, p.errorf(start, "bracket %q is not closed", p.text[start])
		}
		before := p.at
		e, err := p.value(depth + 1)
		if err != nil {
			return v, err
		}
		p.open = append(p.open, e)
		switch after := p.at; {
		case p.take(','):
			comma = true
		case p.peek() == closing:
		case p.at >= len(p.text):
		case e.Kind == Number && p.at > after && !comma && strings.IndexByte("-.0123456789", p.peek()) >= 0: // NumPy prints no commas
		default:
			return v, p.errorf(max(before, p.at), "found %s, want a comma or %q", p.found(), closing)
		}
	}
	elements := p.open[base:]
	if closing == ')' && len(elements) == 1 && !comma {
		return elements[0], nil
	}
	if len(elements) > 0 {
		v.List = append(make([]Value, 0, len(elements)), elements...)
	}
	return v, nil
}

func (p *parser) dict(depth int) (Value, error) {
	start := p.at
	p.at++
	v := Value{Kind: Dict}
	for !p.take('}') {
		if p.at >= len(p.text) {
			return v, p.errorf(start, "bracket '{' is not closed")
		}
		key, err := p.key(depth)
		if err != nil {
			return v, err
		}
		if key.Kind != Text && key.Kind != Number {
			return v, key.Errorf("%v as a key, want a text", key.Kind)
		}
		if !p.take(':') {
			return v, p.errorf(p.at, "found %s, want ':' after the key %q", p.found(), key.Text)
		}
		value, err := p.value(depth + 1)
		if err != nil {
			return v, err
		}
		v.Entries = append(v.Entries, Entry{key.Text, value, key.Line, key.Column})
		if !p.take(',') && p.peek() != '}' {
			return v, p.errorf(p.at, "found %s, want a comma or '}'", p.found())
		}
	}
	return v, nil
}

// key reads a key of a dictionary, which may be a word.
func (p *parser) key(depth int) (Value, error) {
	p.space()
	start := p.at
	for isNameByte(p.peek()) {
		p.at++
	}
	name := p.text[start:p.at]
	if p.space(); p.peek() == ':' && name != "" && (name[0] < '0' || name[0] > '9') && name[0] != '.' {
		line, column := p.place(start)
		p.values++
		return Value{Kind: Text, Text: name, Line: line, Column: column}, nil
	}
	p.at = start
	return p.value(depth + 1)
}

// Begins reports whether a text begins as a value that holds others or is called or
// quoted: with a bracket, a quote, or a name before a round bracket. Other texts are
// numbers, constants, or of a form of their own.
func Begins(text string) bool {
	text = strings.TrimLeft(text, " \t\r\n")
	if text == "" {
		return false
	}
	if strings.IndexByte("[{(\"'", text[0]) >= 0 {
		return true
	}
	end := 0
	for end < len(text) && isNameByte(text[end]) {
		end++
	}
	return end > 0 && end < len(text) && text[end] == '(' && (text[0] < '0' || text[0] > '9')
}
