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

// Config says what Train tries. The zero value tries everything.
type Config struct {
	NoQueue bool        // labels are true passes, whatever they look like
	Recipe  pass.Config // the only one to try, where it has a basis
	Hybrid  bool        // learn a correction, and keep it where it helps on validation rows
	Seed    uint64      // of the correction
}

// Report tells how a table was chosen.
type Report struct {
	Tried    []Trial           `json:"tried"` // in the order of trying
	Warnings []latpred.Warning `json:"warnings,omitempty"`
}

// Trial is a way to fit a table and what it is worth on validation rows.
type Trial struct {
	Basis      string  `json:"basis"`
	Relative   bool    `json:"relative"`
	QueueDepth int     `json:"queue_depth"`
	HostStates int     `json:"host_states"`
	MAEMs      float64 `json:"validation_mae_ms"`
	model      *pass.Model
}

// intervalBins is into how many bins of like rows an interval is divided.
const intervalBins = 5

// Train fits tables to the training rows of split and keeps the one that is
// best on the validation rows, which also say how wide intervals are and what
// state the host is in. The test rows are not looked at. Rows are in the order of
// measuring. ctx ends it between fits.
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
		Device: set.Device, Data: set.Name, DataHash: set.Hash(), Rows: s.train.Rows, Seed: config.Seed, Versions: latpred.Versions(),
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

// tableSearch tries tables.
type tableSearch struct {
	ctx               context.Context
	train, validation *dataset.Set
	result            Report
	best              *Trial
	failed            error // the last that a try ended with
}

func newTableSearch(ctx context.Context, set *dataset.Set, split dataset.Split) (*tableSearch, error) {
	if len(split.Train) < 3 || len(split.Validation) < 3 {
		return nil, fmt.Errorf("%s: %d training and %d validation rows: a table needs at least 3 of each", set.Name, len(split.Train), len(split.Validation))
	}
	s := &tableSearch{ctx: ctx, train: set.Subset(split.Train), validation: set.Subset(split.Validation)}
	s.dropWarmUp(split.Train)
	return s, nil
}

// dropWarmUp leaves out the first rows of the file where they are off by twice as
// much as the rest, and says so.
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

func seq(from, to int) []int {
	rows := make([]int, to-from)
	for i := range rows {
		rows[i] = from + i
	}
	return rows
}

// search goes from plain tables to those with a queue, each step from the best
// one so far.
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
	var fast *Trial // of a basis with few columns: a queue shows there as well
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

// searchQueue looks for a queue under the basis of the best table so far, and
// reports whether there is one.
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

// What a more complicated table must gain: at most this part of the error of the
// simpler one.
const (
	queueGain      = .95
	moreStatesGain = .9
)

// try fits one and keeps it where it is the best. One that can't be fitted, such
// as for a resolution that no training row has, is passed over.
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

// predictValidation predicts the validation rows with the host in the states that
// they show; the last is assumed from there on.
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

// calibrate makes the interval, on validation rows with the host in the states
// that they show.
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
