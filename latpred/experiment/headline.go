package experiment

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/internal/texttable"
	"github.com/ofalat/ofalat/latpred/figure"
)

// cell is where a number of the record stands.
type cell struct{ item, quantity string }

// headline is a line of the short table: the paper's value, the corrected one and our
// best. All are mean absolute errors in ms, as is what the paper calls RMSE.
type headline struct {
	name                   string // with the place to break it in a picture
	paper, corrected, best cell
}

var headlines = []headline{
	trained("Samsung Note10,|7,000 measurements", "Note10"),
	trained("RTX 2080 Ti,|7,000 measurements", "RTX 2080 Ti"),
	trained("Tesla P40,|7,000 measurements", "Tesla P40"),
	trained("Intel Xeon,|7,000 measurements", "Intel Xeon"),
	{"RTX 2080 Ti from the Note10,|700 measurements",
		cell{"table2", "Note10 → RTX 2080 Ti: what the paper calls RMSE"}, cell{"table2", "Note10 → RTX 2080 Ti: what the paper calls RMSE"},
		cell{"table2", "Note10 → RTX 2080 Ti: what the paper calls RMSE"}},
	{"Tesla P40 from others,|700 measurements; our best: 10",
		cell{"table2", "Note10 → Tesla P40: what the paper calls RMSE"}, cell{"table2", "Note10 → Tesla P40: what the paper calls RMSE"},
		cell{"better", "both to P40, 10 rows: MAE"}},
}

// trained is the line of a device of Table 1.
func trained(name, device string) headline {
	ours := cell{"table1", device + ": MAE"}
	return headline{name, cell{"table1", device + ": what the paper calls RMSE"}, ours, ours}
}

// headlineRows looks the numbers up: of each line the paper's, the corrected and the
// best.
func headlineRows(results []*Result) ([][3]Row, error) {
	var rows [][3]Row
	for _, h := range headlines {
		var found [3]Row
		for i, c := range []cell{h.paper, h.corrected, h.best} {
			at := slices.IndexFunc(results, func(r *Result) bool { return r.Item == c.item })
			row := -1
			if at >= 0 {
				row = slices.IndexFunc(results[at].Rows, func(r Row) bool { return r.Quantity == c.quantity })
			}
			if row < 0 {
				return nil, fmt.Errorf("no %q among the results of %s", c.quantity, c.item)
			}
			found[i] = results[at].Rows[row]
		}
		rows = append(rows, found)
	}
	return rows, nil
}

// HeadlineMarkdown returns a Markdown table of the six headline numbers, shorter than that
// of the function Markdown. It errs if one of them is not among the results.
func HeadlineMarkdown(results []*Result) (string, error) {
	rows, err := headlineRows(results)
	if err != nil {
		return "", err
	}
	t := texttable.Table{Header: []string{"mean absolute error, ms", "paper", "corrected [95 %]", "ours, best"}, Right: []bool{false, true, true, true}}
	for i, h := range headlines {
		t.Rows = append(t.Rows, []string{strings.ReplaceAll(h.name, "|", " "), rows[i][0].Paper.String(), rows[i][1].CorrectedText(), rows[i][2].BestText()})
	}
	return t.Markdown() + "\n", nil
}

// HeadlineFigure draws the numbers of HeadlineMarkdown, and errs like it.
func HeadlineFigure(results []*Result) (figure.Named, error) {
	rows, err := headlineRows(results)
	if err != nil {
		return figure.Named{}, err
	}
	var names []string
	values := make([][]float64, 3)
	for i, h := range headlines {
		names = append(names, strings.ReplaceAll(h.name, "|", "\n"))
		for k, v := range []Number{rows[i][0].Paper, rows[i][1].Corrected, rows[i][2].Best} {
			values[k] = append(values[k], float64(v))
		}
	}
	p, err := figure.Dots("Error of predicted latencies", "mean absolute error (ms): less is better", names,
		[]string{"paper", "the paper's network, corrected", "ours, best"}, values)
	return figure.Named{Name: "headline", Plot: p}, err
}
