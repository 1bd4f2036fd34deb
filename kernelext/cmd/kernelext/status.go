package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ofalat/ofalat/kernelext/run"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// status shows how far each notebook is: bars on a terminal, lines elsewhere.
type status struct {
	bars  *mpb.Progress // nil where stderr is no terminal
	lines []*line
}

// line is one notebook's.
type line struct {
	name string
	bar  *mpb.Bar
	note atomic.Value // string: first line of the cell that runs
}

func newStatus(paths []string) *status {
	s := &status{}
	if term.IsTerminal(int(os.Stderr.Fd())) {
		s.bars = mpb.New(mpb.WithOutput(os.Stderr), mpb.WithWidth(24))
	}
	for _, path := range paths {
		l := &line{name: filepath.Base(path)}
		l.note.Store("waiting")
		if s.bars != nil {
			l.bar = s.bars.AddBar(0,
				mpb.PrependDecorators(decor.Name(fmt.Sprintf("%-26s ", l.name)), decor.CountersNoUnit("%d/%d cells ")),
				mpb.AppendDecorators(decor.Elapsed(decor.ET_STYLE_GO), decor.Any(func(decor.Statistics) string { return "  " + l.note.Load().(string) })))
		}
		s.lines = append(s.lines, l)
	}
	return s
}

func (s *status) event(e run.Event) {
	l := s.lines[e.Notebook]
	note := e.Line
	if e.Done {
		note = "done"
		if e.Cached {
			note = "unchanged"
		}
		if e.Err != nil {
			note = "failed"
		}
	}
	l.note.Store(note)
	if s.bars != nil {
		l.bar.SetTotal(int64(e.Cells), false)
		l.bar.SetCurrent(int64(e.Cell))
		if e.Done && e.Err != nil {
			l.bar.Abort(false)
		} else if e.Done {
			l.bar.SetTotal(int64(e.Cells), true)
		}
		return
	}
	if e.Cached {
		fmt.Fprintf(os.Stderr, "%s  unchanged\n", l.name)
		return
	}
	if e.Done {
		fmt.Fprintf(os.Stderr, "%s  %s after %d cells, %.1f s\n", l.name, note, e.Cell, e.Elapsed.Seconds())
		return
	}
	fmt.Fprintf(os.Stderr, "%s  %d/%d  %.1f s  %s\n", l.name, e.Cell, e.Cells, e.Elapsed.Seconds(), note)
}

func (s *status) close() {
	if s.bars != nil {
		s.bars.Shutdown()
	}
}

// heartbeat shows on a terminal that something long is alive, until stop is
// called.
func heartbeat(start time.Time) (stop func()) {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return func() {}
	}
	done := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		width := 0
		for {
			select {
			case <-done:
				fmt.Fprintf(os.Stderr, "%s", backspace(width))
				return
			case <-tick.C:
				text := fmt.Sprintf("%d s", int(time.Since(start).Seconds()))
				fmt.Fprintf(os.Stderr, "%s%s", backspace(width), text)
				width = len(text)
			}
		}
	})
	return func() {
		close(done)
		group.Wait()
	}
}

func backspace(n int) string {
	text := make([]byte, n)
	for i := range text {
		text[i] = '\b'
	}
	return string(text)
}

// step does something long and says so, with the seconds it took.
func step(what string, f func() error) error {
	fmt.Fprintf(os.Stderr, "%s … ", what)
	start := time.Now()
	stop := heartbeat(start)
	err := f()
	stop()
	fmt.Fprintf(os.Stderr, "%.1f s\n", time.Since(start).Seconds())
	return err
}
