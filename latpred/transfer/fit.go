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

// LeastRows is the smallest number of measurements.
const LeastRows = 3

// Fit makes a model of at least 3 measurements, milliseconds, of networks with the given
// features. It errs if one is no latency, or if all are equal.
func (l *Learner) Fit(rows mat.Matrix, ms []float64) (*Model, error) {
	d, err := l.decompose(rows)
	if err != nil {
		return nil, err
	}
	return l.fit(d, ms)
}

// fit is Fit with the networks' features decomposed.
func (l *Learner) fit(d *decomposed, ms []float64) (*Model, error) {
	m, err := l.newModel(d, ms)
	if err != nil {
		return nil, err
	}
	return m, m.fit(d, ms)
}

// newModel makes a model without components, in the units of its measurements.
func (l *Learner) newModel(d *decomposed, ms []float64) (*Model, error) {
	n := len(ms)
	if n < LeastRows {
		return nil, fmt.Errorf("%d measurements, want %d or more", n, LeastRows)
	}
	for i, v := range ms {
		if !(v > 0) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("row %d is %v ms", i+1, v)
		}
	}
	mean, spread := stat.PopMeanStdDev(ms, nil)
	if spread <= 1e-9*mean {
		return nil, errors.New("all measurements are equal: nothing tells networks apart")
	}
	return &Model{learner: l, meanMs: mean, spreadMs: spread / l.spread(d.base), leastMs: slices.Min(ms), rows: n}, nil
}

// fit finds the components.
func (m *Model) fit(d *decomposed, ms []float64) error {
	t := m.standardised(ms)
	m.solve(d, t)
	for range tailPasses {
		if m.learner.prior.Tails == 0 {
			break
		}
		var err error
		m.finish(d, t)
		if d, err = d.weighted(m.tailRoots(d, t)); err != nil {
			return err
		}
		m.solve(d, t)
	}
	m.finish(d, t)
	m.merge()
	m.leaveOneOut(d, t)
	return nil
}

// standardised gives measurements in the units of the model.
func (m *Model) standardised(ms []float64) []float64 {
	t := slices.Clone(ms)
	floats.AddConst(-m.meanMs, t)
	floats.Scale(1/m.spreadMs, t)
	return t
}

// each visits the components for standardised measurements t, with the logarithms of their
// weights. They have no vectors yet; see finish.
func (m *Model) each(d *decomposed, t []float64, visit func(c component)) {
	l := m.learner
	hypotheses, bt := m.hypotheses(d.centre), make([]float64, len(l.names))
	for k, s := range d.spectra {
		measured, width := s.project(d.times(slices.Clone(t))), math.Log(l.widthShare(k))
		for i := range d.levels[k] {
			level := &d.levels[k][i]
			tt := s.product(measured, measured, level.inverse, level.noise)
			for h, base := range d.bases[k] {
				bt[h] = s.product(base, measured, level.inverse, level.noise)
			}
			for _, h := range hypotheses {
				c := level.component(h, s.rows, tt, bt[h.base], l.prior.Freedom)
				c.width = k
				c.weight += width
				visit(c)
			}
		}
	}
}

// solve makes the components for standardised measurements t, those whose weight counts.
func (m *Model) solve(d *decomposed, t []float64) {
	m.components = nil
	best := math.Inf(-1)
	m.each(d, t, func(c component) {
		if c.weight < best+math.Log(leastWeight) {
			return
		}
		best = max(best, c.weight)
		m.components = append(m.components, c)
	})
	for i := range m.components {
		m.components[i].weight = math.Exp(m.components[i].weight - best)
	}
	m.normalise()
	m.components = slices.DeleteFunc(m.components, func(c component) bool { return c.weight < leastWeight })
	m.normalise()
}

// evidence is the log density of measurements with normal noise.
func (l *Learner) evidence(d *decomposed, ms []float64) (float64, error) {
	m, err := l.newModel(d, ms)
	if err != nil {
		return 0, err
	}
	best, total := math.Inf(-1), 0.0
	m.each(d, m.standardised(ms), func(c component) {
		if c.weight > best {
			total *= math.Exp(best - c.weight)
			best = c.weight
		}
		total += math.Exp(c.weight - best)
	})
	return best + math.Log(total/float64(len(l.prior.Noise))) - float64(len(ms))*math.Log(m.spreadMs), nil
}

// finish adds what moments needs: directions, and the components' vectors.
func (m *Model) finish(d *decomposed, t []float64) {
	m.root, m.measured, m.centre, m.widths = d.root, t, d.centre, nil
	measured := make([]projected, len(d.spectra))
	for k, s := range d.spectra {
		m.widths = append(m.widths, s.width(m.learner.prior.Widths[k]))
		measured[k] = s.project(d.times(slices.Clone(t)))
	}
	for i := range m.components {
		c := &m.components[i]
		d.spectra[c.width].finish(c, d.bases[c.width][c.base], measured[c.width])
	}
}

// widthShare is the prior probability of a width: the more sources, the likelier is one that is
// like the device.
func (l *Learner) widthShare(k int) float64 {
	p, alike := &l.prior, float64(len(l.sources))*l.prior.Alike
	switch others := float64(len(p.Widths) - 1); {
	case alike == 0 || others == 0:
		return 1 / (others + 1)
	case k == 0:
		return 1 / (1 + alike)
	default:
		return alike / (1 + alike) / others
	}
}

// hypothesis is a base with what is expected of its slope.
type hypothesis struct {
	base            int
	share           float64 // prior probability
	slope, slopeVar float64
}

// hypotheses lists the bases, of which centre has the means over the measured networks; those
// whose relative spread is known also with the slope at which the device takes in proportion as
// long.
func (m *Model) hypotheses(centre []float64) (list []hypothesis) {
	l := m.learner
	p := &l.prior
	for h, share := range l.share {
		rest := 1.0
		if l.relative[h] > 0 && p.Proportional > 0 {
			slope := l.relative[h] / (1 + l.relative[h]*centre[h]) * m.meanMs / m.spreadMs
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

// tailRoots gives each row the root of the expected weight of a Student distribution, from the
// size of its error and how uncertain that is.
func (m *Model) tailRoots(d *decomposed, measured []float64) []float64 {
	prior := &m.learner.prior
	var noise float64
	for _, c := range m.components {
		noise += c.weight * c.noise * c.scale
	}
	root := make([]float64, len(measured))
	for i, t := range measured {
		mean, variance := m.moments(d.f.RawRowView(i), d.base.RawRowView(i))
		root[i] = math.Sqrt(prior.rowWeight(t-mean, variance, noise))
	}
	return root
}
