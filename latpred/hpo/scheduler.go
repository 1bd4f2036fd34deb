package hpo

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Scheduler decides which trial trains next and how far. It is a state machine
// for one goroutine: what it does depends on the order of calls alone, so that a
// search can be replayed from its reports.
type Scheduler interface {
	// Next hands out a task; it has been taken with that. False, which changes
	// nothing: there is none until another report arrives, or Done.
	Next() (Task, bool)
	// Observe takes the report of a task that was handed out. An error says that
	// the report is impossible (no such trial or task, another epoch, the watched
	// metric is missing), and leaves everything as it was.
	Observe(Report) error
	// Done says that no task is out and none will follow.
	Done() bool
	// Status is a copy of what is known: element i is trial i.
	Status() []TrialStatus
	// String describes the rule with all its settings; a journal is bound to it.
	String() string
}

// Watch is what Stopping, Promotion and Halving look at.
type Watch struct {
	Metric string // name of the metric; smaller is better
	// AllowMissing, for Stopping alone, lets reports lack the metric, as Ray Tune
	// does: such a report neither stops the trial nor is it recorded. The search
	// published by Syed & Srinivasan relied on that unknowingly: it watched a
	// metric that didn't exist, and stopped nobody.
	AllowMissing bool
	// MinRecords, for Stopping alone, is the number of trials that a rung must
	// have seen before it stops one. 0 means 1, as in Ray 1.0.1.
	MinRecords int
}

// value is the watched metric of a report, +Inf where the trial diverged. It is
// not known where it may be missing and is.
func (w Watch) value(r Report) (v float64, known bool, err error) {
	v, known = r.Metrics[w.Metric]
	switch {
	case r.Diverged || known && (math.IsNaN(v) || math.IsInf(v, 0)):
		return math.Inf(1), true, nil
	case known || w.AllowMissing:
		return v, known, nil
	}
	there := "none at all"
	if len(r.Metrics) > 0 {
		there = strings.Join(slices.Sorted(maps.Keys(r.Metrics)), ", ")
	}
	return 0, false, fmt.Errorf("the report of trial %d at epoch %d lacks the metric %q: it has %s", r.Trial, r.Epoch, w.Metric, there)
}

// board is what every scheduler keeps of its trials.
type board struct {
	trials []TrialStatus
	to     []int // where the task of a running trial ends
}

func newBoard(configs []Config) board {
	b := board{make([]TrialStatus, len(configs)), make([]int, len(configs))}
	for i, c := range configs {
		b.trials[i] = TrialStatus{Trial: i, Config: maps.Clone(c), State: Waiting, Rungs: map[int]float64{}}
	}
	return b
}

func (b *board) Status() []TrialStatus {
	list := make([]TrialStatus, len(b.trials))
	for i, t := range b.trials {
		list[i] = t.clone()
	}
	return list
}

// first is the lowest trial in a state.
func (b *board) first(s State) (trial int, ok bool) {
	trial = slices.IndexFunc(b.trials, func(t TrialStatus) bool { return t.State == s })
	return trial, trial >= 0
}

// hand makes a task of a trial that isn't running.
func (b *board) hand(trial, to int) (Task, bool) {
	t := &b.trials[trial]
	t.State, b.to[trial] = Running, to
	return Task{Trial: trial, Config: t.Config, From: t.Epoch, To: to}, true
}

// check finds the trial of a report and errs where no such report is due.
func (b *board) check(r Report) (*TrialStatus, error) {
	if r.Trial < 0 || r.Trial >= len(b.trials) {
		return nil, fmt.Errorf("a report of trial %d, where there are %d", r.Trial, len(b.trials))
	}
	t := &b.trials[r.Trial]
	if t.State != Running {
		return nil, fmt.Errorf("a report of trial %d, which is %s, not running", r.Trial, t.State)
	}
	if to := b.to[r.Trial]; r.Epoch != to {
		return nil, fmt.Errorf("a report of trial %d at epoch %d, where its task ends at %d", r.Trial, r.Epoch, to)
	}
	return t, nil
}

// update writes a report into the trial it is of.
func (t *TrialStatus) update(r Report, s State) {
	t.Epoch, t.Last, t.State = r.Epoch, maps.Clone(r.Metrics), s
	t.Seconds += r.Seconds
}

// validateComplete errs where a rule that compares all trials can't do with w.
func (w Watch) validateComplete(rule string) error {
	if w.Metric == "" || w.AllowMissing || w.MinRecords != 0 {
		return fmt.Errorf("watch %+v: %s needs a metric that is never missing, and no minimum of records", w, rule)
	}
	return nil
}
