package transfer

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// spectrum is the singular value decomposition of F, the scaled features of the measured
// networks, in which every ratio of noise and every base is solved at once. With A = F·Fᵀ + ν·I
// the kernel of a base b is A + c·b·bᵀ; by the matrix determinant lemma and the formula of
// Sherman and Morrison
//
//	log|A + c·b·bᵀ| = log|A| + log(c·g)         g = 1/c + bᵀA⁻¹b
//	rᵀ(A + c·b·bᵀ)⁻¹r = rᵀA⁻¹r − (bᵀA⁻¹r)²/g
type spectrum struct {
	rows       int        // of F
	left       *mat.Dense // left singular vectors, a column each
	directions *mat.Dense // right singular vectors
	values     []float64  // squares of the singular values
}

// rankTolerance is the part of the largest eigenvalue below which one counts as 0.
const rankTolerance = 1e-12

// newSpectrum decomposes f by the eigenvalues of the smaller of f·fᵀ and fᵀ·f.
func newSpectrum(f *mat.Dense) (*spectrum, error) {
	n, p := f.Dims()
	small, other := mat.Matrix(f), f.T()
	if n > p {
		small, other = other, small
	}
	gram := mat.NewSymDense(min(n, p), nil)
	gram.SymOuterK(1, small)
	var eigen mat.EigenSym
	if !eigen.Factorize(gram, true) {
		return nil, errors.New("the features of the networks are not finite")
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	values := eigen.Values(nil) // ascending
	from := 0
	for values[from] < rankTolerance*values[len(values)-1] {
		from++
	}
	s := &spectrum{rows: n, values: values[from:]}
	one := mat.DenseCopyOf(vectors.Slice(0, len(values), from, len(values)))
	two := new(mat.Dense)
	two.Mul(other, one)
	two.Apply(func(_, j int, v float64) float64 { return v / math.Sqrt(s.values[j]) }, two)
	if s.left, s.directions = one, two; n > p {
		s.left, s.directions = two, one
	}
	return s, nil
}

// projected is a vector over the rows with its parts along the left singular vectors. What
// they leave over is orthogonal to F.
type projected struct{ vector, along []float64 }

func (s *spectrum) project(v []float64) projected {
	var along mat.VecDense
	along.MulVec(s.left.T(), mat.NewVecDense(len(v), v))
	return projected{v, along.RawVector().Data}
}

// product is aᵀA⁻¹b for a ratio of noise. inverse has those of A's eigenvalues along the
// singular vectors.
func (s *spectrum) product(a, b projected, inverse []float64, noise float64) float64 {
	var inside, sum float64
	for i, v := range a.along {
		inside += v * b.along[i]
		sum += v * b.along[i] * inverse[i]
	}
	if len(inverse) == s.rows {
		return sum
	}
	return sum + (floats.Dot(a.vector, b.vector)-inside)/noise
}

// minus is p − factor·q.
func (p projected) minus(factor float64, q projected) projected {
	r := projected{slices.Clone(p.vector), slices.Clone(p.along)}
	floats.AddScaled(r.vector, -factor, q.vector)
	floats.AddScaled(r.along, -factor, q.along)
	return r
}

// width gives the directions for rows of F that are not widened.
func (s *spectrum) width(factor float64) width {
	d := mat.DenseCopyOf(s.directions)
	p, n := d.Dims()
	effects := d.Slice(0, p-1, 0, n).(*mat.Dense)
	effects.Scale(math.Sqrt(factor), effects)
	return width{factor, d}
}

// inverse gives the inverse of each eigenvalue with its noise.
func (s *spectrum) inverse(noise float64) []float64 {
	inverse := make([]float64, len(s.values))
	for i, v := range s.values {
		inverse[i] = 1 / (v + noise)
	}
	return inverse
}

// level is a spectrum with a ratio of noise: what solving needs, whatever was measured.
type level struct {
	noise   float64
	inverse []float64 // see inverse
	logDet  float64   // log|A|
	bases   []float64 // bᵀA⁻¹b of each base
}

// level prepares a ratio of noise, for bases.
func (s *spectrum) level(noise float64, bases []projected) level {
	l := level{noise: noise, inverse: s.inverse(noise), logDet: float64(s.rows-len(s.values)) * math.Log(noise)}
	for _, v := range l.inverse {
		l.logDet -= math.Log(v)
	}
	for _, b := range bases {
		l.bases = append(l.bases, s.product(b, b, l.inverse, noise))
	}
	return l
}

// component solves a hypothesis for measurements t of so many rows, of which tt is tᵀA⁻¹t and
// bt is bᵀA⁻¹t; finish adds its vectors. The component's weight is the logarithm of the
// evidence, up to a constant that all share.
func (l *level) component(h hypothesis, rows int, tt, bt, freedom float64) component {
	bb := l.bases[h.base]
	g := 1/h.slopeVar + bb
	change := (bt - h.slope*bb) / g
	square := max(0, tt-2*h.slope*bt+h.slope*h.slope*bb-change*change*g)
	c := component{base: h.base, noise: l.noise, slope: h.slope + change, slopeVar: 1 / g, expected: h}
	all := freedom + float64(rows)
	c.scale = (freedom + square) / all
	c.weight = -.5*(l.logDet+math.Log(h.slopeVar*g)) - .5*all*math.Log1p(square/freedom) + math.Log(h.share)
	return c
}

// finish adds the vectors of a component that is kept.
func (s *spectrum) finish(c *component, base, measured projected) {
	m := len(s.values)
	c.mean, c.along, c.shrink = make([]float64, m), make([]float64, m), make([]float64, m)
	for i, inverse := range s.inverse(c.noise) {
		gain := math.Sqrt(s.values[i]) * inverse
		c.along[i] = gain * base.along[i]
		c.mean[i] = gain * (measured.along[i] - c.slope*base.along[i])
		c.shrink[i] = s.values[i] * inverse
	}
}
