package fewshot

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distmv"
	"pgregory.net/rapid"
)

func near(t interface {
	Helper()
	Errorf(string, ...any)
}, name string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %.12g, want %.12g", name, got, want)
	}
}

// Two rows, two columns, noise and priors of 1. With Z = [1 1; 0 1] and r = (1, 2):
//
//	K = Z Zᵀ + I = [3 1; 1 2], det K = 5, K⁻¹ = [2 −1; −1 3] / 5, K⁻¹r = (0, 1)
//	mean = Zᵀ K⁻¹ r = (0, 1), covariance = (I + ZᵀZ)⁻¹ = [3 −1; −1 2] / 5
//	log evidence = −½ rᵀK⁻¹r − ½ log det K = −1 − ½ log 5, less a constant
func TestPosteriorByHand(t *testing.T) {
	s := newSpectrum(mat.NewDense(2, 2, []float64{1, 1, 0, 1}), []float64{1, 2}, ones(2))
	near(t, "evidence", s.evidence(1, 1), -1-.5*math.Log(5), 1e-12)
	kr, d := s.inverse(1, 1)
	for i, want := range []float64{0, 1} {
		near(t, "K⁻¹r", kr[i], want, 1e-12)
		near(t, "diagonal of K⁻¹", d[i], []float64{.4, .6}[i], 1e-12)
	}
	mean := make([]float64, 2)
	s.mean(mean, 1, 1, 1)
	near(t, "mean of column 0", mean[0], 0, 1e-12)
	near(t, "mean of column 1", mean[1], 1, 1e-12)
	cov := mat.NewSymDense(2, nil)
	s.covariance(cov, 1, 1, 1)
	for i, want := range []float64{.6, -.2, -.2, .4} {
		near(t, "covariance", cov.At(i/2, i%2), want, 1e-12)
	}
}

// Two rows and a column of ones, noise and prior of 1, errors (2, 1),
// of which the second has weight 1/4, so its variance of noise is 4.
//
//	covariance of the errors = [1+1 1; 1 4+1], determinant 9, inverse [5 −1; −1 2] / 9
//	log evidence = −½ (5·4 − 2·2 + 2·1) / 9 − ½ log 9 = −1 − log 3, less a constant
//	precision of the column = 1 + 1 + 1/4, mean = (2 + 1/4) / (9/4) = 1
func TestEvidenceWithUnequalWeightsByHand(t *testing.T) {
	weight := []float64{1, .5}
	s := newSpectrum(mat.NewDense(2, 1, []float64{1, .5}), []float64{2, .5}, weight)
	near(t, "evidence", s.evidence(1, 1), -1-math.Log(3), 1e-12)
	mean, cov := make([]float64, 1), mat.NewSymDense(1, nil)
	s.mean(mean, 1, 1, 1)
	s.covariance(cov, 1, 1, 1)
	near(t, "mean", mean[0], 1, 1e-12)
	near(t, "variance", cov.At(0, 0), 4./9, 1e-12)
}

// Three rows of one column, by the formula of Sherman and Morrison: z = (1, 2, 2),
// r = (1, 1, 1), K = I + zzᵀ, so det K = 10, K⁻¹r = r − z·5/10 and mean = 5/10.
func TestPosteriorOfMoreRowsThanColumns(t *testing.T) {
	s := newSpectrum(mat.NewDense(3, 1, []float64{1, 2, 2}), []float64{1, 1, 1}, ones(3))
	near(t, "evidence", s.evidence(1, 1), -.25-.5*math.Log(10), 1e-12)
	kr, _ := s.inverse(1, 1)
	for i, want := range []float64{.5, 0, 0} {
		near(t, "K⁻¹r", kr[i], want, 1e-12)
	}
	mean := make([]float64, 1)
	s.mean(mean, 1, 1, 1)
	near(t, "mean", mean[0], .5, 1e-12)
	cov := mat.NewSymDense(1, nil)
	s.covariance(cov, 1, 1, 1)
	near(t, "variance", cov.At(0, 0), .1, 1e-12)
}

// model is rows of a linear model with Gaussian priors, drawn at random.
func model(t *rapid.T) (z *mat.Dense, r []float64, noise, width float64) {
	n, p := rapid.IntRange(1, 8).Draw(t, "rows"), rapid.IntRange(1, 8).Draw(t, "columns")
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	z = mat.NewDense(n, p, nil)
	for i := range n {
		r = append(r, rng.NormFloat64())
		for c := range p {
			z.Set(i, c, rng.NormFloat64())
		}
	}
	return z, r, rapid.SampledFrom([]float64{.1, .5, 2}).Draw(t, "noise"), rapid.SampledFrom([]float64{.5, 1, 3}).Draw(t, "width")
}

// covarianceOf is v I + w Z Zᵀ.
func covarianceOf(z *mat.Dense, noise, width float64) *mat.SymDense {
	n, _ := z.Dims()
	k := mat.NewSymDense(n, nil)
	k.SymOuterK(width*width, z)
	for i := range n {
		k.SetSym(i, i, k.At(i, i)+noise*noise)
	}
	return k
}

// The evidence is the density of a multivariate normal, less its constant.
func TestEvidenceIsADensity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z, r, noise, width := model(t)
		normal, ok := distmv.NewNormal(make([]float64, len(r)), covarianceOf(z, noise, width), nil)
		if !ok {
			t.Skip("singular")
		}
		want := normal.LogProb(r) + .5*float64(len(r))*math.Log(2*math.Pi)
		near(t, "evidence", newSpectrum(z, r, ones(len(r))).evidence(noise, width), want, 1e-6*(1+math.Abs(want)))
	})
}

// Mean and covariance are those of the normal equations: precision I/w + ZᵀZ/v.
func TestPosteriorAgainstNormalEquations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z, r, noise, width := model(t)
		_, p := z.Dims()
		precision := mat.NewSymDense(p, nil)
		precision.SymOuterK(1/(noise*noise), z.T())
		for c := range p {
			precision.SetSym(c, c, precision.At(c, c)+1/(width*width))
		}
		var want mat.Dense
		if err := want.Inverse(precision); err != nil {
			t.Skip("singular")
		}
		var zr, mean mat.VecDense
		zr.MulVec(z.T(), mat.NewVecDense(len(r), r))
		mean.MulVec(&want, &zr)
		s := newSpectrum(z, r, ones(len(r)))
		got, cov := make([]float64, p), mat.NewSymDense(p, nil)
		s.mean(got, noise, width, 1)
		s.covariance(cov, noise, width, 1)
		for c := range p {
			near(t, "mean", got[c], mean.AtVec(c)/(noise*noise), 1e-6*(1+math.Abs(got[c])))
			for q := range p {
				near(t, "covariance", cov.At(c, q), want.At(c, q), 1e-6*(1+width*width))
			}
		}
	})
}

// What is left when a row is left out: error (K⁻¹r)ᵢ / (K⁻¹)ᵢᵢ and variance 1 / (K⁻¹)ᵢᵢ,
// as if the row had never been there.
func TestLeavingOneOutReally(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z, r, noise, width := model(t)
		n, p := z.Dims()
		if n < 2 {
			t.Skip("one row")
		}
		kr, d := newSpectrum(z, r, ones(n)).inverse(noise, width)
		for i := range n {
			rest, left := mat.NewDense(n-1, p, nil), make([]float64, 0, n-1)
			for j := range n {
				if j != i {
					rest.SetRow(len(left), z.RawRowView(j))
					left = append(left, r[j])
				}
			}
			s := newSpectrum(rest, left, ones(n-1))
			mean, cov := make([]float64, p), mat.NewSymDense(p, nil)
			s.mean(mean, noise, width, 1)
			s.covariance(cov, noise, width, 1)
			row := mat.NewVecDense(p, z.RawRowView(i))
			want := r[i] - mat.Dot(row, mat.NewVecDense(p, mean))
			near(t, "error", kr[i]/d[i], want, 1e-6*(1+math.Abs(want)))
			variance := mat.Inner(row, cov, row) + noise*noise
			near(t, "variance", 1/d[i], variance, 1e-6*variance)
		}
	})
}

// What is believed of noise and width beforehand is greatest at the usual ones, and is
// the same for a factor and its inverse.
func TestBelief(t *testing.T) {
	near(t, "usual", logPrior(usualNoise, 1), 0, 1e-12)
	near(t, "one standard deviation of the noise", logPrior(usualNoise*math.Exp(noiseSpread), 1), -.5, 1e-12)
	near(t, "one of the width", logPrior(usualNoise, math.Exp(-widthSpread)), -.5, 1e-12)
	near(t, "twice and half as wide", logPrior(usualNoise, 2), logPrior(usualNoise, .5), 1e-12)
}
