// Package lab has the code that the notebooks share: running an item of the paper with a
// progress display, and showing its numbers. Like the notebooks' cells, it uses both
// latpred, which computes, and kernelext, which displays; no other package does.
//
//  1. Profile chooses how much is computed, Backend on which backend.
//  2. Run runs an item of the paper; after an interrupt it shows the rows that are
//     complete.
//  3. Show shows its rows beside the paper's, and below them the shipped results of the
//     Full profile; Recorded shows these alone.
//  4. Claim tells what a lesson says of the shipped results, with their numbers, and fails
//     where they contradict it.
//  5. Stages lists the blocks of a sub-network, Architecture draws them.
//  6. Decayed, Hidden and Negative look into the networks that the paper's authors
//     released; Histogram draws what they find.
//  7. Others gives the sources for a device of another search space, Designed the networks
//     to measure on it.
package lab

import (
	"fmt"
	"os"
	"strings"

	"github.com/ofalat/ofalat/kernelext"
	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/experiment"
)

// Profile returns the profile that LATPRED_PROFILE names; experiment.Quick if it is not
// set. An unknown name ends the cell.
func Profile() experiment.Profile {
	return kernelext.Must(experiment.ParseProfile(os.Getenv("LATPRED_PROFILE")))
}

// Quick returns quick in the Quick profile and full in the Full profile.
func Quick[T any](quick, full T) T {
	if Profile() == experiment.Full {
		return full
	}
	return quick
}

// Backend opens the best backend that is installed. An error ends the cell.
func Backend() *backend.Backend {
	return kernelext.Must(backend.Open(kernelext.Context(), backend.Options{}))
}

// Run runs an item of package experiment in the current Profile and displays its progress.
// If the run is interrupted or fails, it shows the rows that were complete and ends the
// cell.
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

// Paper returns a number of the paper or its authors' files; see experiment.Paper.
func Paper(item, subject, quantity string) float64 { return experiment.Paper(item, subject, quantity) }

// name writes an item as the paper does: "Figure 4a" for "figure4a". Those that are not the
// paper's stay as they are: "Size-p40".
func name(item string) string {
	for _, kind := range []string{"figure", "table"} {
		if number, ok := strings.CutPrefix(item, kind); ok {
			item = kind + " " + number
		}
	}
	return strings.ToUpper(item[:1]) + item[1:]
}

// Show shows the rows of a result as a table. In the Quick profile it also says what was
// left out and shows the shipped results of the Full profile, folded.
func Show(r *experiment.Result) {
	header, rows := Layout(r)
	kernelext.Table(header, rows)
	if r.Reduced == "" {
		return
	}
	kernelext.Text("Quick profile: %s.", r.Reduced)
	showRecorded(r.Item)
}

// showRecorded shows the shipped results of the Full profile for an item, folded, if there are
// any.
func showRecorded(item string) (found bool) {
	for _, record := range kernelext.Must(experiment.Recorded()) {
		if record.Item == item {
			header, rows := Layout(record)
			kernelext.FoldedTable(fmt.Sprintf("At full size, as recorded (seeds: %d)", record.Seeds), header, rows)
			found = true
		}
	}
	return found
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
	{"as published (range)", func(r experiment.Row) any {
		if number(r.AsPublishedLow) == nil {
			return number(r.AsPublished)
		}
		return unbroken(r.AsPublishedText())
	}},
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
		return unbroken(r.CorrectedText())
	}},
	{"best of ours", func(r experiment.Row) any { return number(r.Best) }},
	{"which is; what it has seen", func(r experiment.Row) any {
		if words := strings.TrimPrefix(r.BestKind+"; "+r.Seen, "; "); words != "" {
			return strings.TrimSuffix(words, "; ")
		}
		return nil
	}},
}

// unbroken keeps an interval together, by a no-break space or a word joiner: "0.385 [0.371, 0.4]"
// and "0.4 (0.3–0.5)" break before the bracket alone.
var unbroken = strings.NewReplacer(", ", ",\u00a0", "–", "–\u2060").Replace

// number is a number, or nil where it is missing.
func number(n experiment.Number) any {
	if n != n {
		return nil
	}
	return float64(n)
}

// Layout returns the rows of a result as the header and rows of a table, without columns
// that are empty.
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
