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
// best. All are mean absolute errors in ms, as is, to a microsecond, what the paper calls
// RMSE. Paper and best are of the last 1,500 rows of the authors' file, corrected of the
// test rows of a split by architecture for each seed.
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
	{"Tesla P40 from the Note10,|700 measurements",
		cell{"table2", "Note10 → Tesla P40: what the paper calls RMSE"}, cell{"table2", "Note10 → Tesla P40: what the paper calls RMSE"},
		cell{"table2", "Note10 → Tesla P40: what the paper calls RMSE"}},
}

// trained is the line of a device of Table 1.
func trained(name, device string) headline {
	ours := cell{"table1", device + ": MAE"}
	return headline{name, cell{"table1", device + ": what the paper calls RMSE"}, ours, ours}
}

// headlineRows looks the numbers up: of each line the paper's, the corrected and the
// best. It errs if one is missing, or results come from different commits.
func headlineRows(results []*Result) ([][3]Row, error) {
	if err := oneState(results); err != nil {
		return nil, err
	}
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
// of the function Markdown, and says below which rows judge them and how they were made. It
// errs if one of them is not among the results, or these come from different commits.
func HeadlineMarkdown(results []*Result) (string, error) {
	rows, err := headlineRows(results)
	if err != nil {
		return "", err
	}
	t := texttable.Table{Header: []string{"mean absolute error, ms", "paper", "corrected [95 %]", "ours, best"}, Right: []bool{false, true, true, true}}
	for i, h := range headlines {
		t.Rows = append(t.Rows, []string{strings.ReplaceAll(h.name, "|", " "), rows[i][0].Paper.String(), rows[i][1].CorrectedText(), rows[i][2].BestText()})
	}
	return t.Markdown() + "\n" + headlineRowsText(results) + " " + madeText(headlineResults(results)) + "*\n\n", nil
}

// headlineRowsText says which rows judge: it begins an emphasis.
func headlineRowsText(results []*Result) string {
	seeds := 0
	for _, r := range results {
		if r.Item == "table1" {
			seeds = r.Seeds
		}
	}
	return fmt.Sprintf("*Paper and best: on the last 1,500 rows of the authors' files. Corrected: the mean of %d seeds, each on the test rows of its own split by architecture, with the 95 %% interval of that mean by Nadeau and Bengio. In brackets after the best: its kind, and what it has seen of the rows that judge it.", seeds)
}

// headlineResults are the results that the short table takes numbers from.
func headlineResults(results []*Result) []*Result {
	return slices.DeleteFunc(slices.Clone(results), func(r *Result) bool {
		return !slices.ContainsFunc(headlines, func(h headline) bool {
			return r.Item == h.paper.item || r.Item == h.corrected.item || r.Item == h.best.item
		})
	})
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
