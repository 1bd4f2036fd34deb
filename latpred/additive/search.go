package additive

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/pass"
)

// search tries tables without a queue, then tables with one, each step starting from the
// best so far.
func (s *tableSearch) search(config Config) error {
	if config.Recipe.Basis != nil {
		if s.try(config.Recipe); s.best == nil {
			return cmp.Or(s.ctx.Err(), fmt.Errorf("the recipe does not fit the rows: %w", s.failed))
		}
		return s.ctx.Err()
	}
	resolutions := pass.ResolutionsOf(s.train.Archs())
	bases := []pass.Basis{pass.Tied(resolutions), pass.Shape(resolutions, false), pass.Shape(resolutions, true)}
	for _, b := range bases {
		for _, relative := range []bool{false, true} {
			s.try(pass.Config{Basis: b, Relative: relative})
		}
	}
	if s.best == nil {
		return cmp.Or(s.ctx.Err(), fmt.Errorf("no table fits the rows: %w", s.failed))
	}
	if config.NoQueue {
		return s.ctx.Err()
	}
	var fast *Trial // best of the bases with few columns, which suffice to see a queue
	for i, t := range s.result.Tried {
		if t.Basis != "shape-sizes" && (fast == nil || t.MAEMs < fast.MAEMs) {
			fast = &s.result.Tried[i]
		}
	}
	best := *s.best
	if fast == nil {
		return s.ctx.Err()
	}
	if s.best = fast; s.searchQueue() && best.Basis != fast.Basis {
		c := s.best.config
		c.Basis, c.Relative = best.model.Basis, best.Relative
		s.try(c)
	}
	if best.MAEMs < s.best.MAEMs {
		s.best = &best
	}
	return s.ctx.Err()
}

// searchQueue searches the queue depth, the launch time to start from and the number of
// host states with the basis of the best table so far, and reports whether a queue is kept.
func (s *tableSearch) searchQueue() bool {
	plain := s.best
	c := pass.Config{Basis: plain.model.Basis, Relative: plain.Relative}
	for _, c.QueueDepth = range pass.QueueDepths {
		for _, c.LaunchMs = range pass.StartLaunchesMs {
			s.try(c)
		}
	}
	s.refineDepth([]float64{1. / 8, 1. / 16})
	if s.best.MAEMs > queueGain*plain.MAEMs {
		s.best = plain
		return false
	}
	c = s.best.config
	c.States = 2
	s.try(c)
	s.refineDepth([]float64{1. / 16, 1. / 32, 1. / 64, 1. / 128})
	return true
}

// refineDepth tries the depths next to that of the best table so far, smaller and larger by
// the given powers of two, one after the other.
func (s *tableSearch) refineDepth(powers []float64) {
	for _, power := range powers {
		at := s.best.config
		for _, step := range []float64{-power, power} {
			c := at
			c.QueueDepth = int(math.Round(float64(at.QueueDepth) * math.Exp2(step)))
			s.try(c)
		}
	}
}

// A more complicated table is kept if its validation error is at most this fraction of
// that of the simpler one.
const (
	queueGain      = .95
	moreStatesGain = .9
)

// try fits a table and keeps it if it is the best so far. If it can't be fitted, such as
// at a resolution that no training row has, or a launch would take no time, try keeps the
// error in failed.
func (s *tableSearch) try(c pass.Config) {
	if s.ctx.Err() != nil {
		return
	}
	m, _, err := pass.Fit(s.train.Archs(), s.train.LatenciesMs(), c)
	if err == nil && slices.ContainsFunc(m.Queue.LaunchMs, func(ms float64) bool { return ms <= 0 }) {
		err = fmt.Errorf("with a queue of %d launches, a launch takes no time", c.QueueDepth)
	}
	if err != nil {
		s.failed = err
		return
	}
	pred, err := s.predictValidation(m)
	if err != nil {
		s.failed = err
		return
	}
	t := Trial{c.Basis.Name(), c.Relative, c.QueueDepth, max(1, c.States), metric.MAE(pred, s.validation.LatenciesMs()), m, c}
	if math.IsNaN(t.MAEMs) {
		return
	}
	s.result.Tried = append(s.result.Tried, t)
	limit := math.Inf(1)
	if s.best != nil {
		if limit = s.best.MAEMs; t.HostStates > s.best.HostStates {
			limit *= moreStatesGain
		}
	}
	if t.MAEMs < limit {
		s.best = &t
	}
}

// predictValidation predicts the rows that choose with the host in the states estimated
// from them, and makes the last of these the state for predictions.
func (s *tableSearch) predictValidation(m *pass.Model) ([]float64, error) {
	archs := s.validation.Archs()
	states, err := m.States(archs, s.validation.LatenciesMs())
	if err != nil {
		return nil, err
	}
	pred := make([]float64, len(archs))
	if err := m.LabelsMs(pred, archs, states); err != nil {
		return nil, err
	}
	m.Queue.HostState = states[len(states)-1]
	return pred, nil
}
