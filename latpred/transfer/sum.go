package transfer

import (
	"math"

	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/floats"
)

// MaxFall bounds, in units of FloorMs, how far a prediction falls off below it, so that it stays
// above 0.
const MaxFall = 500

// sum is the sum of the effects of features, milliseconds. It may be below 0.
func (m *Model) sum(row []float64) float64 {
	return m.meanMs + m.spreadMs*(floats.Dot(m.weights, row)+m.constant)
}

// SumMs is the sum of the effects of the features of a, in milliseconds, of which MeanMs is a
// function: the same, unless it is below FloorMs. It errs if a is not in the space.
func (m *Model) SumMs(a space.Arch) (float64, error) {
	row := make([]float64, m.learner.features.Columns())
	if err := m.learner.features.Row(row, a); err != nil {
		return 0, err
	}
	return m.sum(row), nil
}

// FloorMs is half of the smallest measurement. A sum s below it gives a prediction of
// FloorMs·exp(max(−MaxFall, s/FloorMs − 1)), which is above 0 and keeps the order of networks.
func (m *Model) FloorMs() float64 { return m.leastMs / 2 }

func (m *Model) aboveFloor(ms float64) float64 {
	if floor := m.FloorMs(); ms < floor {
		return floor * math.Exp(max(-MaxFall, ms/floor-1))
	}
	return ms
}
