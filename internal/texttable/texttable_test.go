package texttable_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ofalat/ofalat/internal/texttable"
	"pgregory.net/rapid"
)

func Example() {
	t := texttable.Table{
		Header: []string{"device", "RMSE, ms", "note"},
		Right:  []bool{false, true, false},
		Rows:   [][]string{{"Note10", "0.43", ""}, {"Xeon E5-2680", "−1.2", "host"}},
	}
	fmt.Println(t.Text())
	fmt.Println()
	fmt.Print(t.Markdown())
	// Output:
	// device        RMSE, ms  note
	// Note10            0.43
	// Xeon E5-2680      −1.2  host
	//
	// | device | RMSE, ms | note |
	// | --- | --: | --- |
	// | Note10 | 0.43 |  |
	// | Xeon E5-2680 | −1.2 | host |
}

// aligned says what Lines has to give, the plain way.
func aligned(t texttable.Table) []string {
	width := make([]int, len(t.Header))
	all := append([][]string{t.Header}, t.Rows...)
	for _, cells := range all {
		for c, cell := range cells {
			width[c] = max(width[c], utf8.RuneCountInString(cell))
		}
	}
	var lines []string
	for _, cells := range all {
		var b strings.Builder
		for c, cell := range cells {
			pad := strings.Repeat(" ", width[c]-utf8.RuneCountInString(cell))
			if t.Right[c] {
				b.WriteString(pad + cell + "  ")
			} else {
				b.WriteString(cell + pad + "  ")
			}
		}
		lines = append(lines, strings.TrimRight(b.String(), " "))
	}
	return lines
}

// Whatever the cells, short of wide characters, columns are as the plain way has them.
func TestLines(t *testing.T) {
	letters := rapid.StringOf(rapid.RuneFrom([]rune("abcXYZ019.,:;()[]%+-−–~≥±°·⁻⁵ρτ|'\"&<> ▲")))
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(rt, "columns")
		cells := rapid.SliceOfN(letters, n, n)
		table := texttable.Table{
			Header: cells.Draw(rt, "header"),
			Right:  rapid.SliceOfN(rapid.Bool(), n, n).Draw(rt, "right"),
			Rows:   rapid.SliceOfN(cells, 0, 5).Draw(rt, "rows"),
		}
		want, got := strings.Join(aligned(table), "\n"), table.Text()
		if got != want {
			rt.Fatalf("got\n%q\nwant\n%q", got, want)
		}
	})
}

func TestNoColumns(t *testing.T) {
	if lines := (texttable.Table{}).Lines(); len(lines) != 0 {
		t.Errorf("%q", lines)
	}
}

// A bar in a cell doesn't make another column.
func TestMarkdownEscapes(t *testing.T) {
	got := texttable.Table{Header: []string{"a|b"}, Rows: [][]string{{"|x|"}}}.Markdown()
	if want := "| a\\|b |\n| --- |\n| \\|x\\| |\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	got = texttable.Table{Header: []string{"", "b"}, Rows: [][]string{{"", "x"}}}.Markdown()
	if want := "| | b |\n| --- | --- |\n|  | x |\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
