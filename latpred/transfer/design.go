package transfer

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Settings of Design.
const (
	designNoise = .3 // ratio of noise to effects, of the prior's middle width
	designSlope = .8 // variance of the base's slope, besides Prior.Base: the base is not known yet
)

// Design chooses n of the networks with the given features to measure, the most informative
// first: that after which the mean posterior variance over all of them is least, given those
// before (a greedy design, I-optimal as it is called). Chosen on HELP's devices: after ten rows
// of OFA's networks errors are a tenth below those by the largest posterior variance
// (D-optimal), and much the same in other spaces. It returns their rows: all, if there are no
// more than n.
func (l *Learner) Design(rows mat.Matrix, n int) []int {
	f, bases := l.kernelRows(rows)
	factor := l.prior.Widths[len(l.prior.Widths)/2]
	widen(f, factor)
	pool, p := f.Dims()
	total := floats.Sum(l.share)
	k := mat.NewDense(pool, p+len(l.share), nil) // the kernel is k·kᵀ
	for i := range pool {
		row := k.RawRowView(i)
		copy(row, f.RawRowView(i))
		for h, s := range l.share {
			row[p+h] = bases.At(i, h) * math.Sqrt(s/total*(l.prior.Base+designSlope))
		}
	}
	left := mat.NewDense(pool, pool, nil) // posterior covariance
	left.Mul(k, k.T())
	var picked []int
	taken := make([]bool, pool)
	for range min(n, pool) {
		best, most := -1, math.Inf(-1)
		for i := range pool {
			if c := left.RawRowView(i); !taken[i] {
				if gain := floats.Dot(c, c) / (c[i] + factor*designNoise); gain > most {
					best, most = i, gain
				}
			}
		}
		column := append([]float64(nil), left.RawRowView(best)...)
		left.RankOne(left, -1/(column[best]+factor*designNoise), mat.NewVecDense(pool, column), mat.NewVecDense(pool, column))
		picked, taken[best] = append(picked, best), true
	}
	return picked
}
