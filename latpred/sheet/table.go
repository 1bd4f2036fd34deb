package sheet

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ofalat/ofalat/latpred/textfile"
)

// Error is an error with its place.
type Error struct {
	Line, Column int // 1-based, in bytes
	Err          error
}

// Error gives line:column and the reason.
func (e *Error) Error() string { return fmt.Sprintf("%d:%d: %v", e.Line, e.Column, e.Err) }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Table reads the rows of a table. It is not safe for concurrent use.
type Table struct {
	// Header has the names of the columns, without white space around them. In a table
	// without a known header it is the first line.
	Header []string
	// Separator is what stands between cells, 0 where a line is one cell.
	Separator rune
	// Above is the number of lines of text, such as a title, that stand above the header and
	// are left out.
	Above int

	csv    *csv.Reader
	limit  *textfile.Limiter
	last   int  // line of the file on which the last row began, 0: none
	before int  // lines before the first that csv has seen
	barred bool // rows begin and end with a separator, as in Markdown
	width  int  // number of cells in a row, outer bars included
}

// Open reads the header of a table. known reports whether a line can be the header; it
// decides where several separators are possible. If there is no line at all, the error is
// io.EOF.
func Open(r io.Reader, known func(names []string) bool) (*Table, error) {
	limit := textfile.Limit(r)
	in := bufio.NewReaderSize(limit, look)
	start, err := in.Peek(look)
	if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
		return nil, err
	}
	p := findHeader(string(start), known)
	if p.empty {
		return nil, io.EOF
	}
	if _, err := in.Discard(p.offset); err != nil {
		return nil, err
	}
	t := &Table{Separator: p.separator, Above: p.above, before: p.lines, limit: limit}
	t.csv = newCSV(newBraces(in, p.separator), p.separator)
	if t.Header = p.header; t.Header == nil {
		names, err := t.csv.Read()
		if err != nil {
			return nil, t.wrap(err)
		}
		t.Header = trimmed(names)
		t.began()
	}
	limit.Row()
	if p.header == nil && rowNames(string(start[p.offset:]), p.separator, len(t.Header)) {
		t.Header = append([]string{""}, t.Header...)
	}
	t.width = len(t.Header)
	if n := len(t.Header); p.separator == '|' && n > 2 && t.Header[0] == "" && t.Header[n-1] == "" {
		t.Header, t.barred = t.Header[1:n-1], true
	}
	return t, nil
}

// newCSV reads cells between separators; 0: a line is one cell.
func newCSV(r io.Reader, separator rune) *csv.Reader {
	in := csv.NewReader(r)
	if in.Comma = separator; separator == 0 {
		in.Comma = '\x1f' // which no text has
	}
	in.Comment = '#'
	in.FieldsPerRecord = -1 // counted here
	in.ReuseRecord = true
	in.LazyQuotes = separator != ',' // JSON objects need no quotes where commas don't separate
	in.TrimLeadingSpace = separator != '\t'
	return in
}

// Next returns the cells of the next row, one for each name of the header, which are valid
// until the call after it, or io.EOF. Malformed rows are errors of type *Error.
func (t *Table) Next() ([]string, error) {
	for {
		row, err := t.csv.Read()
		t.limit.Row()
		if err == io.EOF {
			return nil, io.EOF
		}
		if err != nil {
			return nil, t.wrap(err)
		}
		t.began()
		if blank(row) || t.Separator == '|' && rule(row) {
			continue
		}
		if len(row) > t.width && blank(row[t.width:]) {
			row = row[:t.width]
		}
		if len(row) != t.width {
			return nil, t.miscounted(row)
		}
		if t.barred {
			row = row[1 : len(row)-1]
		}
		return row, nil
	}
}

// began notes where the row that was read began.
func (t *Table) began() {
	line, _ := t.csv.FieldPos(0)
	t.last = line + t.before
}

// Place returns line and column, from 1, of a cell of the last row.
func (t *Table) Place(cell int) (line, column int) {
	if t.barred {
		cell++
	}
	line, column = t.csv.FieldPos(cell)
	return line + t.before, column
}

// miscounted says that a row has another number of cells than the header.
func (t *Table) miscounted(row []string) error {
	line, _ := t.csv.FieldPos(0)
	hint := ""
	if t.Separator == ',' && len(row) > t.width {
		hint = ": a cell with a comma in it, such as a decimal comma, stands in quotes, or the columns are separated by semicolons"
	}
	return &Error{line + t.before, 1, fmt.Errorf("%s where the header has %d%s", cells(len(row)), t.width, hint)}
}

func cells(n int) string {
	if n == 1 {
		return "1 cell"
	}
	return fmt.Sprintf("%d cells", n)
}

// wrap turns errors of package csv into ours.
func (t *Table) wrap(err error) error {
	var syntax *csv.ParseError
	if errors.As(err, &syntax) {
		return &Error{syntax.Line + t.before, max(1, syntax.Column), syntax.Err}
	}
	var size *textfile.SizeError
	if errors.As(err, &size) {
		return &Error{max(t.last, t.before) + 1, 1, err}
	}
	return err
}

func trimmed(row []string) []string {
	out := make([]string, len(row))
	for i, cell := range row {
		out[i] = strings.Clone(strings.TrimSpace(cell))
	}
	return out
}

func blank(row []string) bool {
	for _, cell := range row {
		if strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return true
}

// rule reports whether a row is a line of dashes, as Markdown has it under a header.
func rule(row []string) bool {
	for _, cell := range row {
		if strings.Trim(cell, "-: ") != "" {
			return false
		}
	}
	return true
}
