package hpo

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Scheduler decides which trial trains next and how far. It is a state machine whose
// decisions depend only on the order of calls, so that a search can be replayed from its
// reports. One goroutine at a time may use it.
type Scheduler interface {
	// Next hands out a task, which from then on counts as running. It returns false, and
	// changes nothing, if there is no task until another report arrives, or if Done.
	Next() (Task, bool)
	// Observe takes the report of a task that was handed out. It errs, and changes
	// nothing, if the report can't be right: no such trial, the trial is not running,
	// another epoch than the task's, or the watched metric is missing.
	Observe(Report) error
	// Done reports whether no task is running and none will follow.
	Done() bool
	// Status returns a copy of what is known: element i is trial i.
	Status() []TrialStatus
	// String describes the rule with all its settings. A journal can only be resumed with
	// a scheduler of the same String.
	String() string
}

// Watch is the metric by which Stopping, Promotion and Halving compare trials.
type Watch struct {
	Metric string // name of the metric; smaller is better
	// AllowMissing, for Stopping only, allows reports without the metric, as Ray Tune
	// does: such a report does not stop the trial and is not recorded. The search
	// published by Syed & Srinivasan relied on that unknowingly: it watched a metric that
	// did not exist, and so stopped no trial.
	AllowMissing bool
	// MinRecords, for Stopping only, is the number of trials that must have been recorded
	// at a rung before a trial can be stopped there. 0 means 1, as in Ray 1.0.1.
	MinRecords int
}

// value gives the watched metric of a report, +Inf if the trial diverged. known is false
// if the metric is missing and may be; value errs if it may not.
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

// board is the state of the trials, which all schedulers keep.
type board struct {
	trials []TrialStatus
	to     []int // by trial: last epoch of its task, if it is running
}

// newBoard returns a board of new trials, one for each configuration.
func newBoard(configs []Config) board {
	b := board{make([]TrialStatus, len(configs)), make([]int, len(configs))}
	for i, c := range configs {
		b.trials[i] = TrialStatus{Trial: i, Config: maps.Clone(c), State: Waiting, Rungs: map[int]float64{}}
	}
	return b
}

// Status implements Scheduler.
func (b *board) Status() []TrialStatus {
	list := make([]TrialStatus, len(b.trials))
	for i, t := range b.trials {
		list[i] = t.clone()
	}
	return list
}

// first finds the trial with the lowest number in state s.
func (b *board) first(s State) (trial int, ok bool) {
	trial = slices.IndexFunc(b.trials, func(t TrialStatus) bool { return t.State == s })
	return trial, trial >= 0
}

// hand makes a task that trains a trial to epoch to, and marks the trial as running.
func (b *board) hand(trial, to int) (Task, bool) {
	t := &b.trials[trial]
	t.State, b.to[trial] = Running, to
	return Task{Trial: trial, Config: t.Config, From: t.Epoch, To: to}, true
}

// check finds the trial of a report. It errs if the trial does not exist, is not running,
// or has a task that ends at another epoch.
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

// update records the report of a trial, and its new state.
func (t *TrialStatus) update(r Report, s State) {
	t.Epoch, t.Last, t.State = r.Epoch, maps.Clone(r.Metrics), s
	t.Seconds += r.Seconds
}

// validateComplete errs if w does not suit a rule that needs the metric of every trial.
func (w Watch) validateComplete(rule string) error {
	if w.Metric == "" || w.AllowMissing || w.MinRecords != 0 {
		return fmt.Errorf("watch %+v: %s needs a metric that is never missing, and no minimum of records", w, rule)
	}
	return nil
}
