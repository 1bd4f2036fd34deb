package bench

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

//go:embed record.json
var record []byte

// Recorded gives the report that the project ships. The command that makes it anew:
//
//	latpred bench all --peer --peer-script SCRIPT --record latpred/bench
func Recorded() (*Report, error) {
	var r Report
	if err := json.Unmarshal(record, &r); err != nil {
		return nil, fmt.Errorf("record.json: %w", err)
	}
	return &r, nil
}

// Cells are the columns of a row in a table: job, ours, the peer's best, ratio,
// what is asked, share of the limit, note.
func (r *Row) Cells() []string {
	peer, ratio, limit := "–", "–", "–"
	if r.PeerBest != "" {
		peer = fmt.Sprintf("%s (%s)", quantity(r.PeerMedian, r.Unit), r.PeerBest)
		ratio = fmt.Sprintf("%.3g", r.Ratio)
	}
	if r.Limit > 0 {
		limit = fmt.Sprintf("%.0f %%", 100*r.Limit)
	}
	return []string{string(r.Job) + ": " + r.Name, quantity(r.Median, r.Unit), peer, ratio, r.asked(), limit, r.Note}
}

// Header names the columns of Cells.
func Header() []string {
	return []string{"job", "ours", "peer, best", "ratio", "asked", "of the limit", "note"}
}

// asked says what the targets are and whether they are reached.
func (r *Row) asked() string {
	var parts []string
	if r.Target > 0 && r.Ratio > 0 {
		parts = append(parts, fmt.Sprintf("ratio ≥ %g", r.Target))
	}
	if r.Most > 0 {
		parts = append(parts, "≤ "+quantity(r.Most, r.Unit))
	}
	if r.Least > 0 {
		parts = append(parts, "≥ "+quantity(r.Least, r.Unit))
	}
	if len(parts) == 0 {
		return "–"
	}
	verdict := "reached"
	if !r.Reached() {
		verdict = "missed"
	}
	return strings.Join(parts, ", ") + ": " + verdict
}

// quantity writes three digits and a unit.
func quantity(v float64, unit string) string {
	if unit == "1/s" {
		switch {
		case v >= 1e6:
			return fmt.Sprintf("%.3g million/s", v/1e6)
		case v >= 1e3:
			return fmt.Sprintf("%.0f,000/s", v/1e3)
		}
	}
	text := strconv.FormatFloat(v, 'g', 3, 64)
	if v >= 100 {
		text = strconv.FormatFloat(v, 'f', 0, 64)
	}
	return text + " " + unit
}

// Markdown is a table of the report with a line about the machine.
func (r *Report) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s, %d threads, %s, loops for %s. Limits, measured beside: %.0f GFLOP/s on one thread, %.0f on all; %.0f GB/s copied.\n\n",
		r.Date, r.Machine.CPU, r.Machine.Threads, r.Machine.Go, r.Machine.Loops, r.Limits.OneThreadGFLOPs, r.Limits.AllThreadsGFLOPs, r.Limits.CopyGBs)
	fmt.Fprintf(&b, "| %s |\n| --- | --: | --: | --: | --- | --: | --- |\n", strings.Join(Header(), " | "))
	for _, row := range r.Rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row.Cells(), " | "))
	}
	return b.String()
}
