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

// Stopping is what Ray Tune calls ASHA. A trial that reaches a rung is held
// against those that were there before: where its error is above their quantile
// 1/Reduction, interpolated linearly, it is stopped, and otherwise it goes on at
// once. Then its error is recorded, also that of a stopped trial. The first at a
// rung always goes on, and nobody is stopped at Max.
//
// A trial whose metric is NaN or infinite, or whose report says so, has diverged
// and is recorded as +Inf. It errs on rungs or a watch that aren't valid.
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

// Next prefers trials that may go on to new ones: they keep their worker.
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

// verdict is the next state of a trial at an epoch.
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

// worse says whether those that were at the rung before were better.
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
