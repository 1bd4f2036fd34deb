package literal

import (
	"fmt"
	"math"
	"strings"
)

// Kind is the kind of a Value.
type Kind int

// The kinds of values.
const (
	Null   Kind = iota // null, None
	Bool               // true, False
	Number             // 3, 3.0, nan
	Text               // "a", 'a'
	List               // [1, 2], (1, 2), array([1, 2])
	Dict               // {"a": 1}
)

// String names the kind for messages.
func (k Kind) String() string {
	return [...]string{"null", "true or false", "a number", "a text", "a list", "a dictionary"}[k]
}

// Value is a value with its place in the text.
type Value struct {
	Kind    Kind
	Number  float64 // of a Number; 1 for true
	Text    string  // of a Text, unquoted; of a Number, as written
	List    []Value // of a List
	Entries []Entry // of a Dict, in the order of the text; keys may repeat
	Line    int     // 1-based
	Column  int     // 1-based, in bytes
}

// Entry is a key of a dictionary with its value.
type Entry struct {
	Key          string
	Value        Value
	Line, Column int // of the key
}

// Get returns the value of a key of a dictionary, and whether there is one. Of several it
// is the first.
func (v Value) Get(key string) (Value, bool) {
	for _, e := range v.Entries {
		if e.Key == key {
			return e.Value, true
		}
	}
	return Value{}, false
}

// Int returns a whole number, also one that is written 3.0. It errs for everything else.
func (v Value) Int() (int, error) {
	switch {
	case v.Kind != Number:
		return 0, v.Errorf("%v, want a whole number", v.Kind)
	case v.Number != math.Trunc(v.Number) || math.Abs(v.Number) > 1<<53:
		return 0, v.Errorf("%s is no whole number", v.Text)
	}
	return int(v.Number), nil
}

// Errorf makes an error at the place of v.
func (v Value) Errorf(format string, args ...any) error {
	return &Error{v.Line, v.Column, reason(format, args)}
}

// Errorf makes an error at the place of the key.
func (e Entry) Errorf(format string, args ...any) error {
	return &Error{e.Line, e.Column, reason(format, args)}
}

// reason is a formatted text of a length that can be read.
func reason(format string, args []any) string {
	const long = 800
	text := fmt.Sprintf(format, args...)
	if len(text) > long {
		text = strings.ToValidUTF8(text[:long/2], "") + " … " + strings.ToValidUTF8(text[len(text)-long/2:], "")
	}
	return text
}

// Error is a mistake in a text, with its place.
type Error struct {
	Line, Column int // 1-based, the column in bytes
	Reason       string
}

// Error gives line, column and reason.
func (e *Error) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Reason)
}
