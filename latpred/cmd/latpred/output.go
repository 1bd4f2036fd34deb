package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
	"github.com/ofalat/ofalat/internal/texttable"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// output is where a command writes: its results to stdout, as text or as JSON, and
// messages to stderr.
type output struct {
	stdout   *results
	stderr   io.Writer
	json     bool
	args     []string      // of the command
	terminal *os.File      // stderr, nil where it is no terminal
	bars     *mpb.Progress // holds the bar that is shown, nil without one
	saves    atomic.Bool   // after an interrupt the command may need seconds to save what it has
	patient  atomic.Bool   // after an interrupt the command may take as long as it likes to end
}

// results is standard output, which keeps the first error of writing to it: a result that
// did not arrive, on a full disk for example, must not count as a success.
type results struct {
	w   io.Writer
	err error
}

// Write writes p, and after an error nothing more.
func (r *results) Write(p []byte) (n int, err error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err = r.w.Write(p)
	if err != nil {
		r.err = fmt.Errorf("writing results: %w", err)
	}
	return n, r.err
}

func newOutput(stdout, stderr io.Writer) *output {
	o := &output{stdout: &results{w: stdout}, stderr: stderr}
	if f, ok := stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		o.terminal = f
	}
	return o
}

// close takes away a bar that an error left behind.
func (o *output) close() {
	if o.bars != nil {
		o.bars.Shutdown()
	}
}

// JSON reports whether --json was given.
func (o *output) JSON() bool { return o.json }

// Emit writes v to stdout as indented JSON.
func (o *output) Emit(v any) error {
	enc := json.NewEncoder(o.stdout)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// Printf writes a line of a result; it is silent under --json. An error of writing, here and
// in Table, is that of the whole command: see results.
func (o *output) Printf(format string, args ...any) {
	if !o.json {
		fmt.Fprintf(o.stdout, format, args...)
	}
}

// Logf writes a message, which is no part of the result, to stderr.
func (o *output) Logf(format string, args ...any) {
	w := o.stderr
	if o.bars != nil {
		w = o.bars // above the bars, not through them
	}
	fmt.Fprintln(w, strings.TrimSuffix(fmt.Sprintf(format, args...), "\n"))
}

// Table writes rows under header. It is silent under --json.
func (o *output) Table(header []string, rows [][]string) {
	if o.json {
		return
	}
	for _, line := range aligned(header, rows) {
		fmt.Fprintln(o.stdout, line)
	}
}

// aligned gives header and rows as lines, columns aligned: to the right where every
// cell of the column starts like a number, to the left elsewhere.
func aligned(header []string, rows [][]string) []string {
	t := texttable.Table{Header: header, Right: make([]bool, len(header)), Rows: rows}
	for c := range header {
		t.Right[c] = len(rows) > 0 && !slices.ContainsFunc(rows, func(row []string) bool { return !startsLikeNumber(row[c]) })
	}
	return t.Lines()
}

// startsLikeNumber holds for "12 ± 3", "−0.1" and "", not for words.
func startsLikeNumber(cell string) bool {
	first, _ := utf8.DecodeRuneInString(cell)
	return cell == "" || strings.ContainsRune("0123456789+-−.–~", first)
}

// bar shows how far a long piece of work is. A nil bar shows nothing.
type bar struct {
	out   *output
	b     *mpb.Bar
	note  atomic.Value // string: the bar is drawn by a goroutine of its own
	below atomic.Value // []string
}

// Progress starts a bar of total steps with rate and time left on a terminal;
// elsewhere it shows nothing. One bar is shown at a time.
func (o *output) Progress(label string, total int) *bar { return o.ProgressOver(label, total, 0) }

// ProgressOver is Progress with room for a number of lines below the bar.
func (o *output) ProgressOver(label string, total, lines int) *bar {
	if o.terminal == nil {
		return nil
	}
	o.bars = mpb.New(mpb.WithOutput(o.terminal), mpb.WithWidth(40))
	p := &bar{out: o}
	p.note.Store("")
	p.below.Store([]string{})
	fillers := make([]mpb.BarFiller, lines)
	for i := range fillers {
		fillers[i] = mpb.BarFillerFunc(func(w io.Writer, at decor.Statistics) error {
			text := ""
			if now := p.below.Load().([]string); i < len(now) {
				text = runewidth.Truncate(now[i], max(0, at.AvailableWidth-1), "…")
			}
			_, err := fmt.Fprintln(w, text)
			return err
		})
	}
	p.b = o.bars.AddBar(int64(total),
		mpb.BarBtmExtender(fillers...),
		mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Name(label+" "), decor.CountersNoUnit("%d/%d")),
		mpb.AppendDecorators(
			decor.AverageSpeed(0, "%.1f/s "),
			decor.AverageETA(decor.ET_STYLE_GO),
			decor.Any(func(decor.Statistics) string { return "  " + p.note.Load().(string) })))
	return p
}

// Set moves the bar to n steps done; note is a short text beside it.
func (p *bar) Set(n int, note string) {
	if p != nil {
		p.note.Store(note)
		p.b.SetCurrent(int64(n))
	}
}

// SetBelow writes lines below the bar, as many as it has room for.
func (p *bar) SetBelow(lines []string) {
	if p != nil {
		p.below.Store(lines)
	}
}

// Done takes the bar away, and returns when the terminal is free for results.
func (p *bar) Done() {
	if p != nil {
		p.b.Abort(true)
		p.out.bars.Wait()
		p.out.bars = nil
	}
}
