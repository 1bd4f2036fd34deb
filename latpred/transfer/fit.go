package transfer

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// Settings of Fit.
const (
	tailPasses  = 5    // rounds of weights for rows with large errors
	leastWeight = 1e-4 // smallest weight of a component that is kept
)

// Fit makes a model of at least 3 measurements, milliseconds, of networks with the given
// features. It errs if one is no latency, or if all are equal.
func (l *Learner) Fit(rows mat.Matrix, ms []float64) (*Model, error) {
	n := len(ms)
	if n < LeastRows {
		return nil, fmt.Errorf("%d measurements, want %d or more", n, LeastRows)
	}
	for i, v := range ms {
		if !(v > 0) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("row %d is %v ms", i+1, v)
		}
	}
	mean, variance := stat.PopMeanVariance(ms, nil)
	m := &Model{learner: l, meanMs: mean, spreadMs: math.Sqrt(variance), leastMs: slices.Min(ms), rows: n}
	if m.spreadMs <= 1e-9*m.meanMs {
		return nil, errors.New("all measurements are equal: nothing tells networks apart")
	}
	s := &solver{model: m, t: make([]float64, n), weight: make([]float64, n)}
	s.f, s.bases = l.kernelRows(rows)
	m.spreadMs /= l.spread(s.bases)
	for i, v := range ms {
		s.t[i], s.weight[i] = (v-m.meanMs)/m.spreadMs, 1
	}
	if err := s.solve(); err != nil {
		return nil, err
	}
	for range tailPasses {
		if l.prior.Tails == 0 {
			break
		}
		s.reweigh()
		if err := s.solve(); err != nil {
			return nil, err
		}
	}
	m.merge()
	return m, nil
}

// LeastRows is the smallest number of measurements.
const LeastRows = 3

// solver is the state of Fit.
type solver struct {
	model    *Model
	f, bases *mat.Dense // of the measured networks
	t        []float64  // standardised measurements
	weight   []float64  // of each row: the inverse of its share of the noise
}

// solve makes the components for the weights. A row of weight w is one of weight 1 if all of
// it is multiplied by √w.
func (s *solver) solve() error {
	f, t := mat.DenseCopyOf(s.f), slices.Clone(s.t)
	roots := make([]float64, len(t))
	for i, w := range s.weight {
		roots[i] = math.Sqrt(w)
		floats.Scale(roots[i], f.RawRowView(i))
	}
	floats.Mul(t, roots)
	spectrum, err := newSpectrum(f)
	if err != nil {
		return err
	}
	m, prior := s.model, &s.model.learner.prior
	m.directions, m.components = spectrum.directions, nil
	best := math.Inf(-1)
	for h, share := range m.learner.share {
		base := mat.Col(nil, h, s.bases)
		floats.Mul(base, roots)
		r := slices.Clone(t)
		floats.AddScaled(r, -prior.Slope, base)
		along, residual := spectrum.project(base), spectrum.project(r)
		for _, noise := range prior.Noise {
			c := spectrum.component(along, residual, noise, prior)
			c.base = h
			c.weight += math.Log(share)
			best = max(best, c.weight)
			m.components = append(m.components, c)
		}
	}
	for i := range m.components {
		m.components[i].weight = math.Exp(m.components[i].weight - best)
	}
	m.normalise()
	m.components = slices.DeleteFunc(m.components, func(c component) bool { return c.weight < leastWeight })
	m.normalise()
	return nil
}

// reweigh gives each row the expected weight of a Student distribution, from the size of its
// error and how uncertain that is.
func (s *solver) reweigh() {
	prior := &s.model.learner.prior
	var noise float64
	for _, c := range s.model.components {
		noise += c.weight * c.noise * c.scale
	}
	for i, t := range s.t {
		mean, variance := s.model.moments(s.f.RawRowView(i), s.bases.RawRowView(i))
		s.weight[i] = prior.rowWeight(t-mean, variance, noise)
	}
}
