// Package lab is what the notebooks share: how an item of the paper is run with
// its progress shown, and how its numbers are laid out. It is the one package that
// knows both latpred, which computes, and kernelext, which shows, as the cells of
// the notebooks do.
//
//  1. Profile says how much is computed, Backend where.
//  2. Run runs an item of the paper; an interrupt keeps the rows that are done.
//  3. Show lays its rows out beside the paper's, and below them the record of the
//     Full profile that the project ships.
//  4. Architecture draws a sub-network, Stages unfolds it for that.
package lab

import (
	"fmt"
	"os"
	"strings"

	"github.com/ofalat/ofalat/kernelext"
	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/experiment"
)

// Profile is what LATPRED_PROFILE asks for; Quick where it is not set.
func Profile() experiment.Profile {
	return kernelext.Must(experiment.ParseProfile(os.Getenv("LATPRED_PROFILE")))
}

// Quick gives quick in the Quick profile and full in the Full one.
func Quick[T any](quick, full T) T {
	if Profile() == experiment.Full {
		return full
	}
	return quick
}

// Backend opens the best backend that is there.
func Backend() *backend.Backend {
	return kernelext.Must(backend.Open(kernelext.Context(), backend.Options{}))
}

// Run runs an item of the paper and shows how far it is. When the cell is
// interrupted the result has the rows that were complete.
func Run(item string) *experiment.Result {
	progress := kernelext.NewProgress(name(item), 0)
	result, err := experiment.Run(kernelext.Context(), Backend(), item, Profile(), func(p experiment.Progress) {
		progress.SetOf(p.Done, p.Of)
	})
	progress.Done()
	if err != nil && result != nil && len(result.Rows) > 0 {
		Show(result)
	}
	kernelext.Check(err)
	return result
}

// Paper is a number that the paper prints, from data/published.csv.
func Paper(item, subject, quantity string) float64 { return experiment.Paper(item, subject, quantity) }

// name writes an item as the paper does: "Figure 4a" for "figure4a".
func name(item string) string {
	if at := strings.IndexAny(item, "0123456789"); at > 0 {
		item = item[:at] + " " + item[at:]
	}
	return strings.ToUpper(item[:1]) + item[1:]
}

// Show lays out the rows of a result. Where the profile is Quick, it says what was
// left out, and has the record of the Full profile folded below.
func Show(r *experiment.Result) {
	header, rows := Layout(r)
	kernelext.Table(header, rows)
	if r.Reduced == "" {
		return
	}
	kernelext.Text("Quick profile: %s.", r.Reduced)
	records, err := experiment.Recorded()
	kernelext.Check(err)
	for _, record := range records {
		if record.Item == r.Item {
			header, rows := Layout(record)
			kernelext.FoldedTable(fmt.Sprintf("At full size, as recorded (seeds: %d)", record.Seeds), header, rows)
		}
	}
}

// column is a column of the table of a result.
type column struct {
	heading string
	cell    func(experiment.Row) any // nil: missing
}

var columns = []column{
	{"quantity", func(r experiment.Row) any { return r.Quantity }},
	{"unit", func(r experiment.Row) any { return r.Unit }},
	{"paper", func(r experiment.Row) any { return number(r.Paper) }},
	{"authors' checkpoint", func(r experiment.Row) any { return number(r.Checkpoint) }},
	{"as published", func(r experiment.Row) any { return number(r.AsPublished) }},
	{"difference", func(r experiment.Row) any {
		if number(r.Paper) == nil || number(r.AsPublished) == nil || r.Paper == 0 {
			return nil
		}
		return kernelext.Difference{Value: float64(r.AsPublished), Reference: float64(r.Paper)}
	}},
	{"corrected (95 % interval)", func(r experiment.Row) any {
		if number(r.Corrected) == nil {
			return nil
		}
		if number(r.CorrectedLow) == nil {
			return float64(r.Corrected)
		}
		return r.CorrectedText()
	}},
	{"best of ours", func(r experiment.Row) any { return number(r.Best) }},
	{"which is", func(r experiment.Row) any {
		if r.BestKind == "" {
			return nil
		}
		return r.BestKind
	}},
}

// number is a number, or nil where it is missing.
func number(n experiment.Number) any {
	if n != n {
		return nil
	}
	return float64(n)
}

// Layout gives the rows of a result as a table, without the columns that have
// nothing to say.
func Layout(r *experiment.Result) (header []string, rows [][]any) {
	rows = make([][]any, len(r.Rows))
	for i, c := range columns {
		cells := make([]any, len(r.Rows))
		something := false
		for j, row := range r.Rows {
			cells[j] = c.cell(row)
			something = something || cells[j] != nil && cells[j] != ""
		}
		if !something && i > 0 {
			continue
		}
		header = append(header, c.heading)
		for j := range rows {
			rows[j] = append(rows[j], cells[j])
		}
	}
	return header, rows
}
