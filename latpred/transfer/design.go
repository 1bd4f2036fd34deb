package transfer

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Settings of Design.
const (
	designNoise = .3 // ratio of noise to effects
	designSlope = .8 // variance of the base's slope, besides Prior.Base: the base is not known yet
)

// Design chooses n of the networks with the given features to measure, the most informative
// first: that of the largest posterior variance, given those before (a greedy D-optimal
// design, which is a Cholesky decomposition with pivots). It returns their rows: all, if there
// are no more than n.
func (l *Learner) Design(rows mat.Matrix, n int) []int {
	f, bases := l.kernelRows(rows)
	pool, p := f.Dims()
	total := floats.Sum(l.share)
	k := mat.NewDense(pool, p+len(l.share), nil) // the kernel is k·kᵀ
	variance := make([]float64, pool)
	for i := range pool {
		row := k.RawRowView(i)
		copy(row, f.RawRowView(i))
		for h, s := range l.share {
			row[p+h] = bases.At(i, h) * math.Sqrt(s/total*(l.prior.Base+designSlope))
		}
		variance[i] = floats.Dot(row, row)
	}
	var picked []int
	var explained [][]float64 // by a pick: covariances with it, over the root of its variance
	for range min(n, pool) {
		best := floats.MaxIdx(variance)
		column := make([]float64, pool)
		for i := range column {
			column[i] = floats.Dot(k.RawRowView(i), k.RawRowView(best))
			for _, e := range explained {
				column[i] -= e[i] * e[best]
			}
		}
		floats.Scale(1/math.Sqrt(column[best]+designNoise), column)
		for i, v := range column {
			variance[i] -= v * v
		}
		picked, explained = append(picked, best), append(explained, column)
		variance[best] = math.Inf(-1)
	}
	return picked
}
