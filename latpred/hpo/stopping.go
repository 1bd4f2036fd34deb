package hpo

import (
	"fmt"
	"math"
	"slices"
)

type stopping struct {
	board
	rungs  Rungs
	epochs []int // rungs
	levels []int // rungs and the end
	watch  Watch
}

// Stopping is what Ray Tune calls ASHA. A trial that reaches a rung is compared with the
// trials recorded there before: it is stopped if its error is above their 1/Reduction
// quantile, interpolated linearly; otherwise it continues at once. Either way its error is
// then recorded. The first trial at a rung always continues, and at Max all trials are
// completed.
//
// A trial has diverged if its metric is NaN or infinite or its report says so; it is
// recorded as +Inf. Stopping errs if the rungs are not valid, or if the watch has no metric
// or a negative MinRecords.
func Stopping(configs []Config, r Rungs, w Watch) (Scheduler, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	if w.Metric == "" || w.MinRecords < 0 {
		return nil, fmt.Errorf("watch %+v: it needs a metric, and no negative number of records", w)
	}
	w.MinRecords = max(w.MinRecords, 1)
	return &stopping{newBoard(configs), r, r.Epochs(), r.levels(), w}, nil
}

func (s *stopping) String() string {
	return fmt.Sprintf("stopping, rungs %+v, watch %+v", s.rungs, s.watch)
}

// Next prefers trials that continue to new ones.
func (s *stopping) Next() (Task, bool) {
	trial, ok := s.first(Paused)
	if !ok {
		trial, ok = s.first(Waiting)
	}
	if !ok {
		return Task{}, false
	}
	next := slices.IndexFunc(s.levels, func(e int) bool { return e > s.trials[trial].Epoch })
	return s.hand(trial, s.levels[next])
}

func (s *stopping) Observe(r Report) error {
	t, err := s.check(r)
	if err != nil {
		return err
	}
	value, known, err := s.watch.value(r)
	if err != nil {
		return err
	}
	t.update(r, s.verdict(r.Epoch, value, known))
	if known && slices.Contains(s.epochs, r.Epoch) {
		t.Rungs[r.Epoch] = value
	}
	return nil
}

// verdict is the new state of a trial that reports value at an epoch.
func (s *stopping) verdict(epoch int, value float64, known bool) State {
	switch {
	case known && math.IsInf(value, 1):
		return Diverged
	case epoch == s.rungs.Max:
		return Completed
	case known && s.worse(epoch, value):
		return Stopped
	}
	return Paused
}

// worse reports whether value is above the cutoff of the trials recorded at the rung; false
// if they are too few.
func (s *stopping) worse(rung int, value float64) bool {
	var records []float64
	for _, t := range s.trials {
		if v, ok := t.Rungs[rung]; ok {
			records = append(records, v)
		}
	}
	return len(records) >= s.watch.MinRecords && value > cutoff(records, s.rungs.Reduction)
}

func (s *stopping) Done() bool {
	return !slices.ContainsFunc(s.trials, func(t TrialStatus) bool { return !t.State.final() })
}
