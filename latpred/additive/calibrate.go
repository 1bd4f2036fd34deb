package additive

import (
	"errors"

	"github.com/ofalat/ofalat/latpred/conformal"
	"github.com/ofalat/ofalat/latpred/pass"
)

const (
	intervalBins     = 5 // number of bins of conformal.Calibrate
	leastCalibration = 3 // number of rows that conformal.Calibrate needs
)

// calibrates reports whether there are enough validation rows to keep every second of them
// for the intervals.
func (s *tableSearch) calibrates() bool { return s.held.Rows/2 >= leastCalibration }

// everySecond gives those of n validation rows that choose: 0, 2, …
func everySecond(n int) []int {
	var rows []int
	for i := 0; i < n; i += 2 {
		rows = append(rows, i)
	}
	return rows
}

// calibrate sets the state for predictions to that of the last validation row, and
// calibrates the intervals on the rows that chose nothing, if there are enough.
func (s *tableSearch) calibrate(t *Table) error {
	learnt, err1 := t.model.States(s.train.Archs(), s.train.LatenciesMs())
	held, err2 := t.model.States(s.held.Archs(), s.held.LatenciesMs())
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	t.model.Queue.HostState = held[len(held)-1]
	if !s.calibrates() {
		return nil
	}
	var err error
	if t.interval, err = s.calibrated(t, nil); err != nil || len(t.model.Queue.LaunchMs) < 2 {
		return err
	}
	tracker := t.model.Track()
	tracker.State = learnt[len(learnt)-1]
	t.followed, err = s.calibrated(t, tracker)
	return err
}

// calibrated calibrates an interval of predictions in the states of a tracker that follows
// all validation rows; nil is the state for predictions.
func (s *tableSearch) calibrated(t *Table, tracker *pass.Tracker) (*conformal.Split, error) {
	var pred, want, keys []float64
	err := t.follow(tracker, s.held, func(row int, r pass.Reading, ms float64) {
		if row%2 == 1 {
			pred, want, keys = append(pred, ms), append(want, s.held.Samples[row].LatencyMs), append(keys, r.Margin())
		}
	})
	if err != nil {
		return nil, err
	}
	return conformal.Calibrate(pred, want, keys, intervalBins)
}
