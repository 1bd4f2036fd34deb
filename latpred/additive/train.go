package additive

import (
	"context"
	"fmt"
	"strconv"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/audit"
	"github.com/ofalat/ofalat/latpred/dataset"
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

// Trial is a way of fitting a table, with its error on the validation rows that choose.
type Trial struct {
	Basis      string  `json:"basis"`       // see pass.Basis.Name
	Relative   bool    `json:"relative"`    // see pass.Config
	QueueDepth int     `json:"queue_depth"` // launches; 0: no queue
	HostStates int     `json:"host_states"` // number of states of the host, at least 1
	MAEMs      float64 `json:"validation_mae_ms"`
	model      *pass.Model
	config     pass.Config
}

// Train fits tables to the training rows of split and keeps the one with the smallest mean
// absolute error on every second validation row. The state of the host for predictions is
// that of the last validation row. The other validation rows choose nothing: they calibrate
// two intervals. That of BoundsMs is for the host in the state for predictions, so that its
// changes count as errors; that of FollowMs is for the state that the rows before show
// (pass.Tracker). n of these rows bound levels up to n/(n+1). If there are fewer than 3,
// there is no interval, and all validation rows choose. Test rows are not used. Both lists
// of rows should be in the order of measurement.
//
// Train errs with fewer than 3 training or validation rows, if nothing fits them, and,
// between fits, when ctx ends.
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
		Device: set.Device, Space: set.SpaceID, Data: set.Name, DataHash: set.Hash(), Rows: s.train.Rows, Split: s.record(set.Rows, split), Seed: config.Seed, Versions: latpred.Versions(),
		Recipe: map[string]string{"basis": best.Basis, "relative": strconv.FormatBool(best.Relative),
			"queue_depth": strconv.Itoa(best.QueueDepth), "host_states": strconv.Itoa(best.HostStates), "validation_mae_ms": fmt.Sprintf("%.4g", best.MAEMs)},
	})
	if config.Hybrid {
		if err := s.learnCorrection(t); err != nil {
			return nil, nil, err
		}
	}
	if err := s.calibrate(t); err != nil {
		return nil, nil, err
	}
	return t, &s.result, nil
}

// tableSearch is a run of Train.
type tableSearch struct {
	ctx        context.Context
	train      *dataset.Set
	held       *dataset.Set // validation rows
	validation *dataset.Set // those that choose: every second, or all if there are too few to calibrate on the others
	result     Report
	best       *Trial // so far; nil: none
	failed     error  // error of the last fit that failed
}

// newTableSearch takes the rows of split and drops the warm-up.
func newTableSearch(ctx context.Context, set *dataset.Set, split dataset.Split) (*tableSearch, error) {
	if len(split.Train) < 3 || len(split.Validation) < 3 {
		return nil, fmt.Errorf("%s: %d training and %d validation rows: a table needs at least 3 of each", set.Name, len(split.Train), len(split.Validation))
	}
	s := &tableSearch{ctx: ctx, train: set.Subset(split.Train), held: set.Subset(split.Validation)}
	if s.validation = s.held; s.calibrates() {
		s.validation = s.held.Subset(everySecond(s.held.Rows))
	}
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
