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

// widen multiplies all columns of rows of F but the constant by the root of factor.
func widen(f *mat.Dense, factor float64) {
	n, p := f.Dims()
	root := math.Sqrt(factor)
	for i := range n {
		floats.Scale(root, f.RawRowView(i)[:p-1])
	}
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
	roots, t := make([]float64, len(s.t)), slices.Clone(s.t)
	for i, w := range s.weight {
		roots[i] = math.Sqrt(w)
	}
	floats.Mul(t, roots)
	m := s.model
	m.widths, m.components = nil, nil
	for _, factor := range m.learner.prior.Widths {
		if err := s.solveWidth(factor, roots, t); err != nil {
			return err
		}
	}
	best := math.Inf(-1)
	for _, c := range m.components {
		best = max(best, c.weight)
	}
	var total float64
	for i := range m.components {
		m.components[i].weight = math.Exp(m.components[i].weight - best)
		total += m.components[i].weight
	}
	m.logEvidence = best + math.Log(total/float64(len(m.widths)*len(m.learner.prior.Noise))) - float64(len(t))*math.Log(m.spreadMs)
	m.normalise()
	m.components = slices.DeleteFunc(m.components, func(c component) bool { return c.weight < leastWeight })
	m.normalise()
	return nil
}

// solveWidth adds the components whose effects have variances times factor.
func (s *solver) solveWidth(factor float64, roots, t []float64) error {
	m := s.model
	f := mat.DenseCopyOf(s.f)
	widen(f, factor)
	for i, root := range roots {
		floats.Scale(root, f.RawRowView(i))
	}
	spectrum, err := newSpectrum(f)
	if err != nil {
		return err
	}
	at := len(m.widths)
	p, _ := spectrum.directions.Dims()
	effects := spectrum.directions.Slice(0, p-1, 0, len(spectrum.values)).(*mat.Dense)
	effects.Scale(math.Sqrt(factor), effects)
	m.widths = append(m.widths, width{factor, spectrum.directions})
	for _, h := range s.hypotheses() {
		base := mat.Col(nil, h.base, s.bases)
		floats.Mul(base, roots)
		r := slices.Clone(t)
		floats.AddScaled(r, -h.slope, base)
		along, residual := spectrum.project(base), spectrum.project(r)
		for _, noise := range m.learner.prior.Noise {
			c := spectrum.component(along, residual, h.slope, h.slopeVar, noise, m.learner.prior.Freedom)
			c.base, c.width = h.base, at
			c.weight += math.Log(h.share)
			m.components = append(m.components, c)
		}
	}
	return nil
}

// hypothesis is a base with what is expected of its slope.
type hypothesis struct {
	base            int
	share           float64 // prior probability
	slope, slopeVar float64
}

// hypotheses lists the bases, those whose relative spread is known also with the slope at which
// the device takes in proportion as long.
func (s *solver) hypotheses() (list []hypothesis) {
	l := s.model.learner
	p := &l.prior
	for h, share := range l.share {
		rest := 1.0
		if l.relative[h] > 0 && p.Proportional > 0 {
			slope := l.relative[h] * s.model.meanMs / s.model.spreadMs
			sd := p.ProportionalSd * slope
			list = append(list, hypothesis{h, share * p.Proportional, slope, sd * sd})
			rest -= p.Proportional
		}
		if rest > 0 {
			list = append(list, hypothesis{h, share * rest, p.Slope, p.Base})
		}
	}
	return list
}

// reweigh gives each row the expected weight of a Student distribution, from the size of its
// error and how uncertain that is.
func (s *solver) reweigh() {
	τ := s.model.learner.prior.Tails
	var noise float64
	for _, c := range s.model.components {
		noise += c.weight * c.noise * c.scale
	}
	for i, t := range s.t {
		mean, variance := s.model.moments(s.f.RawRowView(i), s.bases.RawRowView(i))
		square := (t-mean)*(t-mean) + max(0, variance-noise)
		s.weight[i] = (τ + 1) / (τ + square/noise)
	}
}
