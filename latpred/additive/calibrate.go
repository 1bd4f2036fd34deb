package additive

import (
	"github.com/ofalat/ofalat/latpred/conformal"
	"github.com/ofalat/ofalat/latpred/pass"
)

// calibrate calibrates the interval on the rows that chose nothing, nil if there are none.
// Each is predicted with the host in the state that the rows before it show. Then it sets
// the state for predictions to that of the last validation row.
func (s *tableSearch) calibrate(t *Table) (*conformal.Split, error) {
	if s.calibration.Rows == 0 {
		return nil, nil
	}
	y := s.calibration.LatenciesMs()
	pred, keys := make([]float64, len(y)), make([]float64, len(y))
	if err := t.follow(t.model.Track(), s.calibration, func(i int, r pass.Reading, ms float64) {
		pred[i], keys[i] = ms, r.Margin()
	}); err != nil {
		return nil, err
	}
	states, err := t.model.States(s.calibration.Archs(), y)
	if err != nil {
		return nil, err
	}
	t.model.Queue.HostState = states[len(states)-1]
	return conformal.Calibrate(pred, y, keys, intervalBins)
}
