package worker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/ofalat/ofalat/latpred/measure"
)

// Supervisor runs tasks in child processes.
type Supervisor struct {
	Command []string      // program that calls Main, and its arguments; nil: this one with "measure", "work"
	Timeout time.Duration // of one compilation, of opening the backend, and of any silence of a child; 0: DefaultTimeout
	Log     func(string)  // told lines for the user; may be nil
	// Observe is told how far a job of the task is; may be nil.
	Observe func(job int, p measure.Progress)
	// Enough, when it is closed, asks for an end with the group in hand, which is
	// measure.ErrEnough; nil: nobody asks.
	Enough <-chan struct{}
}

// DefaultTimeout is long enough for a network all of whose convolutions are autotuned.
const DefaultTimeout = 10 * time.Minute

// mostCrashes is how many crashes in a row, with no round measured between them, are
// followed by another try.
const mostCrashes = 3

// Run does a task. It returns within two seconds when ctx ends, which is its error, and
// when Task.Config.Limit is over, which is measure.ErrLimit, wherever the child is.
//
// A network or layer at which the child crashes, or that is not compiled in time, is
// recorded in its job's journal, and the child is started again; see measure.Failure. The
// error is a *CrashError after three crashes in a row, and at once where there is no journal.
func (s Supervisor) Run(ctx context.Context, t Task) (Outcome, error) {
	r := run{Supervisor: s, task: t, began: time.Now()}
	if r.Log == nil {
		r.Log = func(string) {}
	}
	if r.Observe == nil {
		r.Observe = func(int, measure.Progress) {}
	}
	if r.Timeout == 0 {
		r.Timeout = DefaultTimeout
	}
	if r.Command == nil {
		program, err := os.Executable()
		if err != nil {
			return r.outcome, err
		}
		r.Command = []string{program, "measure", "work"}
	}
	for {
		err := r.once(ctx)
		var crash *CrashError
		if !errors.As(err, &crash) {
			return r.outcome, err
		}
		again, failed := r.record(crash)
		if failed != nil {
			return r.outcome, errors.Join(err, failed)
		}
		if !again {
			return r.outcome, err
		}
	}
}

// run is a task on its way, over one child after another.
type run struct {
	Supervisor
	task    Task
	began   time.Time
	outcome Outcome

	job       int                  // that the child is at
	preparing map[string]time.Time // since when
	running   string
	waiting   bool // for the device
	heard     time.Time
	rounds    bool // measured since the last crash
	crashes   int  // since a round was measured
}

// once starts a child and follows it to its end.
func (r *run) once(ctx context.Context) error {
	t := r.task
	var limit <-chan time.Time
	if t.Config.Limit > 0 {
		left := t.Config.Limit - time.Since(r.began)
		if left <= 0 {
			return measure.ErrLimit
		}
		limit = time.After(left)
		t.Config.Limit = left
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	r.preparing, r.running, r.waiting, r.heard, r.rounds = map[string]time.Time{}, "", false, time.Now(), false
	opened := false
	c, err := start(r.Command, t, r.Log)
	if err != nil {
		return fmt.Errorf("starting the measuring process: %w", err)
	}
	look := time.NewTicker(min(time.Second, r.Timeout/4))
	defer look.Stop()
	enough := r.Enough
	for {
		select {
		case <-enough:
			c.enough()
			enough = nil
		case <-ctx.Done():
			c.end()
			return ctx.Err()
		case <-limit:
			c.end()
			return measure.ErrLimit
		case now := <-look.C:
			if crash := r.late(now, opened); crash != nil {
				c.end()
				return crash
			}
		case m, more := <-c.messages:
			switch {
			case !more:
				how, said := c.how()
				c.life.Close()
				crash := r.crash(opened, how)
				crash.Log = r.keep(said)
				return crash
			case m.Done != nil:
				c.finish()
				return m.Done.error()
			}
			opened = opened || m.Opened != nil
			r.take(m)
		}
	}
}

// take notes a message.
func (r *run) take(m message) {
	r.heard = time.Now()
	switch {
	case m.Log != "":
		r.Log(m.Log)
	case m.Opened != nil:
		r.outcome.Header = *m.Opened
	case m.Starts != nil:
		r.job = m.Job
	case m.Begin != "":
		r.preparing[m.Begin] = r.heard
	case m.End != "":
		delete(r.preparing, m.End)
	case m.Running != "":
		r.running = m.Running
	case m.Quiet != nil:
		r.outcome.Quiet = m.Quiet
		r.outcome.Quiet.Units = m.Units
	case m.Progress != nil:
		r.job, r.waiting = m.Job, m.Progress.Doing == measure.Waiting
		if strings.HasPrefix(m.Progress.Doing, "round") {
			r.running, r.rounds = "", true
		}
		r.Observe(m.Job, *m.Progress)
	}
}

// late returns what takes too long, or nil.
func (r *run) late(now time.Time, opened bool) *CrashError {
	var units []string
	for _, key := range slices.Sorted(maps.Keys(r.preparing)) {
		if now.Sub(r.preparing[key]) > r.Timeout {
			units = append(units, key)
		}
	}
	switch {
	case units != nil:
		return &CrashError{What: "compiling", Units: units, How: fmt.Sprintf("did not compile it within %v and was ended", r.Timeout)}
	case !r.waiting && len(r.preparing) == 0 && now.Sub(r.heard) > r.Timeout:
		return r.crash(opened, fmt.Sprintf("gave no sign of life for %v and was ended", r.Timeout))
	}
	return nil
}

// crash says what the child was about.
func (r *run) crash(opened bool, how string) *CrashError {
	e := &CrashError{How: how}
	switch {
	case !opened:
		e.What = "opening the backend"
	case len(r.preparing) > 0:
		e.What, e.Units = "compiling", slices.Sorted(maps.Keys(r.preparing))
	case r.running != "":
		e.What, e.Units = "running", []string{r.running}
	default:
		e.What = "measuring"
	}
	return e
}

// keep writes what a child printed beside its journal, and returns the file.
func (r *run) keep(said string) string {
	path := r.journal()
	if path == "" || said == "" {
		return ""
	}
	path += ".log"
	if os.WriteFile(path, []byte(said), 0o644) != nil {
		return "" // the error itself holds the line that matters
	}
	return path
}

func (r *run) journal() string {
	if r.job >= len(r.task.Jobs) {
		return ""
	}
	return r.task.Jobs[r.job].Journal
}

// record writes a crash into the journal, and reports whether to try again.
func (r *run) record(crash *CrashError) (again bool, err error) {
	if r.rounds {
		r.crashes = 0
	}
	r.crashes++
	if r.outcome.Header.Device == "" || r.journal() == "" {
		return false, nil
	}
	var failures []measure.Failure
	for _, key := range crash.Units {
		failures = append(failures, measure.Failure{Unit: key, How: crash.How, At: time.Now().UTC().Truncate(time.Second)})
	}
	h := r.outcome.Header
	if j := r.task.Jobs[r.job]; j.Resolution > 0 {
		h.What = measure.WhatTable(j.Resolution)
	} else {
		h.What, h.Seed = measure.WhatNets, j.Seed
	}
	if err := measure.Fail(r.journal(), h, failures...); err != nil {
		return false, err
	}
	if r.crashes >= mostCrashes {
		return false, nil
	}
	r.Log(fmt.Sprintf("%v; going on without it: what may have been the cause is tried once more, by itself, at the end", crash))
	return true, nil
}
