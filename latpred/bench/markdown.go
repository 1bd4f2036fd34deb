package bench

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/ofalat/ofalat/internal/texttable"
	"github.com/ofalat/ofalat/latpred/atomicfile"
	"github.com/ofalat/ofalat/latpred/metric"
)

//go:embed record.json
var record []byte

// Recorded returns the report that the project ships. These commands make it anew:
//
//	latpred bench all --peer --peer-script SCRIPT --record latpred/bench
//	latpred bench growth memory --record latpred/bench
func Recorded() (*Report, error) {
	var r Report
	if err := json.Unmarshal(record, &r); err != nil {
		return nil, fmt.Errorf("record.json: %w", err)
	}
	return &r, nil
}

// Merge returns later, completed from earlier with rows of jobs that it lacks and, if it
// has none, with curves and memory.
func Merge(earlier, later *Report) *Report {
	merged := *later
	if later.Rows == nil && earlier.Rows != nil { // machine and limits belong to the rows
		merged.Date, merged.Machine, merged.Limits = earlier.Date, earlier.Machine, earlier.Limits
	}
	merged.Rows = nil
	for _, job := range Jobs() {
		of := func(r *Report) (rows []Row) {
			for _, row := range r.Rows {
				if row.Job == job {
					rows = append(rows, row)
				}
			}
			return rows
		}
		rows := of(later)
		if rows == nil {
			rows = of(earlier)
		}
		merged.Rows = append(merged.Rows, rows...)
	}
	if later.Growth == nil {
		merged.Growth = earlier.Growth
	}
	if later.Memory == nil {
		merged.Memory = earlier.Memory
	}
	return &merged
}

// Record merges the report into record.json in the folder dir, and rewrites the tables of
// README.md there.
func (r *Report) Record(dir string) error {
	file, page := recordFiles(dir)
	var merged *Report
	err := atomicfile.Update(file, func(content []byte) ([]byte, error) {
		earlier, err := parseReport(file, content)
		if err != nil {
			return nil, err
		}
		merged = Merge(earlier, r)
		content, err = json.MarshalIndent(merged, "", " ")
		return append(content, '\n'), err
	})
	if err != nil {
		return err
	}
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	replaced, err := intoPage(string(text), merged)
	if err != nil {
		return fmt.Errorf("%s: %w", page, err)
	}
	return atomicfile.WriteBytes(page, []byte(replaced))
}

// CheckRecord errs if Record could not write into dir: what is there can't be read, has no
// place for tables, or can't be replaced.
func CheckRecord(dir string) error {
	file, page := recordFiles(dir)
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	report, err := parseReport(file, content)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	if _, err := intoPage(string(text), report); err != nil {
		return fmt.Errorf("%s: %w", page, err)
	}
	return errors.Join(atomicfile.Check(file), atomicfile.Check(page))
}

func recordFiles(dir string) (file, page string) {
	return filepath.Join(dir, "record.json"), filepath.Join(dir, "README.md")
}

func parseReport(name string, content []byte) (*Report, error) {
	var r Report
	if err := json.Unmarshal(content, &r); err != nil {
		return nil, fmt.Errorf("%s: this is no record of bench: %w", name, err)
	}
	return &r, nil
}

// The part of a page between these lines is generated from the record.
const (
	pageStart = "<!-- the record -->\n"
	pageEnd   = "<!-- end of the record -->\n"
)

func intoPage(page string, r *Report) (string, error) {
	before, rest, ok := strings.Cut(page, pageStart)
	_, after, ok2 := strings.Cut(rest, pageEnd)
	if !ok || !ok2 {
		return "", fmt.Errorf("the lines %q and %q are missing", strings.TrimSpace(pageStart), strings.TrimSpace(pageEnd))
	}
	return before + pageStart + "\n" + r.Markdown() + "\n" + pageEnd + after, nil
}

// Cells returns the row as text, under Header: job, ours, the peer's best, ratio, target,
// processor time, share of the limit, note.
func (r *Row) Cells() []string {
	peer, ratio, limit := "–", "–", "–"
	if r.PeerBest != "" {
		peer = fmt.Sprintf("%s (%s)", quantity(r.PeerMedian, r.Unit), r.PeerBest)
		ratio = fmt.Sprintf("%.3g", r.Ratio)
	}
	if r.Limit > 0 {
		limit = fmt.Sprintf("%.0f %%", 100*r.Limit)
	}
	cpu := "–"
	if r.Unit == "s" && len(r.OursCPU) > 0 {
		if cpu = quantity(metric.Median(r.OursCPU), "s"); len(r.PeerCPU[r.PeerBest]) > 0 {
			cpu += ", " + quantity(metric.Median(r.PeerCPU[r.PeerBest]), "s")
		}
	}
	return []string{string(r.Job) + ": " + r.Name, quantity(r.Median, r.Unit), peer, ratio, r.targets(), cpu, limit, r.Note}
}

// Header returns the names of the columns of Cells.
func Header() []string {
	return []string{"job", "ours", "peer, best", "ratio", "asked", "processor time: ours, peer", "of the limit", "note"}
}

// targets lists the row's targets and whether they are met.
func (r *Row) targets() string {
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

// quantity writes a value with three significant digits and its unit.
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

// Markdown returns the report as Markdown: a line about the machine and a table of the
// rows.
func (r *Report) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s, %d threads, %s, loops for %s. Load of the minute before: %.1f. Limits, measured beside: %.0f GFLOP/s on one thread, %.0f on all; %.0f GB/s copied.\n\n",
		r.Date, r.Machine.CPU, r.Machine.Threads, r.Machine.Go, r.Machine.Loops, r.Machine.Load, r.Limits.OneThreadGFLOPs, r.Limits.AllThreadsGFLOPs, r.Limits.CopyGBs)
	jobs := texttable.Table{Header: Header(), Right: []bool{false, true, true, true, false, false, true, false}}
	for _, row := range r.Rows {
		jobs.Rows = append(jobs.Rows, row.Cells())
	}
	b.WriteString(jobs.Markdown())
	if len(r.Growth) > 0 {
		growth := texttable.Table{Header: []string{"growth with", "of", "seconds"}}
		for _, c := range r.Growth {
			var steps []string
			for i, size := range c.Sizes {
				steps = append(steps, fmt.Sprintf("%g: %.3g", size, c.Seconds[i]))
			}
			growth.Rows = append(growth.Rows, []string{string(c.Axis), c.What, strings.Join(steps, ", ")})
		}
		b.WriteString("\n" + growth.Markdown())
	}
	if len(r.Memory) > 0 {
		memory := texttable.Table{Header: []string{"peak memory of", "MB"}, Right: []bool{false, true}}
		for _, p := range r.Memory {
			memory.Rows = append(memory.Rows, []string{p.Name, fmt.Sprintf("%.0f", p.MB)})
		}
		b.WriteString("\n" + memory.Markdown())
	}
	return b.String()
}
