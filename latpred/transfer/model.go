package transfer

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Model predicts a device: a mixture of Gaussian processes, each around one base and with one
// ratio of noise, weighted by their evidence. It comes from Learner.Fit or Load and is safe
// for concurrent use.
type Model struct {
	learner          *Learner
	meanMs           float64      // of the measurements
	spreadMs         float64      // standard deviation over the space, as the measurements tell it: the unit of all else
	leastMs          float64      // smallest measurement
	rows             int          // number of measurements
	archs            []space.Arch // that were measured; nil: not known
	measured, root   []float64    // the measurements, in these units, and the roots of their weights
	centre           []float64    // mean of each base over the measured networks
	widths           []width      // nil of a model that was read, until moments needs them
	once             sync.Once
	components       []component // those whose weight counts
	scores           []float64   // errors of the measurements, left out one by one, in standard deviations; ascending
	leftMs, leftSdMs []float64   // of each measurement by the others; nil of a model that was read
	weights          []float64   // of the features in the mean prediction
	constant         float64     // … and what is added to their sum
}

// width is one of Prior.Widths.
type width struct {
	factor     float64    // of the variances of effects
	directions *mat.Dense // of F: those in which the measurements vary, a column each; that of the constant is the last row
}

// component is a base with a ratio of noise.
type component struct {
	base     int       // index in Learner.names
	width    int       // index in Model.widths
	weight   float64   // posterior probability
	noise    float64   // ratio ν
	slope    float64   // of the base
	slopeVar float64   // variance of the slope, in units of scale
	scale    float64   // v, the factor of all variances
	mean     []float64 // of the process, along the directions
	along    []float64 // of the base, along the directions: what the measurements say of it
	shrink   []float64 // part of the variance along each direction that the measurements take

	expected hypothesis // what was expected of the slope
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
	base, effects := make([]float64, len(l.names)), mat.NewVecDense(l.effects(), nil)
	for i, w := range m.widths {
		_, n := w.directions.Dims()
		along := make([]float64, n)
		for _, c := range m.components {
			if c.width == i {
				floats.AddScaled(along, c.weight, c.mean)
				base[c.base] += c.weight * c.slope
			}
		}
		var part mat.VecDense
		part.MulVec(w.directions, mat.NewVecDense(n, along))
		effects.AddVec(effects, &part)
	}
	m.weights, m.constant = l.weights(effects.RawVector().Data)
	m.constant -= floats.Dot(base, m.centre)
	var of mat.VecDense
	of.MulVec(l.bases, mat.NewVecDense(len(base), base))
	floats.Add(m.weights, of.RawVector().Data)
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

// mean is the mean prediction, milliseconds, for a network with the given features: the sum of
// their effects, above a floor.
func (m *Model) mean(row []float64) float64 { return m.aboveFloor(m.sum(row)) }

// Means writes the predictions, milliseconds, for networks with the given features to dst.
func (m *Model) Means(dst []float64, rows *mat.Dense) {
	for i := range dst {
		dst[i] = m.mean(rows.RawRowView(i))
	}
}

// MeanMs predicts the latency of a, in milliseconds. It errs if a is not in the space.
func (m *Model) MeanMs(a space.Arch) (float64, error) {
	ms, err := m.SumMs(a)
	return m.aboveFloor(ms), err
}

// restore makes what moments needs of a model that was read.
func (m *Model) restore() {
	if m.widths != nil {
		return
	}
	rows, err := m.learner.features.Rows(m.archs)
	if err != nil {
		panic("transfer: " + err.Error()) // Load has read them
	}
	d, err := m.learner.decompose(rows)
	if err == nil {
		d, err = d.weighted(m.root)
	}
	if err != nil {
		panic("transfer: " + err.Error()) // features are finite
	}
	m.finish(d, m.measured)
}

// moments are the mean and the variance of a measurement of a network with the given row of F
// and of the bases, standardised as the measurements.
func (m *Model) moments(f, bases []float64) (mean, variance float64) {
	m.once.Do(m.restore)
	along := make([]mat.VecDense, len(m.widths))
	for i, w := range m.widths {
		along[i].MulVec(w.directions.T(), mat.NewVecDense(len(f), f))
	}
	constant, noise := f[len(f)-1]*f[len(f)-1], m.learner.prior.noiseVariance()
	length := floats.Dot(f, f) - constant
	var square float64
	for i := range m.components {
		c := &m.components[i]
		base := bases[c.base] - m.centre[c.base]
		mu, of, off := c.slope*base, m.widths[c.width].factor*length+constant, base
		for k, v := range along[c.width].RawVector().Data {
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

// tails is the distribution of errors in units of the standard deviation that moments gives,
// before anything is measured. Chosen on devices that are each predicted from random rows and
// the others: of HELP's that are sources of NASFLAT's tasks nine in ten errors are within 1.54
// to 1.65 standard deviations at 3 to 50 rows, of OFA's within 1.7 to 1.9 at 10 to 100; this
// distribution says 1.74.
var tails = distuv.StudentsT{Sigma: .74, Nu: 3}

// tailRows is the number of measurements that tails counts as.
const tailRows = 20

// factor is half the width of the interval of a level in units of the standard deviation: that
// of tails, in the ratio in which the errors of left-out measurements are larger or smaller.
func (m *Model) factor(level float64) float64 {
	n := float64(len(m.scores))
	at := min(int(math.Ceil((n+1)*level)), len(m.scores))
	q := tails.Quantile(.5 + level/2)
	if at == 0 {
		return q
	}
	ratio := m.scores[at-1] / tails.Quantile(.5+float64(at)/(n+1)/2)
	return q * (tailRows + n*ratio) / (tailRows + n)
}

// Bounds writes to low and high the ends, in milliseconds, of intervals that hold a new
// measurement with probability level, above 0 and below 1, for networks with the given
// features. They are symmetric about Means, but not below 0. Promises are kept on average over
// devices and draws of the measurements; levels above .95 hold less than they say.
func (m *Model) Bounds(low, high []float64, rows *mat.Dense, level float64) {
	f, bases := m.learner.kernelRows(rows)
	q := m.factor(level)
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
