package transfer

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// spectrum is the singular value decomposition of F, the scaled features of the measured
// networks, in which every ratio of noise and every base is solved at once: with K = F·Fᵀ and
// A = K + ν·I, the kernel of a base b is A + c·b·bᵀ, so that by the matrix determinant lemma
// and the formula of Sherman and Morrison
//
//	log|A + c·b·bᵀ| = log|A| + log(c·g)         g = 1/c + bᵀA⁻¹b
//	rᵀ(A + c·b·bᵀ)⁻¹r = rᵀA⁻¹r − (bᵀA⁻¹r)²/g
type spectrum struct {
	n          int        // rows of F
	left       *mat.Dense // left singular vectors, a column each
	directions *mat.Dense // right singular vectors
	values     []float64  // squares of the singular values
}

// rankTolerance is the part of the largest eigenvalue below which one counts as 0.
const rankTolerance = 1e-12

func newSpectrum(f *mat.Dense) (*spectrum, error) {
	n, p := f.Dims()
	wide := n <= p
	gram := mat.NewSymDense(min(n, p), nil)
	if wide {
		gram.SymOuterK(1, f)
	} else {
		gram.SymOuterK(1, f.T())
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(gram, true) {
		return nil, errors.New("features are not finite")
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	all := eigen.Values(nil) // ascending
	from := 0
	for all[from] < rankTolerance*all[len(all)-1] {
		from++
	}
	s := &spectrum{n: n, values: all[from:]}
	kept := mat.DenseCopyOf(vectors.Slice(0, len(all), from, len(all)))
	var other mat.Dense
	if wide {
		other.Mul(f.T(), kept)
		s.left, s.directions = kept, &other
	} else {
		other.Mul(f, kept)
		s.left, s.directions = &other, kept
	}
	for i, v := range s.values {
		rows, _ := other.Dims()
		column := other.ColView(i).(*mat.VecDense)
		for k := range rows {
			column.SetVec(k, column.AtVec(k)/math.Sqrt(v))
		}
	}
	return s, nil
}

// projected is a vector over the rows: its parts along the left singular vectors, and its
// own squared length. What is left over is orthogonal to F.
type projected struct {
	along  []float64
	vector []float64
}

func (s *spectrum) project(v []float64) projected {
	var along mat.VecDense
	along.MulVec(s.left.T(), mat.NewVecDense(len(v), v))
	return projected{along.RawVector().Data, v}
}

// component solves one base and one ratio of noise. Its weight is the logarithm of the
// evidence, up to a constant that all share.
func (s *spectrum) component(base, r projected, noise float64, prior Prior, n int) component {
	inverse := make([]float64, len(s.values)) // of A's eigenvalues
	logDet := float64(s.n-len(s.values)) * math.Log(noise)
	for i, v := range s.values {
		inverse[i] = 1 / (v + noise)
		logDet += math.Log(v + noise)
	}
	product := func(a, b projected) float64 { // aᵀA⁻¹b
		var inside, sum float64
		for i, v := range a.along {
			inside += v * b.along[i]
			sum += v * b.along[i] * inverse[i]
		}
		if len(s.values) == s.n {
			return sum
		}
		return sum + (floats.Dot(a.vector, b.vector)-inside)/noise
	}
	c := component{noise: noise, mean: make([]float64, len(inverse)), along: make([]float64, len(inverse)), shrink: make([]float64, len(inverse))}
	square, change := product(r, r), 0.0
	if prior.Base > 0 {
		g := 1/prior.Base + product(base, base)
		across := product(base, r)
		change, c.slopeVar = across/g, 1/g
		square -= across * across / g
		logDet += math.Log(prior.Base * g)
	}
	c.slope = prior.Slope + change
	for i, v := range s.values {
		root := math.Sqrt(v)
		c.along[i] = root * inverse[i] * base.along[i]
		c.mean[i] = root * inverse[i] * (r.along[i] - change*base.along[i])
		c.shrink[i] = v * inverse[i]
	}
	freedom := prior.Freedom + float64(n)
	c.scale = (prior.Freedom + square) / freedom
	c.weight = -.5*logDet - .5*freedom*math.Log1p(square/prior.Freedom)
	return c
}
