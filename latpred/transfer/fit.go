package transfer

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// Model predicts a device: a mixture of Gaussian processes, each around one base and with one
// ratio of noise, weighted by their evidence. It comes from Fit and is safe for concurrent use.
type Model struct {
	basis      *Learner
	meanMs     float64     // of the measurements
	spreadMs   float64     // standard deviation of the measurements: the unit of all else
	leastMs    float64     // smallest measurement
	rows       int         // number of measurements
	weights    []float64   // of the features in the mean prediction
	constant   float64     // … and what is added to their sum
	directions *mat.Dense  // of F: those in which the measurements vary, a column each
	components []component // those whose weight counts
}

// component is a base with a ratio of noise.
type component struct {
	base     int
	weight   float64   // posterior probability
	noise    float64   // ratio
	mean     []float64 // of the process, along the directions
	along    []float64 // of the base, along the directions: what the measurements say of it
	slope    float64   // of the base
	slopeVar float64   // variance of the slope
	shrink   []float64 // factor of the variance along each direction that the measurements take
	scale    float64   // factor of all variances
}

// leastWeight is the smallest weight of a component that is kept.
const leastWeight = 1e-4

// Fit makes a model of measurements, milliseconds, of networks with the given features. It
// errs if the measurements don't differ.
func (b *Learner) Fit(rows mat.Matrix, ms []float64) (*Model, error) {
	n := len(ms)
	m := &Model{basis: b, rows: n, leastMs: slices.Min(ms)}
	var variance float64
	m.meanMs, variance = stat.PopMeanVariance(ms, nil)
	m.spreadMs = math.Sqrt(variance)
	if !(m.spreadMs > 1e-9*m.meanMs) {
		return nil, errors.New("all measurements are equal: nothing tells networks apart")
	}
	t := make([]float64, n)
	for i, v := range ms {
		t[i] = (v - m.meanMs) / m.spreadMs
	}
	f, bases := b.kernelRows(rows)
	s, err := newSpectrum(f)
	if err != nil {
		return nil, err
	}
	m.directions = s.directions
	best := math.Inf(-1)
	for h := range b.names {
		column := mat.Col(nil, h, bases)
		r := slices.Clone(t)
		floats.AddScaled(r, -b.prior.Slope, column)
		base, residual := s.project(column), s.project(r)
		for _, noise := range b.prior.Noise {
			c := s.component(base, residual, noise, b.prior, n)
			c.base, c.weight = h, c.weight+math.Log(b.share[h])
			best = max(best, c.weight)
			m.components = append(m.components, c)
		}
	}
	m.weigh(best)
	m.merge()
	return m, nil
}

// weigh turns logarithms into weights, and leaves out the smallest.
func (m *Model) weigh(best float64) {
	normalise := func() {
		var sum float64
		for _, c := range m.components {
			sum += c.weight
		}
		for i := range m.components {
			m.components[i].weight /= sum
		}
	}
	for i := range m.components {
		m.components[i].weight = math.Exp(m.components[i].weight - best)
	}
	normalise()
	m.components = slices.DeleteFunc(m.components, func(c component) bool { return c.weight < leastWeight })
	normalise()
}

// merge adds the means of the components up: they are linear in the features.
func (m *Model) merge() {
	_, p := m.basis.scaled.Dims()
	along, base := make([]float64, p+1), make([]float64, len(m.basis.names))
	for _, c := range m.components {
		for i, v := range c.mean {
			for k := range along {
				along[k] += c.weight * v * m.directions.At(k, i)
			}
		}
		base[c.base] += c.weight * c.slope
	}
	var w, of mat.VecDense
	w.MulVec(m.basis.scaled, mat.NewVecDense(p, along[:p]))
	of.MulVec(m.basis.bases, mat.NewVecDense(len(base), base))
	w.AddVec(&w, &of)
	m.weights = w.RawVector().Data
	m.constant = math.Sqrt(m.basis.prior.Constant) * along[p]
}
