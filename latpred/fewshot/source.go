package fewshot

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// Source is what is known of another device: how long a network takes, and what of
// it is due to which segment.
type Source struct {
	Name  string
	Model *pass.Model
	// Own says how long a network takes where that is not the sum of Model's times:
	// these then say only how it is divided. Nil: it is the sum.
	Own PassTimer
}

// PassTimer tells how long a pass of a network takes, ms. It is safe for concurrent
// use.
type PassTimer interface {
	PassMs(a space.Arch) (float64, error)
}

// segmentsMs gives the segments of a and their times.
func (s *Source) segmentsMs(a space.Arch) ([]pass.Segment, []float64, error) {
	ms, segs, err := s.Model.SegmentsMs(make([]float64, 0, space.MaxSlots+2), make([]pass.Segment, 0, space.MaxSlots+2), a)
	if err != nil {
		return nil, nil, fmt.Errorf("source %s: %w", s.Name, err)
	}
	if s.Own == nil {
		return segs, ms, nil
	}
	own, err := s.Own.PassMs(a)
	if err != nil {
		return nil, nil, fmt.Errorf("source %s: %w", s.Name, err)
	}
	var sum float64
	for _, v := range ms {
		sum += v
	}
	if !(sum > 0) || !(own > 0) {
		return nil, nil, fmt.Errorf("source %s gives %v ms for %s, its table %v", s.Name, own, a, sum)
	}
	for i := range ms {
		ms[i] *= own / sum
	}
	return segs, ms, nil
}

// PassMs is how long a pass of a takes.
func (s *Source) PassMs(a space.Arch) (float64, error) {
	_, ms, err := s.segmentsMs(a)
	var sum float64
	for _, v := range ms {
		sum += v
	}
	return sum, err
}

// withTables adds, to each source whose time is not the sum of its table's, the table
// alone: what is in a source beyond it may be noise.
func withTables(sources []Source) []Source {
	out := append([]Source(nil), sources...)
	for _, s := range sources {
		if s.Own != nil {
			out = append(out, Source{Name: s.Name + ", smoothed", Model: s.Model})
		}
	}
	return out
}
