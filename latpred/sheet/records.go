package sheet

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ofalat/ofalat/latpred/literal"
)

// Records reads a table of dictionaries, as json.dump, data frames and print write them. It
// is not safe for concurrent use.
type Records struct {
	// Header has the names of the columns: the keys of the first dictionary. A key of a
	// dictionary within has the name outer.inner.
	Header []string

	scan    *literal.Scanner
	rows    [][]cell                            // read already
	scanRow func(literal.Value) ([]cell, error) // of later dictionaries
	last    []cell
	text    []string
}

// cell is a value as text, with its place.
type cell struct {
	text         string
	line, column int
}

// OpenRecords reads the start of a table of dictionaries: one after the other or in a list,
// each a row; or one dictionary with the whole table, see package sheet. isValue reports
// whether a dictionary with these keys is the value of one cell, and known whether names can
// be the header, which decides where a dictionary can be read in several ways. If there is
// nothing at all, the error is io.EOF.
func OpenRecords(r io.Reader, isValue, known func(keys []string) bool) (*Records, error) {
	t := &Records{scan: literal.NewScanner(r)}
	v, err := t.value()
	if err != nil {
		return nil, err
	}
	f := flattener{isValue}
	table, err := f.whole(v, known)
	if err != nil {
		return nil, err
	}
	if table != nil {
		t.Header, t.rows = table.header, table.rows
		t.scan = nil
		return t, nil
	}
	first, err := f.record(v)
	if err != nil {
		return nil, err
	}
	t.Header = headerOf(first)
	var row []cell
	for _, e := range first {
		row = append(row, e.cell)
	}
	t.rows = [][]cell{row}
	t.scanRow = func(v literal.Value) ([]cell, error) { return f.rowOf(t.Header, v) }
	return t, nil
}

// value reads the next value, with its place in the file.
func (t *Records) value() (literal.Value, error) {
	text, line, column, err := t.scan.Next()
	if err != nil {
		return literal.Value{}, wrapLiteral(err, 1, 1)
	}
	v, err := literal.Parse(text)
	if err != nil {
		return v, wrapLiteral(err, line, column)
	}
	move(&v, line-1, column-1)
	return v, nil
}

// move adds the place of a text to those in it.
func move(v *literal.Value, lines, columns int) {
	if v.Line == 1 {
		v.Column += columns
	}
	v.Line += lines
	for i := range v.List {
		move(&v.List[i], lines, columns)
	}
	for i := range v.Entries {
		e := &v.Entries[i]
		if e.Line == 1 {
			e.Column += columns
		}
		e.Line += lines
		move(&e.Value, lines, columns)
	}
}

// wrapLiteral makes an *Error of one in a text that begins at a place.
func wrapLiteral(err error, line, column int) error {
	var at *literal.Error
	if !errors.As(err, &at) {
		return err
	}
	if at.Line > 1 {
		column = 1
	}
	reason := errors.New(at.Reason)
	if strings.Contains(at.Reason, "longer than") {
		reason = fmt.Errorf("%s: write a dictionary for each row, in pandas to_json(…, orient=\"records\", lines=True)", at.Reason)
	}
	return &Error{at.Line + line - 1, at.Column + column - 1, reason}
}

// Next returns the cells of the next row, one for each name of the header, which are valid
// until the call after it, or io.EOF. A value that is missing or null is an empty cell.
// Errors in the text are of type *Error.
func (t *Records) Next() ([]string, error) {
	switch {
	case len(t.rows) > 0:
		t.last, t.rows = t.rows[0], t.rows[1:]
	case t.scan == nil:
		return nil, io.EOF
	default:
		v, err := t.value()
		if err != nil {
			return nil, err
		}
		if t.last, err = t.scanRow(v); err != nil {
			return nil, err
		}
	}
	t.text = t.text[:0]
	for _, c := range t.last {
		t.text = append(t.text, c.text)
	}
	return t.text, nil
}

// Place returns line and column, from 1, of a cell of the last row.
func (t *Records) Place(i int) (line, column int) { return t.last[i].line, t.last[i].column }

// named is a cell with its key.
type named struct {
	key string
	cell
}

func headerOf(row []named) []string {
	var names []string
	for _, n := range row {
		names = append(names, n.key)
	}
	return names
}

// IsPair reports whether a value is a row of two cells without names, a network and its
// latency, as in Python's [({…}, 12.5), …]; the columns are called arch and latency.
func IsPair(v literal.Value) bool {
	if v.Kind != literal.List || len(v.List) != 2 || v.List[1].Kind != literal.Number {
		return false
	}
	first := v.List[0]
	return first.Kind == literal.Dict || first.Kind == literal.Text && strings.Contains(first.Text, " ")
}

// flattener makes rows of dictionaries.
type flattener struct {
	isValue func(keys []string) bool
}

// record lists the cells of a dictionary.
func (f flattener) record(v literal.Value) ([]named, error) {
	if IsPair(v) {
		return []named{{"arch", cellOf(v.List[0])}, {"latency", cellOf(v.List[1])}}, nil
	}
	if v.Kind != literal.Dict {
		return nil, &Error{v.Line, v.Column, fmt.Errorf("%v, want a dictionary for each row", v.Kind)}
	}
	var row []named
	return row, f.fill(&row, "", v)
}

func (f flattener) fill(row *[]named, prefix string, v literal.Value) error {
	for _, e := range v.Entries {
		key := prefix + e.Key
		if e.Value.Kind == literal.Dict && !f.isValue(keysOf(e.Value)) {
			if err := f.fill(row, key+".", e.Value); err != nil {
				return err
			}
			continue
		}
		for _, other := range *row {
			if other.key == key {
				return &Error{e.Value.Line, e.Value.Column, fmt.Errorf("the key %q is there twice", key)}
			}
		}
		*row = append(*row, named{key, cellOf(e.Value)})
	}
	return nil
}

func keysOf(v literal.Value) []string {
	var keys []string
	for _, e := range v.Entries {
		keys = append(keys, e.Key)
	}
	return keys
}

// rowOf gives the cells of a dictionary in the order of a header.
func (f flattener) rowOf(header []string, v literal.Value) ([]cell, error) {
	list, err := f.record(v)
	if err != nil {
		return nil, err
	}
	row := make([]cell, len(header))
	for i := range row {
		row[i] = cell{"", v.Line, v.Column}
	}
	for _, n := range list {
		found := false
		for i, name := range header {
			if name == n.key {
				row[i], found = n.cell, true
			}
		}
		if !found {
			return nil, &Error{n.line, n.column, fmt.Errorf("the key %q, which the first row does not have", n.key)}
		}
	}
	return row, nil
}

func cellOf(v literal.Value) cell { return cell{render(v), v.Line, v.Column} }

// render writes a value as the text of a cell: texts and numbers as they are, null as
// nothing, the others as JSON.
func render(v literal.Value) string {
	switch v.Kind {
	case literal.Null:
		return ""
	case literal.Text, literal.Number:
		return v.Text
	}
	var b strings.Builder
	renderJSON(&b, v)
	return b.String()
}

func renderJSON(b *strings.Builder, v literal.Value) {
	switch v.Kind {
	case literal.Null:
		b.WriteString("null")
	case literal.Bool:
		fmt.Fprint(b, v.Number != 0)
	case literal.Number:
		b.WriteString(v.Text)
	case literal.Text:
		fmt.Fprintf(b, "%q", v.Text)
	case literal.List:
		b.WriteByte('[')
		for i, e := range v.List {
			if i > 0 {
				b.WriteString(", ")
			}
			renderJSON(b, e)
		}
		b.WriteByte(']')
	case literal.Dict:
		b.WriteByte('{')
		for i, e := range v.Entries {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(b, "%q: ", e.Key)
			renderJSON(b, e.Value)
		}
		b.WriteByte('}')
	}
}
