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

// Model predicts a device as a weighted average of components. It comes from Fit or
// Header.Load, and is safe for concurrent use as long as it is not changed.
type Model struct {
	Sources    []Source // those that components use
	Components []Component
}

// Report is what Fit found besides the model.
type Report struct {
	LeaveOneOut map[string]float64 // mean relative error, a fraction, of the average over all bases ("full") and over power laws only ("power law")
	LooMs       []float64          // leave-one-out prediction of each measurement
	LooSdMs     []float64          // its standard deviation
}

// components makes a component of each of the n best hypotheses of an average. Their
// weights sum up to share, less those below minWeight, which are dropped.
func (f *fitter) components(a *averaged, share float64, n int) (out []Component) {
	if share == 0 {
		return nil
	}
	hs := a.hypotheses[:min(n, len(a.hypotheses))]
	var total float64
	for _, h := range hs {
		total += h.weight()
	}
	for _, h := range hs {
		if w := share * h.weight() / total; w >= minWeight {
			out = append(out, h.component(w))
		}
	}
	return out
}

// component is the posterior of a hypothesis, averaged over its fits.
func (h *hypothesis) component(weight float64) Component {
	p, sd, total := h.base.width(), h.base.priors(), h.weight()
	known := min(p, h.base.columns.coarse) // number of first columns whose covariance is kept
	c := Component{Base: h.base, Weight: weight, Mean: make([]float64, p), Cov: mat.NewSymDense(known, nil)}
	one := make([]float64, p)
	for _, t := range h.fits {
		clear(one)
		h.s.mean(one, t.noise, t.width, 1)
		for i := range one {
			c.Mean[i] += t.weight / total * one[i]
		}
		c.Cov.SymRankOne(c.Cov, t.weight/total, mat.NewVecDense(known, one[:known]))
		h.s.covariance(c.Cov, t.noise, t.width, t.weight/total)
		c.Noise += t.weight / total * t.noise * t.noise
	}
	c.Cov.SymRankOne(c.Cov, -1, mat.NewVecDense(known, c.Mean[:known]))
	for i := range p {
		c.Mean[i] *= sd[i]
		for j := i; j < known; j++ {
			c.Cov.SetSym(i, j, c.Cov.At(i, j)*sd[i]*sd[j])
		}
	}
	c.Noise = math.Sqrt(c.Noise)
	return c
}

// dropUnused removes the sources that no component uses, and renumbers the parts.
func (m *Model) dropUnused() {
	var used []Source
	place := map[int]int{}
	for i := range m.Components {
		parts := slices.Clone(m.Components[i].Base.Parts)
		for p, part := range parts {
			if _, ok := place[part.Source]; !ok {
				place[part.Source] = len(used)
				used = append(used, m.Sources[part.Source])
			}
			parts[p].Source = place[part.Source]
		}
		m.Components[i].Base.Parts = parts
	}
	m.Sources = used
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

// Fine reports whether a component has columns of its own for single resolutions. Read's
// standard deviation does not include the uncertainty of these.
func (m *Model) Fine() bool {
	return slices.ContainsFunc(m.Components, func(c Component) bool { return c.Base.Sizes != nil })
}
