package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/ofalat/ofalat/latpred/atomicfile"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/merge"
)

type dataMergeCmd struct {
	Journals  []string `arg:"" name:"journal" help:"Journals of measure nets or measure table: shards, whole ones, or what merging wrote."`
	Out       string   `required:"" help:"CSV file to write, of networks or of a table; for a table also a folder, for OFA's files." type:"path"`
	Journal   string   `help:"Write the joined groups too, with every round as it was measured, as one journal." type:"path"`
	Figure    string   `help:"File for a figure of the sessions' speeds, .svg or .png." type:"path"`
	Reference string   `placeholder:"JOURNAL" help:"Put labels onto the speed of this journal (default: the mean of the sessions, weighted by what they measured)."`
	LeaveOut  bool     `help:"Leave out what can't be joined, instead of writing nothing."`
}

// Help is shown below the flags.
func (*dataMergeCmd) Help() string {
	return "Journals that measured different things are refused. Sessions, a process each, are joined by the anchors that all of them measured."
}

// mergedFiles is the result of data merge --json.
type mergedFiles struct {
	Out     string `json:"out"`
	Journal string `json:"journal,omitempty"`
	Figure  string `json:"figure,omitempty"`
	merge.Report
}

// Run merges, writes and reports.
func (c *dataMergeCmd) Run(out *output) error {
	if err := writable(c.Journal, c.Figure); err != nil {
		return err
	}
	for _, to := range []string{c.Out, c.Journal, c.Figure} {
		if err := apart(to, c.Journals...); err != nil {
			return err
		}
	}
	journals, err := merge.Open(c.Journals...)
	if err != nil {
		return err
	}
	m, err := merge.Join(journals, merge.Options{Reference: c.Reference, LeaveOut: c.LeaveOut})
	if refused := (*merge.SessionError)(nil); errors.As(err, &refused) {
		return fmt.Errorf("%w\nnothing is written; --leave-out leaves out sessions that can't be joined, --reference says which journal is right", err)
	}
	if err != nil {
		return err
	}
	if c.Journal != "" {
		if err := atomicfile.Write(c.Journal, m.WriteJournal); err != nil {
			return err
		}
	}
	if c.Figure != "" {
		if err := drawSessions(c.Figure, m.Report); err != nil {
			return err
		}
	}
	if err := c.write(m); err != nil { // last: it is the result
		return err
	}
	for _, j := range journals {
		logLeftOut(out, j)
	}
	for _, w := range m.Report.Warnings {
		out.Logf("warning: %s", w.Message)
	}
	if len(m.Report.MissingShards) > 0 {
		out.Logf("warning: not among these journals: shard %s", strings.Join(m.Report.MissingShards, ", "))
	}
	if out.JSON() {
		return out.Emit(mergedFiles{c.Out, c.Journal, c.Figure, m.Report})
	}
	c.print(out, m.Report)
	return nil
}

// write writes the set or the table.
func (c *dataMergeCmd) write(m *merge.Merged) error {
	if m.Nets() {
		set, err := m.Set()
		if err != nil {
			return err
		}
		return atomicfile.Write(c.Out, func(w io.Writer) error { return dataset.Write(w, set) })
	}
	t, err := m.Table()
	if err != nil {
		return err
	}
	if filepath.Ext(c.Out) == ".csv" {
		return atomicfile.Write(c.Out, func(w io.Writer) error { return lut.WriteCSV(w, t) })
	}
	_, err = lut.WriteDir(c.Out, t)
	return err
}

// print prints what each session contributes.
func (c *dataMergeCmd) print(out *output, r merge.Report) {
	percent := func(v float64) string { return fmt.Sprintf("%.2f", 100*v) }
	var rows [][]string
	for _, s := range r.Sessions {
		row := []string{s.Journal, s.Shard, fmt.Sprint(s.Rows), fmt.Sprint(s.Groups), fmt.Sprint(s.Rounds)}
		if s.LeftOut != "" {
			row = append(row, "left out", "", "", "")
		} else {
			row = append(row, fmt.Sprintf("%.4f [%.4f, %.4f]", s.Scale, s.Low, s.High), percent(s.Drift), percent(s.Label), percent(s.Disagree))
		}
		rows = append(rows, row)
	}
	out.Table([]string{"journal", "shard", "rows", "groups", "rounds", "scale [95 %]", "drift %", "labels' noise %", "anchors apart %"}, rows)
	for _, s := range r.Sessions {
		if s.LeftOut != "" {
			out.Printf("left out: %s of %s: %s\n", s.Journal, s.Began.Format("2006-01-02 15:04:05"), s.LeftOut)
		}
	}
	scale := "the mean of the sessions, weighted by their rows"
	if r.Reference != "" {
		scale = "that of " + r.Reference
	}
	out.Printf("%s: %d rows on %s; the scale is %s\n", c.Out, r.Rows, r.Device, scale)
	if r.Noise.Before > 0 {
		out.Printf("anchors differ by %s %% over all groups as measured, by %s %% or less after joining; labels of one session by %s %%\n",
			percent(r.Noise.Before), percent(r.Noise.After), percent(r.Noise.Single))
	}
	if d := r.Doubled; d.Units > 0 {
		out.Printf("%d were measured more than once and averaged: they differed by %s %% (expected %s %%), at most by %s %%: %s\n",
			d.Units, percent(d.Differ), percent(d.Expected), percent(d.Worst), d.WorstUnit)
	}
}

// drawSessions draws the joined sessions.
func drawSessions(file string, r merge.Report) error {
	var list []figure.Session
	for _, s := range r.Sessions {
		if s.LeftOut != "" {
			continue
		}
		name := filepath.Base(s.Journal)
		if s.Shard != "" {
			name += " (" + s.Shard + ")"
		}
		list = append(list, figure.Session{Name: name, Groups: s.Factors, Scale: s.Scale, Low: s.Low, High: s.High})
	}
	p, err := figure.Sessions("Speed of the sessions", list)
	if err != nil {
		return err
	}
	return saveFigure(file, figure.Named{Name: "sessions", Plot: p}, strings.TrimPrefix(filepath.Ext(file), "."))
}
