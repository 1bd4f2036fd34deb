package hpo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ofalat/ofalat/latpred/journal"
)

// Trainable is a trial in progress, such as a network being trained. Run uses it from one
// goroutine at a time.
type Trainable interface {
	// Train continues training up to and including epoch to, and returns the metrics
	// there. When ctx ends it returns soon, with an error.
	Train(ctx context.Context, to int) (metrics map[string]float64, err error)
	// Close releases what the trial holds. It is called once, after the last Train.
	Close()
}

// ErrDiverged is returned by Train, wrapped or not, when the loss is no longer a finite
// number. It ends the trial but not the search; metrics returned with it are kept.
var ErrDiverged = errors.New("diverged")

// Options say how Run works. The zero value trains one trial at a time and keeps no
// journal.
type Options struct {
	Workers int         // number of tasks at a time; 0 is 1, below 0 panics
	Journal string      // file name; "": no journal
	Subject string      // what else defines the search, such as data set and seed: a journal of another subject is refused
	Observe func(Event) // called for each report, never concurrently; may be nil
}

// Event is a report that the scheduler has accepted.
type Event struct {
	Report  Report
	Status  []TrialStatus // of all trials, after the report; a copy
	Elapsed time.Duration // running time of the search, with that of earlier sessions in its journal
	Resumed bool          // the report comes from the journal
}

// Run carries out a search: it takes tasks from s, which must be new, and reports their
// results to s until s is done. It calls start, possibly from several goroutines at once,
// to make the Trainable of a trial at epoch 0; the ctx passed to start ends when Run
// returns or fails. Run returns the final status of all trials, also with an error. It
// panics if s has been used.
//
// A Trainable stays open while its trial is paused, and is closed when the trial ends or
// Run returns. With a journal, an interrupted search resumes where it was: tasks whose
// reports are in the journal are not repeated, those that were running are run again. A
// trial that continues after a resume has no Trainable any more; it is started again, and
// its first Train covers all epochs from 0.
//
// When ctx ends, running tasks are cancelled and the error is ctx.Err(). Any other error of
// start or Train, a report that s refuses, and a journal that can't be read or written also
// end the search; the error names the trial and its configuration, or the journal.
func Run(ctx context.Context, s Scheduler, start func(ctx context.Context, trial int, c Config) (Trainable, error), o Options) ([]TrialStatus, error) {
	if o.Workers < 0 {
		panic(fmt.Sprintf("hpo: Run with %d workers", o.Workers))
	}
	if slices.ContainsFunc(s.Status(), func(t TrialStatus) bool { return t.State != Waiting }) {
		panic("hpo: Run with a scheduler that has been used")
	}
	o.Workers = max(o.Workers, 1)
	r := &runner{Scheduler: s, start: start, options: o, began: time.Now(), idle: map[int]Trainable{}}
	err := r.resume()
	if err == nil {
		err = r.work(ctx)
	}
	for _, trial := range slices.Sorted(maps.Keys(r.idle)) {
		r.idle[trial].Close()
	}
	if r.journal != nil {
		_ = r.journal.Close() // what it has is synced
	}
	return s.Status(), err
}

// runner is a search in progress.
type runner struct {
	Scheduler
	start   func(ctx context.Context, trial int, c Config) (Trainable, error)
	options Options
	journal *journal.File     // nil: none
	began   time.Time         // of this session
	before  time.Duration     // of earlier ones
	tasks   int               // handed out by the scheduler
	out     []Task            // tasks without a report yet
	idle    map[int]Trainable // by trial: open Trainables that no goroutine uses
}

// result is what a worker returns for a task.
type result struct {
	task      Task
	trainable Trainable // nil where it could not be started
	metrics   map[string]float64
	err       error
	took      time.Duration
}

// resume opens the journal and replays it.
func (r *runner) resume() error {
	if r.options.Journal == "" {
		return nil
	}
	j, entries, err := openJournal(r.options.Journal, newHeader(r, r.options.Subject))
	if err != nil {
		return err
	}
	r.journal = j
	for i, e := range entries {
		if err := r.replay(e); err != nil {
			return &journal.Error{File: r.options.Journal, Line: i + 2, Err: fmt.Errorf("doesn't follow from the lines before: %w", err)}
		}
	}
	return nil
}

// replay repeats the calls of Next and Observe up to and including a journal entry.
func (r *runner) replay(e entry) error {
	for r.tasks < e.Tasks {
		if _, ok := r.take(); !ok {
			return fmt.Errorf("%d tasks, where there can be %d so far", e.Tasks, r.tasks)
		}
	}
	if e.Tasks != r.tasks {
		return fmt.Errorf("%d tasks after %d", e.Tasks, r.tasks)
	}
	if err := r.Observe(e.Report); err != nil {
		return err
	}
	r.before = time.Duration(e.ElapsedSeconds * float64(time.Second))
	r.reported(e.Report, r.before, true)
	return nil
}

// take takes a task from the scheduler, if there is one, and keeps it in out.
func (r *runner) take() (Task, bool) {
	task, ok := r.Next()
	if ok {
		r.tasks++
		r.out = append(r.out, task)
	}
	return task, ok
}

// reported removes the task of a report from out and calls Observe of the options.
func (r *runner) reported(report Report, elapsed time.Duration, resumed bool) {
	r.out = slices.DeleteFunc(r.out, func(t Task) bool { return t.Trial == report.Trial })
	if r.options.Observe != nil {
		r.options.Observe(Event{report, r.Status(), elapsed, resumed})
	}
}

// work hands tasks to goroutines until the scheduler is done, ctx ends or
// something fails; then it waits for those under way.
func (r *runner) work(parent context.Context) error {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	again := slices.Clone(r.out) // tasks that were under way when the journal ended
	results := make(chan result)
	var failed error
	for busy := 0; ; {
		for ctx.Err() == nil && busy < r.options.Workers {
			var task Task
			if len(again) > 0 {
				task, again = again[0], again[1:]
			} else if next, ok := r.take(); ok {
				task = next
			} else {
				break
			}
			trainable := r.idle[task.Trial]
			delete(r.idle, task.Trial)
			busy++
			go func() { results <- r.train(ctx, task, trainable) }()
		}
		if busy == 0 {
			break
		}
		res := <-results
		busy--
		if err := r.finish(ctx, res); err != nil && failed == nil {
			failed = fmt.Errorf("trial %d (%s): %w", res.task.Trial, res.task.Config, err)
			cancel()
		}
	}
	switch {
	case failed != nil:
		return failed
	case r.Done():
		return nil
	case parent.Err() != nil:
		return parent.Err()
	}
	panic(fmt.Sprintf("hpo: the scheduler (%s) has no task, waits for none and isn't done", r))
}

// train runs a task, in a goroutine of its own; a nil trainable is started first.
func (r *runner) train(ctx context.Context, task Task, trainable Trainable) result {
	res := result{task: task, trainable: trainable}
	began := time.Now()
	if trainable == nil {
		res.trainable, res.err = r.start(ctx, task.Trial, task.Config)
	}
	if res.err == nil {
		res.metrics, res.err = res.trainable.Train(ctx, task.To)
	}
	res.took = time.Since(began)
	return res
}

// finish reports a result to the scheduler and the journal. A task that failed because ctx
// ended is dropped without an error.
func (r *runner) finish(ctx context.Context, res result) error {
	trial := res.task.Trial
	if res.trainable != nil {
		r.idle[trial] = res.trainable
	}
	diverged := errors.Is(res.err, ErrDiverged)
	switch {
	case res.err == nil || diverged:
	case ctx.Err() != nil:
		return nil
	default:
		return res.err
	}
	report := Report{Trial: trial, Epoch: res.task.To, Metrics: res.metrics, Diverged: diverged, Seconds: res.took.Seconds()}
	if err := r.Observe(report); err != nil {
		return err
	}
	elapsed := r.before + time.Since(r.began)
	if r.journal != nil {
		if err := r.journal.Append(entry{r.tasks, elapsed.Seconds(), report}); err != nil {
			return err
		}
	}
	r.closeEnded()
	r.reported(report, elapsed, false)
	return nil
}

// closeEnded closes the Trainables of trials that have ended: the last one reported, and
// those that its report stopped.
func (r *runner) closeEnded() {
	status := r.Status()
	for _, trial := range slices.Sorted(maps.Keys(r.idle)) {
		if status[trial].State.final() {
			r.idle[trial].Close()
			delete(r.idle, trial)
		}
	}
}
