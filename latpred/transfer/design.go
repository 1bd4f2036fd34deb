package transfer

import (
	"gonum.org/v1/gonum/mat"
)

// Settings of Design.
const (
	designNoise = .3 // ratio of noise to effects
	designSlope = .8 // variance of the base's slope, besides Prior.Base: the base is not known yet
)

// Design chooses n of the networks with the given features to measure, the most informative
// first: that of the largest posterior variance, given those before (a greedy D-optimal design).
func (b *Learner) Design(rows mat.Matrix, n int) []int {
	f, bases := b.kernelRows(rows)
	pool, _ := f.Dims()
	var total float64
	for _, s := range b.share {
		total += s
	}
	weighted := mat.DenseCopyOf(bases)
	for h, s := range b.share {
		for i := range pool {
			weighted.Set(i, h, weighted.At(i, h)*s/total*(b.prior.Base+designSlope))
		}
	}
	var k, of mat.Dense
	k.Mul(f, f.T())
	of.Mul(weighted, bases.T())
	k.Add(&k, &of)
	var picked []int
	taken := make([]bool, pool)
	for range min(n, pool) {
		best := -1
		for i := range pool {
			if !taken[i] && (best < 0 || k.At(i, i) > k.At(best, best)) {
				best = i
			}
		}
		taken[best] = true
		picked = append(picked, best)
		column := mat.NewVecDense(pool, mat.Col(nil, best, &k))
		k.RankOne(&k, -1/(k.At(best, best)+designNoise), column, column)
	}
	return picked
}
