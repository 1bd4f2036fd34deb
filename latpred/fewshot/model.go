package fewshot

import (
	"math"
	"slices"

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
		p, sd := h.base.width(), priors(len(h.base.Sizes))
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
	return m
}

// Read predicts a network: mean and standard deviation of a measurement, ms.
func (m *Model) Read(a space.Arch) (ms, sdMs float64, err error) {
	var row []float64
	var square, total float64
	for _, c := range m.Components {
		p := len(c.Mean)
		row = slices.Grow(row[:0], p)[:p]
		base, err := c.Base.row(row, m.Sources, a)
		if err != nil {
			return 0, 0, err
		}
		e := 0.0
		for i, v := range c.Mean {
			e += v * row[i]
		}
		x := mat.NewVecDense(c.Cov.SymmetricDim(), row[:c.Cov.SymmetricDim()])
		v := mat.Inner(x, c.Cov, x) + c.Noise*c.Noise
		pred := base * max(.02, 1+e)
		ms += c.Weight * pred
		square += c.Weight * (pred*pred + v*base*base)
		total += c.Weight
	}
	ms /= total
	return ms, math.Sqrt(max(0, square/total-ms*ms)), nil
}
