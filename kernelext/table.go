package kernelext

import (
	"fmt"
	"html"
	"math"
	"strings"
	"unicode/utf8"
)

func escape(text string) string { return html.EscapeString(text) }

// Table shows rows under header. Cells are formatted for reading: floats to four
// significant digits, nil and NaN as a dash; columns of numbers are aligned to
// the right. A row of another length than header is a mistake and panics.
func Table[T any](header []string, rows [][]T) {
	show(tableBundle(header, rows))
}

func tableBundle[T any](header []string, rows [][]T) bundle {
	cells, numeric := format(header, rows)
	return bundle{html: tableHTML(header, cells, numeric), text: tableText(header, cells, numeric)}
}

// format turns values into text and finds the columns that hold numbers alone.
func format[T any](header []string, rows [][]T) (cells [][]string, numeric []bool) {
	numeric = make([]bool, len(header))
	for c := range numeric {
		numeric[c] = len(rows) > 0
	}
	for _, row := range rows {
		if len(row) != len(header) {
			panic(fmt.Sprintf("kernelext: row of %d cells under %d headings", len(row), len(header)))
		}
		line := make([]string, len(row))
		for c, v := range row {
			var number bool
			line[c], number = cell(v)
			numeric[c] = numeric[c] && number
		}
		cells = append(cells, line)
	}
	return cells, numeric
}

// cell formats a value and says whether it is a number, or nothing.
func cell(v any) (text string, number bool) {
	switch v := v.(type) {
	case nil:
		return "–", true
	case float64:
		if math.IsNaN(v) {
			return "–", true
		}
		return fmt.Sprintf("%.4g", v), true
	case float32:
		return cell(float64(v))
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		return fmt.Sprint(v), true
	case string:
		return v, v != "" && strings.ContainsRune("0123456789+-−–", []rune(v)[0])
	default:
		return fmt.Sprint(v), false
	}
}

func tableHTML(header []string, cells [][]string, numeric []bool) string {
	var b strings.Builder
	align := func(c int) string {
		if numeric[c] {
			return ` style="text-align:right"`
		}
		return ` style="text-align:left"`
	}
	b.WriteString("<table><thead><tr>")
	for c, h := range header {
		fmt.Fprintf(&b, "<th%s>%s</th>", align(c), escape(h))
	}
	b.WriteString("</tr></thead><tbody>")
	for _, row := range cells {
		b.WriteString("<tr>")
		for c, text := range row {
			fmt.Fprintf(&b, "<td%s>%s</td>", align(c), escape(text))
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</tbody></table>")
	return b.String()
}

func tableText(header []string, cells [][]string, numeric []bool) string {
	width := make([]int, len(header))
	for c, h := range header {
		width[c] = utf8.RuneCountInString(h)
		for _, row := range cells {
			width[c] = max(width[c], utf8.RuneCountInString(row[c]))
		}
	}
	var b strings.Builder
	for _, row := range append([][]string{header}, cells...) {
		var line strings.Builder
		for c, text := range row {
			pad := strings.Repeat(" ", width[c]-utf8.RuneCountInString(text))
			if numeric[c] {
				line.WriteString(pad + text + "  ")
			} else {
				line.WriteString(text + pad + "  ")
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Comparison is a value of the paper beside ours; NaN where there is none.
type Comparison struct {
	Quantity, Unit string
	Paper, Ours    float64
}

// Compare shows values of the paper beside ours, with the difference as a part of
// the paper's.
func Compare(rows []Comparison) {
	var cells [][]any
	for _, r := range rows {
		difference := "–"
		if d := (r.Ours - r.Paper) / math.Abs(r.Paper); !math.IsNaN(d) && !math.IsInf(d, 0) {
			difference = fmt.Sprintf("%+.1f %%", 100*d)
		}
		cells = append(cells, []any{r.Quantity, r.Unit, r.Paper, r.Ours, difference})
	}
	Table([]string{"quantity", "unit", "paper", "ours", "difference"}, cells)
}
