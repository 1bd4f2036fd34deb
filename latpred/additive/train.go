package additive

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"strconv"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/audit"
	"github.com/ofalat/ofalat/latpred/conformal"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/pass"
)

// Config says what Train tries. The zero value tries all bases, with and without a launch
// queue, and no correction.
type Config struct {
	NoQueue bool        // take labels for true passes: try no launch queue
	Recipe  pass.Config // if its Basis is not nil, the only fit to try
	Hybrid  bool        // learn a correction, and keep it if it helps on validation rows
	Seed    uint64      // recorded in the provenance; nothing is random
}

// Report tells how a table was chosen.
type Report struct {
	Tried    []Trial           `json:"tried"` // in the order of trying
	Warnings []latpred.Warning `json:"warnings,omitempty"`
}

// Trial is a way of fitting a table, with its error on the validation rows.
type Trial struct {
	Basis      string  `json:"basis"`       // see pass.Basis.Name
	Relative   bool    `json:"relative"`    // see pass.Config
	QueueDepth int     `json:"queue_depth"` // launches; 0: no queue
	HostStates int     `json:"host_states"` // number of states of the host, at least 1
	MAEMs      float64 `json:"validation_mae_ms"`
	model      *pass.Model
}

// intervalBins is the number of bins of conformal.Calibrate.
const intervalBins = 5

// Train fits tables to the training rows of split and keeps the one with the smallest mean
// absolute error on the validation rows. These also calibrate the interval and determine
// the state of the host for predictions. Test rows are not used. Both lists of rows should
// be in the order of measurement. Train errs with fewer than 3 training or validation rows,
// if nothing fits them, and, between fits, when ctx ends.
func Train(ctx context.Context, set *dataset.Set, split dataset.Split, config Config) (*Table, *Report, error) {
	s, err := newTableSearch(ctx, set, split)
	if err != nil {
		return nil, nil, err
	}
	if err := s.search(config); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	best := s.best
	t := NewTable(best.model, nil, latpred.Provenance{
		Device: set.Device, Data: set.Name, DataHash: set.Hash(), Rows: s.train.Rows, Split: s.record(set.Rows, split), Seed: config.Seed, Versions: latpred.Versions(),
		Recipe: map[string]string{"basis": best.Basis, "relative": strconv.FormatBool(best.Relative),
			"queue_depth": strconv.Itoa(best.QueueDepth), "host_states": strconv.Itoa(best.HostStates), "validation_mae_ms": fmt.Sprintf("%.4g", best.MAEMs)},
	})
	if config.Hybrid {
		if err := s.learnCorrection(t); err != nil {
			return nil, nil, err
		}
	}
	if t.interval, err = s.calibrate(t); err != nil {
		return nil, nil, err
	}
	return t, &s.result, nil
}

// tableSearch is a run of Train.
type tableSearch struct {
	ctx               context.Context
	train, validation *dataset.Set
	result            Report
	best              *Trial // so far; nil: none
	failed            error  // error of the last fit that failed
}

// newTableSearch takes the rows of split and drops the warm-up.
func newTableSearch(ctx context.Context, set *dataset.Set, split dataset.Split) (*tableSearch, error) {
	if len(split.Train) < 3 || len(split.Validation) < 3 {
		return nil, fmt.Errorf("%s: %d training and %d validation rows: a table needs at least 3 of each", set.Name, len(split.Train), len(split.Validation))
	}
	s := &tableSearch{ctx: ctx, train: set.Subset(split.Train), validation: set.Subset(split.Validation)}
	s.dropWarmUp(split.Train)
	return s, nil
}

// record is the split as it was used: rows of the warm-up were not.
func (s *tableSearch) record(rows int, split dataset.Split) *latpred.Split {
	split.Train = split.Train[len(split.Train)-s.train.Rows:]
	return split.Record(rows)
}

// dropWarmUp drops the first rows of the file from the training rows, with a warning, if a
// quick fit shows that the device was not warm there (see audit.ColdStart). It does
// nothing unless rows are in the order of measurement.
func (s *tableSearch) dropWarmUp(rows []int) {
	cold := 0
	for _, r := range rows {
		if r < audit.WarmUpRows {
			cold++
		}
	}
	if cold == 0 || len(rows) < 10*audit.WarmUpRows || rows[cold-1] >= audit.WarmUpRows {
		return // not in the order of measuring
	}
	m, _, err := pass.Fit(s.train.Archs(), s.train.LatenciesMs(), pass.Config{Basis: pass.Shape(pass.ResolutionsOf(s.train.Archs()), false), Relative: true, Rounds: 2})
	if err != nil {
		return
	}
	pred := make([]float64, s.train.Rows)
	if m.LabelsMs(pred, s.train.Archs(), nil) != nil {
		return
	}
	y := s.train.LatenciesMs()
	for i := range pred {
		pred[i] = pred[i]/y[i] - 1
	}
	if _, off := audit.ColdStart(pred, cold); off {
		s.train = s.train.Subset(seq(cold, s.train.Rows))
		s.result.Warnings = append(s.result.Warnings, latpred.Warning{Kind: latpred.WarnWarmUp, Rows: rows[:cold],
			Message: fmt.Sprintf("the first %d rows were left out: the device was not warm", cold)})
	}
}

// seq gives from to to−1.
func seq(from, to int) []int {
	rows := make([]int, to-from)
	for i := range rows {
		rows[i] = from + i
	}
	return rows
}

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
		s.try(pass.Config{Basis: best.model.Basis, Relative: best.Relative, QueueDepth: s.best.QueueDepth, States: s.best.HostStates})
	}
	if best.MAEMs < s.best.MAEMs {
		s.best = &best
	}
	return s.ctx.Err()
}

// searchQueue searches the queue depth and number of host states with the basis of the
// best table so far, and reports whether a queue is kept.
func (s *tableSearch) searchQueue() bool {
	plain := s.best
	b, relative := plain.model.Basis, plain.Relative
	for _, depth := range pass.QueueDepths {
		s.try(pass.Config{Basis: b, Relative: relative, QueueDepth: depth})
	}
	if s.best.MAEMs > queueGain*plain.MAEMs {
		s.best = plain
		return false
	}
	s.try(pass.Config{Basis: b, Relative: relative, QueueDepth: s.best.QueueDepth, States: 2})
	for _, step := range []int{30, 15, 7, 3} {
		at := s.best
		for _, depth := range []int{at.QueueDepth - step, at.QueueDepth + step} {
			s.try(pass.Config{Basis: b, Relative: relative, QueueDepth: depth, States: at.HostStates})
		}
	}
	return true
}

// A more complicated table is kept if its validation error is at most this fraction of
// that of the simpler one.
const (
	queueGain      = .95
	moreStatesGain = .9
)

// try fits a table and keeps it if it is the best so far. If it can't be fitted, such as
// at a resolution that no training row has, try keeps the error in failed.
func (s *tableSearch) try(c pass.Config) {
	if s.ctx.Err() != nil {
		return
	}
	m, _, err := pass.Fit(s.train.Archs(), s.train.LatenciesMs(), c)
	if err != nil {
		s.failed = err
		return
	}
	pred, err := s.predictValidation(m)
	if err != nil {
		s.failed = err
		return
	}
	t := Trial{c.Basis.Name(), c.Relative, c.QueueDepth, max(1, c.States), metric.MAE(pred, s.validation.LatenciesMs()), m}
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

// predictValidation predicts the validation rows with the host in the states estimated
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

// calibrate calibrates the interval on the validation rows, with the host in the states
// estimated from them.
func (s *tableSearch) calibrate(t *Table) (*conformal.Split, error) {
	archs, y := s.validation.Archs(), s.validation.LatenciesMs()
	states, err := t.model.States(archs, y)
	if err != nil {
		return nil, err
	}
	pred, keys := make([]float64, len(archs)), make([]float64, len(archs))
	for i, a := range archs {
		r, err := t.model.Read(a, states[i])
		if err != nil {
			return nil, err
		}
		pred[i], keys[i] = t.correct(a, r), r.Margin()
	}
	return conformal.Calibrate(pred, y, keys, intervalBins)
}
