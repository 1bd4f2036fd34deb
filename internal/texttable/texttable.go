// Package texttable writes tables as text: aligned columns for terminals, by go-pretty,
// and Markdown tables for pages.
package texttable

import (
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Table is a table of text. Every row must have as many cells as Header.
type Table struct {
	Header []string
	Right  []bool // by column: aligned to the right; missing ones are aligned to the left
	Rows   [][]string
}

// Lines gives the header and the rows as lines, with columns aligned and separated by two
// spaces, without borders or trailing spaces; nil if Header is empty.
func (t Table) Lines() []string {
	if len(t.Header) == 0 {
		return nil
	}
	w := table.NewWriter()
	w.SetStyle(table.Style{
		Box:     table.BoxStyle{PaddingRight: "  "},
		Format:  table.FormatOptions{Header: text.FormatDefault, Row: text.FormatDefault},
		Options: table.OptionsNoBordersAndSeparators,
	})
	w.SuppressTrailingSpaces()
	w.AppendHeader(row(t.Header))
	for _, cells := range t.Rows {
		w.AppendRow(row(cells))
	}
	var columns []table.ColumnConfig
	for c := range t.Header {
		align := text.AlignLeft
		if t.right(c) {
			align = text.AlignRight
		}
		columns = append(columns, table.ColumnConfig{Number: c + 1, Align: align, AlignHeader: align})
	}
	w.SetColumnConfigs(columns)
	return strings.Split(w.Render(), "\n")
}

// Text is Lines joined by newlines, without one at the end.
func (t Table) Text() string { return strings.Join(t.Lines(), "\n") }

// Markdown is the table in GitHub's Markdown, with a newline at the end. Cells may contain
// Markdown; a "|" in a cell is escaped. (go-pretty's rule below the header differs from
// that of the project's pages.)
func (t Table) Markdown() string {
	var b strings.Builder
	line := func(cells []string) string { return "| " + strings.Join(cells, " | ") + " |\n" }
	rule := make([]string, len(t.Header))
	for c := range rule {
		rule[c] = "---"
		if t.right(c) {
			rule[c] = "--:"
		}
	}
	b.WriteString(strings.ReplaceAll(line(escaped(t.Header)), "|  |", "| |")) // a column without a name
	b.WriteString(line(rule))
	for _, cells := range t.Rows {
		b.WriteString(line(escaped(cells)))
	}
	return b.String()
}

func escaped(cells []string) []string {
	out := make([]string, len(cells))
	for i, cell := range cells {
		out[i] = strings.ReplaceAll(cell, "|", `\|`)
	}
	return out
}

func (t Table) right(c int) bool { return c < len(t.Right) && t.Right[c] }

func row(cells []string) table.Row {
	r := make(table.Row, len(cells))
	for i, cell := range cells {
		r[i] = cell
	}
	return r
}
