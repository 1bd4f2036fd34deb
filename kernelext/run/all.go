package run

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// Options of All.
type Options struct {
	Launch Launch
	Jobs   int           // notebooks that run at once; at least 1
	Limit  time.Duration // longest time of a cell
	Out    string        // folder for executed notebooks, pages, index.html and report.json
	Cache  *Cache        // of earlier runs; nil: execute everything
	Event  func(Event)   // called for each event, never concurrently; may be nil
}

// Event reports the progress of a notebook.
type Event struct {
	Notebook int // index into the paths
	Path     string
	Cell     int           // code cells done
	Cells    int           // code cells in all
	Line     string        // first line of the cell that runs
	Done     bool          // the notebook has ended
	Cached   bool          // if Done: it was not executed, since it is unchanged
	Err      error         // if Done: why it failed; nil: it did not
	Elapsed  time.Duration // since the notebook began
}

// Report is the result of running a notebook.
type Report struct {
	Notebook string       `json:"notebook"`
	Title    string       `json:"title"`
	Question string       `json:"question,omitempty"` // the first line under the title
	Page     string       `json:"page"`               // in Options.Out
	OK       bool         `json:"ok"`
	Error    string       `json:"error,omitempty"`
	Notes    []string     `json:"notes,omitempty"`  // what the executed notebook mends, and what its page lacks
	Seconds  float64      `json:"seconds"`          // that executing it took; if Cached, in the earlier run
	PeakMB   float64      `json:"peak_mb"`          // resident memory of the largest process: a cell, or its compiler; 0: not known
	Cached   bool         `json:"cached,omitempty"` // it was not executed, since it is unchanged
	Cells    []CellReport `json:"cells"`

	thumbnail []byte // PNG of the first figure, may be nil
}

// CellReport is the result of running a code cell.
type CellReport struct {
	Cell    int     `json:"cell"` // 1-based, among all cells
	Line    string  `json:"line"`
	Seconds float64 `json:"seconds"`
	Figures int     `json:"figures"`
	OK      bool    `json:"ok"`
}

// All executes notebooks. For each it writes the executed notebook and its page to
// Options.Out, even if a cell failed, and at the end index.html and report.json. It
// returns a report for each notebook and the errors of those that failed, joined. When
// ctx ends, running cells are interrupted and keep their outputs so far.
//
// A notebook with the metadata {"kernelext": {"alone": true}}, because it measures times,
// runs by itself after the others. It errs at once if another run writes to Options.Out.
func All(ctx context.Context, paths []string, o Options) ([]Report, error) {
	unlock, err := lockFolder(o.Out)
	if err != nil {
		return nil, err
	}
	defer unlock()
	reports := make([]Report, len(paths))
	errs := make([]error, len(paths))
	var events sync.Mutex
	emit := func(e Event) {
		if o.Event != nil {
			events.Lock()
			defer events.Unlock()
			o.Event(e)
		}
	}
	execute := func(i int) {
		start := time.Now()
		reports[i], errs[i] = one(ctx, paths[i], o, func(e Event) {
			e.Notebook, e.Path, e.Elapsed = i, paths[i], time.Since(start)
			emit(e)
		})
		if errs[i] != nil {
			errs[i] = &NotebookError{paths[i], errs[i]}
		}
	}
	places := make(chan struct{}, max(1, o.Jobs))
	var group sync.WaitGroup
	var last []int
	for i, path := range paths { // started in their order
		if nb, err := ReadNotebook(path); err == nil && nb.alone() {
			last = append(last, i)
			continue
		}
		places <- struct{}{}
		group.Go(func() {
			defer func() { <-places }()
			execute(i)
		})
	}
	group.Wait()
	for _, i := range last {
		execute(i)
	}
	report, err := json.MarshalIndent(reports, "", "  ")
	if err == nil {
		err = errors.Join(writeFile(filepath.Join(o.Out, "report.json"), append(report, '\n')),
			writeFile(filepath.Join(o.Out, "index.html"), Index(reports)))
	}
	return reports, errors.Join(append(errs, err)...)
}

// lockFolder errs if another process writes its results to a folder, which it makes; their
// pages and lists would mix. The system frees the lock of a process that is killed.
func lockFolder(dir string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	l := flock.New(dir, flock.SetFlag(os.O_RDONLY))
	switch ok, err := l.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("locking %s: %w", dir, err)
	case !ok:
		return nil, fmt.Errorf("another run writes to %s: wait for it, or give this one an --out of its own", dir)
	}
	return func() { _ = l.Unlock() }, nil // what it wrote is written
}

// NotebookError is the error of one of the notebooks that All runs.
type NotebookError struct {
	Path string
	Err  error
}

func (e *NotebookError) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap gives the reason.
func (e *NotebookError) Unwrap() error { return e.Err }

// one executes a notebook, unless the cache has it, and writes the results.
func one(ctx context.Context, path string, o Options, emit func(Event)) (Report, error) {
	name := strings.TrimSuffix(filepath.Base(path), ".ipynb")
	report := Report{Notebook: filepath.Base(path), Page: name + ".html"}
	start := time.Now()
	nb, err := ReadNotebook(path)
	if err == nil {
		err = nb.Check()
	}
	folder, ferr := filepath.Abs(filepath.Dir(path))
	if err = cmp.Or(err, ferr); err == nil {
		o.Launch, err = o.Launch.For(nb, folder)
	}
	if err == nil {
		report.Notes = append(nb.mend(), nb.missingAttachments()...)
		report.Title, report.Question = nb.Title(), nb.question()
		if o.Launch.Foreign(folder) {
			o.Cache = nil
		}
		if earlier, ok := o.Cache.load(nb); ok {
			report.Cached, report.Seconds, report.PeakMB = true, earlier.Seconds, earlier.PeakMB
			report.Cells = cellReports(nb, earlier)
		} else {
			report.Cells, report.PeakMB, err = execute(ctx, nb, folder, o, emit)
			report.Seconds = time.Since(start).Seconds()
			if err == nil {
				err = o.Cache.store(nb, report)
			}
		}
		report.thumbnail = thumbnail(nb)
		content, werr := nb.Content()
		if werr == nil {
			werr = errors.Join(writeFile(filepath.Join(o.Out, name+".ipynb"), content),
				writeFile(filepath.Join(o.Out, report.Page), Page(nb, err)))
		}
		err = errors.Join(err, werr)
	}
	report.OK = err == nil
	if err != nil {
		report.Error = err.Error()
	}
	emit(Event{Done: true, Cached: report.Cached, Err: err, Cell: len(report.Cells), Cells: len(report.Cells)})
	return report, err
}

// cellReports makes the reports of cells that the cache had.
func cellReports(nb *Notebook, e pastRun) []CellReport {
	var reports []CellReport
	for i, c := range nb.Cells {
		if c.Type == "code" && strings.TrimSpace(c.Source) != "" {
			reports = append(reports, CellReport{Cell: i + 1, Line: firstLine(c.Source), Figures: c.figures(), OK: true, Seconds: e.Cells[len(reports)].Seconds})
		}
	}
	return reports
}

// figures counts the figures that a cell shows.
func (c *Cell) figures() int {
	n := 0
	for _, out := range c.Outputs {
		if out.Data["image/svg+xml"] != nil || out.Data["image/png"] != nil {
			n++
		}
	}
	return n
}

// execute runs the code cells of nb in a Jupyter kernel of its own, up to the first that
// fails.
func execute(ctx context.Context, nb *Notebook, folder string, o Options, emit func(Event)) (cells []CellReport, peakMB float64, err error) {
	total := 0
	for _, c := range nb.Cells {
		if c.Type == "code" {
			c.Outputs, c.ExecutionCount = nil, 0
			if strings.TrimSpace(c.Source) != "" {
				total++
			}
		}
	}
	emit(Event{Cells: total, Line: "starting the kernel"})
	kernel, err := Start(ctx, o.Launch, folder)
	if err != nil {
		return nil, 0, err
	}
	defer func() {
		kernel.drain()
		kernel.Close()
		peakMB = kernel.peakMB()
	}()
	for i, c := range nb.Cells {
		if c.Type != "code" || strings.TrimSpace(c.Source) == "" {
			continue
		}
		report := CellReport{Cell: i + 1, Line: firstLine(c.Source)}
		emit(Event{Cell: len(cells), Cells: total, Line: report.Line})
		start := time.Now()
		err = kernel.Execute(ctx, c, o.Limit)
		report.Seconds, report.OK = time.Since(start).Seconds(), err == nil
		report.Figures = c.figures()
		cells = append(cells, report)
		if err != nil {
			var failed *CellError
			if errors.As(err, &failed) {
				failed.Cell, failed.Line = report.Cell, report.Line
				failed.Reason = o.Launch.advised(c.Source, failed.Reason, failed.Detail)
			}
			return cells, 0, err
		}
	}
	return cells, 0, nil
}

// firstLine is the first line of a cell that says something.
func firstLine(source string) string {
	for line := range strings.Lines(source) {
		if line = strings.TrimSpace(line); line != "" && line != "%%" {
			if r := []rune(line); len(r) > 60 {
				line = string(r[:59]) + "…"
			}
			return line
		}
	}
	return ""
}
