package fewshot

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// Source is what is known of another device: how long a network takes, and what of
// it is due to which segment.
type Source struct {
	Name  string
	Model *pass.Model
	// Total says how long a pass takes where that is not the sum of Model's times:
	// these then say only how it is divided. Nil: it is the sum.
	Total latpred.Predictor
}

// segmentsMs gives the segments of a and their times.
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

// PassMs writes how long a pass of each architecture takes, ms, to dst, which has
// their number. It errs where the source does not cover one.
func (s *Source) PassMs(dst []float64, archs []space.Arch) error {
	latpred.MustMatch(dst, archs)
	for i, a := range archs {
		_, ms, err := s.segmentsMs(a)
		if err != nil {
			return err
		}
		dst[i] = sum(ms)
	}
	return nil
}

// withTables adds, to each source whose time is not the sum of its table's, the table
// alone: what is in a source beyond it may be noise.
func withTables(sources []Source) []Source {
	out := append([]Source(nil), sources...)
	for _, s := range sources {
		if s.Total != nil {
			out = append(out, Source{Name: s.Name + ", smoothed", Model: s.Model})
		}
	}
	return out
}
