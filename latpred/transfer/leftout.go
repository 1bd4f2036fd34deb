package transfer

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// leftOutWeight is the smallest weight of a component that leave-one-out reads.
const leftOutWeight = 1e-3

// leaveOneOut predicts each measured row, and its standard deviation, by the others in closed
// form: with K the kernel of a component with its noise, a row that is left out is off by
// (K⁻¹r)ᵢ/(K⁻¹)ᵢᵢ with variance 1/(K⁻¹)ᵢᵢ. Components are weighted as if the row had not been
// seen.
func (m *Model) leaveOneOut(d *decomposed, t []float64) {
	n := len(t)
	mean, square, total := make([]float64, n), make([]float64, n), make([]float64, n)
	freedom := m.learner.prior.Freedom + float64(n) - 1
	for i := range m.components {
		c := &m.components[i]
		if c.weight < leftOutWeight {
			continue
		}
		s, base := d.spectra[c.width], d.bases[c.width][c.base]
		r := s.project(d.times(slices.Clone(t))).minus(c.expected.slope, base)
		off, variance := s.leftOut(base, r, c)
		for k, root := range d.root {
			v, rowWeight := variance[k]*c.scale, root*root
			density := -.5*math.Log(v) - .5*(freedom+1)*math.Log1p(off[k]*off[k]/v/freedom)
			weight := c.weight * math.Exp(-min(50, max(-50, density)))
			p := t[k] - off[k]/root
			mean[k] += weight * p
			// The noise is that of a new measurement: that of this one is known too well.
			noise := c.noise * c.scale
			square[k] += weight * (p*p + max(0, v-noise)/rowWeight + noise*m.learner.prior.noiseVariance())
			total[k] += weight
		}
	}
	m.leftMs, m.leftSdMs = mean, square
	for k := range mean {
		mean[k] /= total[k]
		sd := math.Sqrt(max(1e-18, square[k]/total[k]-mean[k]*mean[k]))
		m.scores = append(m.scores, math.Abs(t[k]-mean[k])/sd)
		square[k] = m.spreadMs * sd
		mean[k] = m.aboveFloor(m.meanMs + m.spreadMs*mean[k])
	}
	slices.Sort(m.scores)
}

// leftOut gives, for each row that is left out, how far it is from what the others say, and the
// variance of that in units of the component's scale.
func (s *spectrum) leftOut(base, r projected, c *component) (off, variance []float64) {
	inverse, of := s.inverse(c.noise), [2]projected{base, r}
	solved := [2][]float64{make([]float64, s.rows), make([]float64, s.rows)}
	diagonal := make([]float64, s.rows)
	for i := range s.rows {
		row, inside := s.left.RawRowView(i), 0.0
		for k, u := range row {
			inside += u * u
			diagonal[i] += u * u * inverse[k]
		}
		if len(row) < s.rows {
			diagonal[i] += max(0, 1-inside) / c.noise
		}
		for j, v := range of {
			rest := v.vector[i]
			for k, u := range row {
				solved[j][i] += u * v.along[k] * inverse[k]
				rest -= u * v.along[k]
			}
			if len(row) < s.rows {
				solved[j][i] += rest / c.noise
			}
		}
	}
	g := 1/c.expected.slopeVar + floats.Dot(base.vector, solved[0])
	change := floats.Dot(base.vector, solved[1]) / g
	off, variance = make([]float64, s.rows), make([]float64, s.rows)
	for i := range off {
		d := diagonal[i] - solved[0][i]*solved[0][i]/g
		off[i], variance[i] = (solved[1][i]-change*solved[0][i])/d, 1/d
	}
	return off, variance
}

// LeftOut gives for each measurement what the model says of it without it, milliseconds, and the
// standard deviation of that. Both are nil of a model that was read from a file.
func (m *Model) LeftOut() (ms, sdMs []float64) { return m.leftMs, m.leftSdMs }
