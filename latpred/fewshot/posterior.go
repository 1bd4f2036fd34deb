package fewshot

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Grid that is averaged over: noises are standard deviations of a measurement, as a
// fraction of it; widths are common factors of the prior standard deviations.
var (
	noises = []float64{.0005, .0015, .005, .01, .02, .04, .08, .15}
	widths = []float64{.25, .5, 1, 2, 4}
)

// Priors of noise and width: log-normal around usualNoise and 1.
const (
	usualNoise  = .01
	noiseSpread = .9 // standard deviation of the logarithm of the noise
	widthSpread = .5 // … of the width
)

// logPrior is the log prior of a noise and a width, up to a constant.
func logPrior(noise, width float64) float64 {
	a, b := math.Log(noise/usualNoise)/noiseSpread, math.Log(width)/widthSpread
	return -.5 * (a*a + b*b)
}

// spectrum is a linear model with Gaussian priors, factorised so that every noise and width
// is cheap: Z Zᵀ = U diag(λ) Uᵀ, and the covariance of the rows is
// K = width² Z Zᵀ + noise² I.
type spectrum struct {
	z      *mat.Dense // Z: rows × columns, multiplied by row weights and prior standard deviations
	r      []float64  // relative errors of the base, multiplied by row weights
	weight []float64  // square roots of the rows' weights
	lambda []float64  // λ, ascending, at least 0
	u      *mat.Dense // U: rows × len(lambda)
	ur     []float64  // Uᵀ r
	outer  float64    // squared length of the part of r orthogonal to U
	scale  float64    // Σ log weight: log of the determinant that weighting multiplies the rows by
}

// newSpectrum factorises Z Zᵀ, or ZᵀZ if that is smaller.
func newSpectrum(z *mat.Dense, r, weight []float64) *spectrum {
	n, p := z.Dims()
	s := &spectrum{z: z, r: r, weight: weight}
	if n <= p {
		var k mat.SymDense
		k.SymOuterK(1, z)
		var eigen mat.EigenSym
		eigen.Factorize(&k, true)
		s.lambda = eigen.Values(nil)
		s.u = &mat.Dense{}
		eigen.VectorsTo(s.u)
	} else {
		var k mat.SymDense
		k.SymOuterK(1, z.T())
		var eigen mat.EigenSym
		eigen.Factorize(&k, true)
		s.lambda = eigen.Values(nil)
		var v mat.Dense
		eigen.VectorsTo(&v)
		s.u = mat.NewDense(n, p, nil)
		s.u.Mul(z, &v)
		for c, l := range s.lambda { // U = Z V λ^(−1/2)
			scale := 0.0
			if l > 1e-12*s.lambda[p-1] {
				scale = 1 / math.Sqrt(l)
			}
			for i := range n {
				s.u.Set(i, c, scale*s.u.At(i, c))
			}
		}
	}
	s.ur = make([]float64, len(s.lambda))
	mat.NewVecDense(len(s.ur), s.ur).MulVec(s.u.T(), mat.NewVecDense(n, r))
	for _, v := range r {
		s.outer += v * v
	}
	for _, v := range s.ur {
		s.outer -= v * v
	}
	for _, w := range weight {
		s.scale += math.Log(w)
	}
	s.outer = max(0, s.outer)
	for c := range s.lambda {
		s.lambda[c] = max(0, s.lambda[c])
	}
	return s
}

// evidence is the log marginal likelihood of the rows' errors under a noise and a width, up
// to a constant. A row of weight w has a variance of noise²/w beside that of its columns.
// The errors before weighting are r/√w, so their density is that of r times Π √w.
func (s *spectrum) evidence(noise, width float64) float64 {
	v, w := noise*noise, width*width
	sum := s.scale - .5*s.outer/v
	for c, l := range s.lambda {
		d := w*l + v
		sum -= .5 * (math.Log(d) + s.ur[c]*s.ur[c]/d)
	}
	return sum - .5*float64(len(s.r)-len(s.lambda))*math.Log(v)
}

// inverse gives K⁻¹r, and the diagonal of K⁻¹, under a noise and a width.
func (s *spectrum) inverse(noise, width float64) (kr, diagonal []float64) {
	n := len(s.r)
	v, w := noise*noise, width*width
	kr, diagonal = make([]float64, n), make([]float64, n)
	for i := range n {
		kr[i], diagonal[i] = s.r[i]/v, 1/v
		for c, l := range s.lambda {
			u := s.u.At(i, c)
			d := 1/(w*l+v) - 1/v
			kr[i] += u * d * s.ur[c]
			diagonal[i] += u * u * d
		}
	}
	return kr, diagonal
}

// mean adds weight times the posterior mean of the coefficients, in units of their prior
// standard deviations, to dst.
func (s *spectrum) mean(dst []float64, noise, width, weight float64) {
	kr, _ := s.inverse(noise, width)
	n, p := s.z.Dims()
	for i := range n {
		k := weight * width * width * kr[i]
		row := s.z.RawRowView(i)
		for c := range p {
			dst[c] += k * row[c]
		}
	}
}

// covariance adds weight times the posterior covariance of the first coefficients, in units
// of their prior standard deviations, to dst: w (I − w Zᵀ K⁻¹ Z) with w = width². dst's
// size says how many.
func (s *spectrum) covariance(dst *mat.SymDense, noise, width, weight float64) {
	p := dst.SymmetricDim()
	v, w := noise*noise, width*width
	for c := range p {
		dst.SetSym(c, c, dst.At(c, c)+weight*w)
	}
	// Zᵀ K⁻¹ Z = Zᵀ U diag(1/(wλ+v)) Uᵀ Z, as all columns of Z lie in U.
	var zu mat.Dense
	rows, _ := s.z.Dims()
	zu.Mul(s.z.Slice(0, rows, 0, p).T(), s.u)
	line := make([]float64, p)
	for c, l := range s.lambda {
		if l <= 0 {
			continue
		}
		for q := range p {
			line[q] = zu.At(q, c)
		}
		dst.SymRankOne(dst, -weight*w*w/(w*l+v), mat.NewVecDense(p, line))
	}
}
