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

// Component is a base with the posterior of its relative error.
type Component struct {
	Base   Base
	Weight float64       // of all components 1
	Mean   []float64     // of the columns
	Cov    *mat.SymDense // of the columns
	Noise  float64       // standard deviation of a measurement, as a part of it
}

// Model predicts a device. It is safe for concurrent use.
type Model struct {
	Sources     []Source
	Components  []Component
	LeaveOneOut map[string]float64 // mean relative error of each way that was tried
	LooMs       []float64          // what the model says of each measurement from the others
	LooSdMs     []float64
}

// model turns the average into components, one for each base.
func (f *fitter) model(a *averaged) *Model {
	m := &Model{Sources: f.sources, LooMs: a.loo, LooSdMs: a.looSd}
	hs := a.hypotheses[:min(maxComponents, len(a.hypotheses))]
	var total float64
	for _, h := range hs {
		total += h.weight()
	}
	for _, h := range hs {
		w := h.weight()
		if w < minWeight {
			continue
		}
		p, sd := h.base.width(), h.base.priors()
		known := min(p, coarse) // columns whose covariance is kept
		c := Component{Base: h.base, Weight: w / total, Mean: make([]float64, p), Cov: mat.NewSymDense(known, nil)}
		one := make([]float64, p)
		for _, t := range h.fits {
			clear(one)
			h.s.mean(one, t.noise, t.width, 1)
			for i := range one {
				c.Mean[i] += t.weight / w * one[i]
			}
			c.Cov.SymRankOne(c.Cov, t.weight/w, mat.NewVecDense(known, one[:known]))
			h.s.covariance(c.Cov, t.noise, t.width, t.weight/w)
			c.Noise += t.weight / w * t.noise * t.noise
		}
		c.Cov.SymRankOne(c.Cov, -1, mat.NewVecDense(known, c.Mean[:known]))
		for i := range p {
			c.Mean[i] *= sd[i]
			for j := i; j < known; j++ {
				c.Cov.SetSym(i, j, c.Cov.At(i, j)*sd[i]*sd[j])
			}
		}
		c.Noise = math.Sqrt(c.Noise)
		m.Components = append(m.Components, c)
	}
	m.dropUnused()
	return m
}

// dropUnused leaves out sources that no component names.
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

// Validate says what is wrong with a model that was read from a file.
func (m *Model) Validate() error {
	var total float64
	for i, c := range m.Components {
		total += c.Weight
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

// smallest is the smallest part of its base that a prediction may be.
const smallest = .02

// at gives a component's guess for a, as base and relative error; row is room.
func (m *Model) at(c *Component, row []float64, a space.Arch) (base, e float64, _ []float64, err error) {
	p := len(c.Mean)
	row = slices.Grow(row[:0], p)[:p]
	if base, err = c.Base.row(row, m.Sources, a); err != nil {
		return 0, 0, row, err
	}
	for i, v := range c.Mean {
		e += v * row[i]
	}
	return base, max(smallest-1, e), row, nil
}

// MeanMs predicts a network, ms: it is the first value of Read, and faster.
func (m *Model) MeanMs(a space.Arch) (float64, error) {
	var room [columnsAtOnce]float64
	row := room[:0]
	var ms, total float64
	for i := range m.Components {
		c := &m.Components[i]
		base, e, r, err := m.at(c, row, a)
		if err != nil {
			return 0, err
		}
		row = r
		ms += c.Weight * base * (1 + e)
		total += c.Weight
	}
	return ms / total, nil
}

// columnsAtOnce is room for models without columns for each resolution.
const columnsAtOnce = coarse

// Read predicts a network: mean and standard deviation of a measurement, ms.
func (m *Model) Read(a space.Arch) (ms, sdMs float64, err error) {
	var row []float64
	var square, total float64
	for i := range m.Components {
		c := &m.Components[i]
		var base, e float64
		if base, e, row, err = m.at(c, row, a); err != nil {
			return 0, 0, err
		}
		known := c.Cov.SymmetricDim()
		x := mat.NewVecDense(known, row[:known])
		v := mat.Inner(x, c.Cov, x) + c.Noise*c.Noise
		pred := base * (1 + e)
		ms += c.Weight * pred
		square += c.Weight * (pred*pred + v*base*base)
		total += c.Weight
	}
	ms /= total
	return ms, math.Sqrt(max(0, square/total-ms*ms)), nil
}

// SegmentsMs takes the true pass of a apart, and says whether in some component
// the clock sees less of it, since the host limits it.
func (m *Model) SegmentsMs(a space.Arch) (segs []pass.Segment, ms []float64, hostLimited bool, err error) {
	var total float64
	for i := range m.Components {
		c := &m.Components[i]
		parts, times, limited, err := m.segments(c, a)
		if err != nil {
			return nil, nil, false, err
		}
		hostLimited = hostLimited || limited
		if ms == nil {
			segs, ms = parts, make([]float64, len(parts))
		}
		for b, v := range times {
			ms[b] += c.Weight * v
		}
		total += c.Weight
	}
	for b := range ms {
		ms[b] /= total
	}
	return segs, ms, hostLimited, nil
}

func (m *Model) segments(c *Component, a space.Arch) (segs []pass.Segment, ms []float64, limited bool, err error) {
	_, e, row, err := m.at(c, nil, a)
	if err != nil {
		return nil, nil, false, err
	}
	segs, times, err := c.Base.times(m.Sources, a)
	if err != nil {
		return nil, nil, false, err
	}
	all := c.Mean[colGlobal] + c.Mean[colPower]*row[colPower] // of every segment alike
	ms = make([]float64, len(segs))
	if c.Base.Plain || e == smallest-1 {
		for b, v := range times {
			ms[b] = v * (1 + e)
		}
		return segs, ms, false, nil
	}
	limited = row[colOffset] != 0
	r, own := size(a.Resolution), c.Base.own(a.Resolution)
	for b, s := range segs {
		clear(row)
		shares(row, s, r, 1, own)
		one := all
		for i, v := range c.Mean {
			one += v * row[i]
		}
		ms[b] = times[b] * (1 + one)
	}
	return segs, ms, limited, nil
}

// Fine reports whether resolutions have columns of their own.
func (m *Model) Fine() bool {
	return slices.ContainsFunc(m.Components, func(c Component) bool { return c.Base.Sizes != nil })
}
