package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// output is where a command writes: results on stdout, as text or as JSON, and
// what accompanies them on stderr.
type output struct {
	stdout, stderr io.Writer
	json           bool
	bars           *mpb.Progress // nil where stderr is no terminal
}

func newOutput(stdout, stderr io.Writer) *output {
	o := &output{stdout: stdout, stderr: stderr}
	if f, ok := stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		o.bars = mpb.New(mpb.WithOutput(f), mpb.WithWidth(40))
	}
	return o
}

// close leaves the terminal as the last progress bar left it.
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

// Printf writes a line of a result; it is silent under --json.
func (o *output) Printf(format string, args ...any) {
	if !o.json {
		fmt.Fprintf(o.stdout, format, args...)
	}
}

// Logf writes a line about the work, not of its result, to stderr.
func (o *output) Logf(format string, args ...any) {
	w := o.stderr
	if o.bars != nil {
		w = o.bars // above the bars, not through them
	}
	fmt.Fprintln(w, strings.TrimSuffix(fmt.Sprintf(format, args...), "\n"))
}

// Table writes rows under header, columns aligned: to the right where every
// cell of the column starts like a number, to the left elsewhere. It is silent
// under --json.
func (o *output) Table(header []string, rows [][]string) {
	if o.json {
		return
	}
	width, numeric := make([]int, len(header)), make([]bool, len(header))
	for c, name := range header {
		width[c], numeric[c] = utf8.RuneCountInString(name), len(rows) > 0
		for _, row := range rows {
			width[c] = max(width[c], utf8.RuneCountInString(row[c]))
			numeric[c] = numeric[c] && startsLikeNumber(row[c])
		}
	}
	line := func(row []string) {
		var b strings.Builder
		for c, cell := range row {
			pad := strings.Repeat(" ", width[c]-utf8.RuneCountInString(cell))
			if numeric[c] {
				b.WriteString(pad + cell)
			} else {
				b.WriteString(cell + pad)
			}
			b.WriteString("  ")
		}
		fmt.Fprintln(o.stdout, strings.TrimRight(b.String(), " "))
	}
	line(header)
	for _, row := range rows {
		line(row)
	}
}

// startsLikeNumber holds for "12 ± 3", "−0.1" and "", not for words.
func startsLikeNumber(cell string) bool {
	first, _ := utf8.DecodeRuneInString(cell)
	return cell == "" || strings.ContainsRune("0123456789+-−.–~", first)
}

// bar shows how far a long piece of work is. A nil bar shows nothing.
type bar struct {
	b    *mpb.Bar
	note atomic.Value // string: the bar is drawn by a goroutine of its own
}

// Progress starts a bar of total steps with rate and time left on a terminal;
// elsewhere it shows nothing.
func (o *output) Progress(label string, total int) *bar {
	if o.bars == nil {
		return nil
	}
	p := &bar{}
	p.note.Store("")
	p.b = o.bars.AddBar(int64(total),
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

// Done takes the bar away.
func (p *bar) Done() {
	if p != nil {
		p.b.Abort(true)
	}
}
