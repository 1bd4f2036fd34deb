package fewshot

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// Source is what is known of another device: how long a network takes there, and how that
// time is divided among its segments.
type Source struct {
	Name  string
	Model *pass.Model // segment times
	// Total, if not nil, predicts the time of a pass; Model's times are then scaled to
	// that sum. If nil, a pass takes the sum of Model's times.
	Total latpred.Predictor
	// Seen lists the sets that Model and Total were made from; it is not needed for
	// fitting.
	Seen []latpred.Source
}

// segmentsMs gives the segments of a and their times, milliseconds. It errs if the source
// does not cover a.
func (s *Source) segmentsMs(a space.Arch) ([]pass.Segment, []float64, error) {
	ms, segs, err := s.Model.SegmentsMs(make([]float64, 0, space.MaxSlots+2), make([]pass.Segment, 0, space.MaxSlots+2), a)
	if err != nil {
		return nil, nil, fmt.Errorf("source %s: %w", s.Name, err)
	}
	if s.Total == nil {
		return segs, ms, nil
	}
	var one [1]float64
	if err := latpred.PassMs(s.Total, one[:], []space.Arch{a}); err != nil {
		return nil, nil, fmt.Errorf("source %s: %w", s.Name, err)
	}
	own := one[0]
	total := sum(ms)
	if !(total > 0) || !(own > 0) {
		return nil, nil, fmt.Errorf("source %s gives %v ms for %s, its table %v", s.Name, own, a, total)
	}
	for i := range ms {
		ms[i] *= own / total
	}
	return segs, ms, nil
}
