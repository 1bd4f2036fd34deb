package transfer

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Model predicts a device: a mixture of Gaussian processes, each around one base and with one
// ratio of noise, weighted by their evidence. It comes from Learner.Fit or Load and is safe
// for concurrent use.
type Model struct {
	learner    *Learner
	meanMs     float64     // of the measurements
	spreadMs   float64     // standard deviation over the space, as the measurements tell it: the unit of all else
	leastMs    float64     // smallest measurement
	rows       int         // number of measurements
	directions *mat.Dense  // of F: those in which the measurements vary, a column each
	components []component // those whose weight counts
	weights    []float64   // of the features in the mean prediction
	constant   float64     // … and what is added to their sum
}

// component is a base with a ratio of noise.
type component struct {
	base     int       // index in Learner.names
	weight   float64   // posterior probability
	noise    float64   // ratio ν
	slope    float64   // of the base
	slopeVar float64   // variance of the slope, in units of scale
	scale    float64   // v, the factor of all variances
	mean     []float64 // of the process, along the directions
	along    []float64 // of the base, along the directions: what the measurements say of it
	shrink   []float64 // part of the variance along each direction that the measurements take
}

// normalise makes the weights sum to 1.
func (m *Model) normalise() {
	var sum float64
	for _, c := range m.components {
		sum += c.weight
	}
	for i := range m.components {
		m.components[i].weight /= sum
	}
}

// merge adds the means of the components up: they are linear in the features.
func (m *Model) merge() {
	l := m.learner
	_, p := l.scaled.Dims()
	along, base := make([]float64, len(m.components[0].mean)), make([]float64, len(l.names))
	for _, c := range m.components {
		floats.AddScaled(along, c.weight, c.mean)
		base[c.base] += c.weight * c.slope
	}
	var effects, w, of mat.VecDense
	effects.MulVec(m.directions, mat.NewVecDense(len(along), along))
	w.MulVec(l.scaled, effects.SliceVec(0, p))
	of.MulVec(l.bases, mat.NewVecDense(len(base), base))
	w.AddVec(&w, &of)
	m.weights, m.constant = w.RawVector().Data, math.Sqrt(l.prior.Constant)*effects.AtVec(p)
}

// Space is the space whose networks the model predicts.
func (m *Model) Space() *space.Space { return m.learner.features.Space }

// Features gives the features of networks as the model reads them, a row each; see
// Features.Rows.
func (m *Model) Features(archs []space.Arch) (*mat.Dense, error) {
	return m.learner.features.Rows(archs)
}

// Rows is the number of measurements that the model was fitted to.
func (m *Model) Rows() int { return m.rows }

// mean is the mean prediction, milliseconds, for a network with the given features. Below half
// of the smallest measurement it falls off exponentially, so that it stays above 0 and keeps
// the order of networks.
func (m *Model) mean(row []float64) float64 {
	ms := m.meanMs + m.spreadMs*(floats.Dot(m.weights, row)+m.constant)
	if floor := m.leastMs / 2; ms < floor {
		return floor * math.Exp(max(-500, ms/floor-1))
	}
	return ms
}

// Means writes the predictions, milliseconds, for networks with the given features to dst.
func (m *Model) Means(dst []float64, rows *mat.Dense) {
	for i := range dst {
		dst[i] = m.mean(rows.RawRowView(i))
	}
}

// MeanMs predicts the latency of a, in milliseconds. It errs if a is not in the space.
func (m *Model) MeanMs(a space.Arch) (float64, error) {
	row := make([]float64, m.learner.features.Columns())
	if err := m.learner.features.Row(row, a); err != nil {
		return 0, err
	}
	return m.mean(row), nil
}

// moments are the mean and the variance of a measurement of a network with the given row of F
// and of the bases, standardised as the measurements.
func (m *Model) moments(f, bases []float64) (mean, variance float64) {
	var vec mat.VecDense
	vec.MulVec(m.directions.T(), mat.NewVecDense(len(f), f))
	along, length := vec.RawVector().Data, floats.Dot(f, f)
	noise := m.learner.prior.noiseVariance()
	var square float64
	for i := range m.components {
		c := &m.components[i]
		base := bases[c.base]
		mu, of, off := c.slope*base, length, base
		for k, v := range along {
			mu += v * c.mean[k]
			of -= v * v * c.shrink[k]
			off -= v * c.along[k]
		}
		of = (max(0, of) + off*off*c.slopeVar + c.noise*noise) * c.scale
		mean += c.weight * mu
		square += c.weight * (of + mu*mu)
	}
	return mean, max(1e-18, square-mean*mean)
}

// tails is the distribution of errors in units of the standard deviation that moments gives.
// Of HELP's devices that are sources of NASFLAT's tasks, each predicted from random rows and the
// other sources, nine in ten errors are within 1.54, 1.57, 1.60, 1.57 and 1.65 at 3, 5, 10, 20
// and 50 rows (half of them within .48, .51, .52, .53 and .57, 95 % within 2.1, 2.0, 2.1, 2.2
// and 2.3); this distribution says 1.65 (.54, 2.2).
var tails = distuv.StudentsT{Sigma: .7, Nu: 3}

// Bounds writes to low and high the ends, in milliseconds, of intervals that hold a new
// measurement with probability level, above 0 and below 1, for networks with the given
// features. They are symmetric about Means, but not below 0. Promises are kept on average over
// devices and draws of the measurements; levels above .95 hold less than they say.
func (m *Model) Bounds(low, high []float64, rows *mat.Dense, level float64) {
	f, bases := m.learner.kernelRows(rows)
	q := tails.Quantile(.5 + level/2)
	for i := range low {
		ms := m.mean(rows.RawRowView(i))
		_, variance := m.moments(f.RawRowView(i), bases.RawRowView(i))
		w := q * m.spreadMs * math.Sqrt(variance)
		low[i], high[i] = max(0, ms-w), ms+w
	}
}

// SpreadMs is the standard deviation, in milliseconds, of a measurement of a network with the
// given features around its mean prediction; errors have longer tails than a normal
// distribution.
func (m *Model) SpreadMs(row []float64) float64 {
	f, bases := m.learner.kernelRows(mat.NewDense(1, len(row), row))
	_, variance := m.moments(f.RawRowView(0), bases.RawRowView(0))
	return m.spreadMs * math.Sqrt(variance)
}

// Describe says in words what the model stands on: bases with their weights, the largest
// first.
func (m *Model) Describe() (parts []string) {
	weight := make([]float64, len(m.learner.names))
	for _, c := range m.components {
		weight[c.base] += c.weight
	}
	order := make([]int, len(weight))
	for h := range order {
		order[h] = h
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(weight[b], weight[a]) })
	for _, h := range order {
		if weight[h] >= .05 || len(parts) == 0 {
			parts = append(parts, fmt.Sprintf("%.0f %% %s", 100*weight[h], m.learner.names[h]))
		}
	}
	return parts
}
