package fewshot

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/mat"
)

// Component is a base with the posterior of its relative error: a coefficient for each
// column of the linear model.
type Component struct {
	Base   Base
	Weight float64       // posterior weight; those of a model sum up to about 1, and are normalised in use
	Mean   []float64     // posterior mean of each coefficient
	Cov    *mat.SymDense // posterior covariance of the first coefficients: all but those of single resolutions
	Noise  float64       // standard deviation of a measurement, as a fraction of the base's label
}

// Model predicts a device as a weighted average of components. It comes from Header.Load, and
// is safe for concurrent use as long as it is not changed.
type Model struct {
	Sources    []Source // those that components use
	Components []Component
}

// Validate errs if a component's lengths don't fit its base, it refers to a source that
// does not exist, or there is no component of positive weight.
func (m *Model) Validate() error {
	var total float64
	for i, c := range m.Components {
		total += c.Weight
		if c.Base.columns == nil {
			return fmt.Errorf("fewshot: component %d names no source of %d", i, len(m.Sources))
		}
		if len(c.Mean) != c.Base.width() || c.Cov.SymmetricDim() > len(c.Mean) || len(c.Base.Parts) == 0 || !slices.IsSorted(c.Base.Sizes) || !(c.Base.CentreMs > 0) {
			return fmt.Errorf("fewshot: component %d has %d columns, want %d", i, len(c.Mean), c.Base.width())
		}
		for _, p := range c.Base.Parts {
			if p.Source < 0 || p.Source >= len(m.Sources) {
				return fmt.Errorf("fewshot: component %d names source %d of %d", i, p.Source, len(m.Sources))
			}
		}
		if err := c.Base.Queue.Validate(); err != nil {
			return err
		}
	}
	if !(total > 0) {
		return errors.New("fewshot: no components")
	}
	return nil
}

// smallest is the value of Smallest.
const smallest = .02

// baseline predicts a network by a component's base.
func (m *Model) baseline(c *Component, a space.Arch) (baseline, error) {
	segs, first, err := m.Sources[c.Base.Parts[0].Source].segmentsMs(a)
	if err != nil {
		return baseline{}, err
	}
	return c.Base.baseline(a, segs, func(source int) ([]float64, error) {
		if source == c.Base.Parts[0].Source {
			return first, nil
		}
		_, ms, err := m.Sources[source].segmentsMs(a)
		return ms, err
	})
}

// MeanMs predicts the latency of a network, milliseconds. It is the first result of Read,
// and faster.
func (m *Model) MeanMs(a space.Arch) (float64, error) {
	var ms, total float64
	for i := range m.Components {
		c := &m.Components[i]
		s, err := m.baseline(c, a)
		if err != nil {
			return 0, err
		}
		part, _ := c.Base.correct(&s, c.Mean)
		ms += c.Weight * s.labelMs * part
		total += c.Weight
	}
	return ms / total, nil
}

// Read gives the mean and standard deviation of a measurement of a network, milliseconds.
// It errs if a source does not cover the network.
func (m *Model) Read(a space.Arch) (ms, sdMs float64, err error) {
	var row []float64
	var square, total float64
	for i := range m.Components {
		c := &m.Components[i]
		s, err := m.baseline(c, a)
		if err != nil {
			return 0, 0, err
		}
		part, limited := c.Base.correct(&s, c.Mean)
		pred := s.labelMs * part
		known := c.Cov.SymmetricDim()
		row = slices.Grow(row[:0], len(c.Mean))[:len(c.Mean)]
		c.Base.fill(row, &s, limited)
		x := mat.NewVecDense(known, row[:known])
		v := mat.Inner(x, c.Cov, x) + c.Noise*c.Noise
		ms += c.Weight * pred
		square += c.Weight * (pred*pred + v*s.labelMs*s.labelMs)
		total += c.Weight
	}
	ms /= total
	return ms, math.Sqrt(max(0, square/total-ms*ms)), nil
}

// SegmentsMs gives the segments of a and their times, milliseconds, which sum up to the
// true pass. hostLimited reports whether in any component the host limits the label, so
// that it is below the true pass.
func (m *Model) SegmentsMs(a space.Arch) (segs []pass.Segment, ms []float64, hostLimited bool, err error) {
	var total float64
	for i := range m.Components {
		c := &m.Components[i]
		s, err := m.baseline(c, a)
		if err != nil {
			return nil, nil, false, err
		}
		limited := c.segments(&s)
		hostLimited = hostLimited || limited
		if ms == nil {
			segs, ms = s.segs, make([]float64, len(s.segs))
		}
		for b, v := range s.ms {
			ms[b] += c.Weight * v
		}
		total += c.Weight
	}
	for b := range ms {
		ms[b] /= total
	}
	return segs, ms, hostLimited, nil
}

// segments corrects the times of s in place, and reports whether the host limits its label.
func (c *Component) segments(s *baseline) (limited bool) {
	part, limited := c.Base.correct(s, c.Mean)
	effects := make([]float64, len(s.ms))
	all := c.Base.common(s.labelMs, c.Mean)
	if c.Base.PowerLaw || part == smallest {
		all, limited = part-1, false
	} else {
		c.Base.effects(effects, s.segs, s.arch.Resolution, c.Mean)
	}
	if !limited {
		all *= s.labelMs / sum(s.ms)
	}
	for b := range s.ms {
		s.ms[b] *= 1 + all + effects[b]
	}
	return limited
}

// sum adds up values.
func sum(values []float64) (total float64) {
	for _, v := range values {
		total += v
	}
	return total
}
