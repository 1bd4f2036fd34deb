package transfer

import (
	"math"

	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// meanOf is the mean prediction, milliseconds, for a network with the given features. Below
// half of the smallest measurement it falls off exponentially, so that it stays above 0 and
// keeps the order of networks.
func (m *Model) meanOf(row []float64) float64 {
	ms := m.meanMs + m.spreadMs*(floats.Dot(m.weights, row)+m.constant)
	if floor := m.leastMs / 2; ms < floor {
		return floor * math.Exp(ms/floor-1)
	}
	return ms
}

// MeanMs predicts the latency of a, in milliseconds. It errs if a is not in the space.
func (m *Model) MeanMs(a space.Arch) (float64, error) {
	row := make([]float64, m.basis.features.Columns())
	if err := m.basis.features.Row(row, a); err != nil {
		return 0, err
	}
	return m.meanOf(row), nil
}

// spreadOf is the standard deviation, milliseconds, of a measurement of a network with the
// given features around the mean prediction, by the moments of the mixture. The scale of each
// component's Student distribution counts as its standard deviation.
func (m *Model) spreadOf(row []float64) float64 {
	f, bases := m.basis.kernelRows(mat.NewDense(1, len(row), row))
	phi := f.RawRowView(0)
	var along mat.VecDense
	along.MulVec(m.directions.T(), mat.NewVecDense(len(phi), phi))
	length := floats.Dot(phi, phi)
	var mean, square float64
	for _, c := range m.components {
		base := bases.At(0, c.base)
		mu, variance, off := c.slope*base, length, base
		for i, v := range along.RawVector().Data {
			mu += v * c.mean[i]
			variance -= v * v * c.shrink[i]
			off -= v * c.along[i]
		}
		variance = (max(0, variance) + off*off*c.slopeVar + c.noise) * c.scale
		mean += c.weight * mu
		square += c.weight * (variance + mu*mu)
	}
	return m.spreadMs * math.Sqrt(max(1e-18, square-mean*mean))
}

// freedom is the number of degrees of freedom of the Student distribution of errors.
func (m *Model) freedom() float64 { return m.basis.prior.Freedom + float64(m.rows) }
