// Package texttable writes tables as text: aligned columns for terminals, by
// go-pretty, and Markdown's tables for pages.
package texttable

import (
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Table is rows of cells under headings. Every row has as many cells as Header.
type Table struct {
	Header []string
	Right  []bool // columns that are aligned to the right; nil: none
	Rows   [][]string
}

// Lines are the headings and the rows with columns aligned, two spaces between them,
// no borders and no spaces at the end.
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

// Text is Lines as one text, without a newline at its end.
func (t Table) Text() string { return strings.Join(t.Lines(), "\n") }

// Markdown is the table in GitHub's Markdown, with a newline at its end. Cells are
// Markdown themselves; a "|" in one does not end it. (go-pretty writes another rule
// below the headings than the project's pages have.)
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
