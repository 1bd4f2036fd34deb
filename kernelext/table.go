package kernelext

import (
	"cmp"
	"fmt"
	"html"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ofalat/ofalat/internal/texttable"
)

func escape(text string) string { return html.EscapeString(text) }

// Table shows rows under header. A heading may end with a unit in parentheses, such as
// "latency (ms)". Floats are shown with four significant digits, numbers from ten thousand
// on with separators, nil and NaN as a dash, a Difference signed and coloured. Columns of
// numbers are aligned to the right. It panics if a row is not as long as header.
func Table[T any](header []string, rows [][]T) {
	show(newTable(header, rows).bundle())
}

// SortedTable is Table with the rows sorted by the column whose heading is by, in
// ascending order, or in descending order if by begins with "-". The column gets a mark.
// Numbers come before text, and missing values last. It panics if there is no such
// heading.
func SortedTable[T any](header []string, rows [][]T, by string) {
	show(newTable(header, rows).sort(by).bundle())
}

// table is a formatted table.
type table struct {
	header  []string
	rows    [][]field
	numeric []bool // columns of numbers alone
	mark    []string
}

// field is one cell: how it reads, and what it is sorted by.
type field struct {
	text   string
	number bool
	value  float64 // NaN: missing, or text
	tint   string  // background, CSS; "" for none
}

func newTable[T any](header []string, rows [][]T) *table {
	t := &table{header: header, numeric: make([]bool, len(header)), mark: make([]string, len(header))}
	for c := range t.numeric {
		t.numeric[c] = len(rows) > 0
	}
	for _, row := range rows {
		if len(row) != len(header) {
			panic(fmt.Sprintf("kernelext: row of %d cells under %d headings", len(row), len(header)))
		}
		line := make([]field, len(row))
		for c, v := range row {
			line[c] = read(v)
			t.numeric[c] = t.numeric[c] && line[c].number
		}
		t.rows = append(t.rows, line)
	}
	return t
}

func (t *table) sort(by string) *table {
	name, falling := strings.CutPrefix(by, "-")
	c := slices.Index(t.header, name)
	if c < 0 {
		panic(fmt.Sprintf("kernelext: no column %q to sort by among %q", name, t.header))
	}
	t.mark[c] = "▲"
	if falling {
		t.mark[c] = "▼"
	}
	slices.SortStableFunc(t.rows, func(a, b []field) int {
		x, y := a[c], b[c]
		switch {
		case x.value != x.value || y.value != y.value: // missing or text: after numbers
			if x.value == x.value || y.value == y.value {
				return cmp.Compare(truth(x.value != x.value), truth(y.value != y.value))
			}
			if x.number != y.number {
				return cmp.Compare(truth(x.number), truth(y.number))
			}
			if falling {
				return cmp.Compare(y.text, x.text)
			}
			return cmp.Compare(x.text, y.text)
		case falling:
			return cmp.Compare(y.value, x.value)
		}
		return cmp.Compare(x.value, y.value)
	})
	return t
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// read formats a value and finds out whether it is a number, or nothing.
func read(v any) field {
	missing := field{text: "–", number: true, value: math.NaN()}
	switch v := v.(type) {
	case nil:
		return missing
	case float64:
		if math.IsNaN(v) {
			return missing
		}
		return field{text: decimal(v), number: true, value: v}
	case float32:
		return read(float64(v))
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		text := fmt.Sprint(v)
		f, _ := strconv.ParseFloat(text, 64)
		return field{text: grouped(text), number: true, value: f}
	case Difference:
		return v.field()
	case string:
		f := field{text: v, value: math.NaN()}
		f.number = v != "" && strings.ContainsRune("0123456789+-−–", []rune(v)[0])
		if x, err := strconv.ParseFloat(v, 64); err == nil {
			f.value = x
		}
		return f
	default:
		return field{text: fmt.Sprint(v), value: math.NaN()}
	}
}

// FoldedTable is Table, folded below a title that opens it.
func FoldedTable[T any](title string, header []string, rows [][]T) {
	t := newTable(header, rows)
	show(bundle{
		html: fmt.Sprintf("<details><summary>%s</summary>%s</details>", escape(title), t.html()),
		text: title + "\n" + t.text(),
	})
}

func (t *table) bundle() bundle { return bundle{html: t.html(), text: t.text()} }

// html is the table for front ends. Sanitizers of untrusted notebooks pass its inline
// styles; it has no classes, which they remove.
func (t *table) html() string {
	var b strings.Builder
	style := func(c int) string {
		if t.numeric[c] {
			return "text-align:right"
		}
		return "text-align:left"
	}
	b.WriteString("<table><thead><tr>")
	for c, h := range t.header {
		name, unit := splitUnit(h)
		fmt.Fprintf(&b, `<th style="%s;vertical-align:bottom">%s`, style(c), escape(name))
		if unit != "" {
			fmt.Fprintf(&b, ` <span style="font-weight:normal">%s</span>`, escape(unit))
		}
		if t.mark[c] != "" {
			b.WriteString(" " + t.mark[c])
		}
		b.WriteString("</th>")
	}
	b.WriteString("</tr></thead><tbody>")
	for _, row := range t.rows {
		b.WriteString("<tr>")
		for c, f := range row {
			s := style(c)
			if t.numeric[c] {
				if !strings.ContainsAny(f.text, "([") { // a range may stand below its number
					s += ";white-space:nowrap"
				}
			} else if utf8.RuneCountInString(f.text) > 14 {
				s += ";min-width:12em" // else numbers leave it a word's width
			}
			if f.tint != "" {
				s += ";background-color:" + f.tint
			}
			fmt.Fprintf(&b, `<td style="%s">%s</td>`, s, escape(f.text))
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</tbody></table>")
	return b.String()
}

// splitUnit takes "latency (ms)" apart. The parentheses stay with the unit.
func splitUnit(heading string) (name, unit string) {
	if i := strings.LastIndex(heading, " ("); i > 0 && strings.HasSuffix(heading, ")") {
		return heading[:i], heading[i+1:]
	}
	return heading, ""
}

// text is the table for terminals and front ends without HTML.
func (t *table) text() string {
	plain := texttable.Table{Right: t.numeric}
	for c, h := range t.header {
		plain.Header = append(plain.Header, strings.TrimSpace(h+" "+t.mark[c]))
	}
	for _, row := range t.rows {
		cells := make([]string, len(row))
		for c, f := range row {
			cells[c] = f.text
		}
		plain.Rows = append(plain.Rows, cells)
	}
	return plain.Text()
}
