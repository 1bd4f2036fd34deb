package transfer

import (
	"errors"
	"math"

	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/ridge"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// ridgeNoise are the ratios of the variance of noise to that of the features' effects that
// solve chooses among.
var ridgeNoise = []float64{1e-4, 1e-3, 1e-2, .03, .1, .3, .6, .9, 1.5}

const (
	ridgePasses  = 4 // rounds of Huber's weights
	ridgeOutlier = 2 // robust standard deviations from which a row counts less
)

// robustRidge fits y ≈ m + X·w by ridge regression: the penalty by evidence, with Huber's
// weights for outliers.
func robustRidge(x *mat.Dense, y []float64) ([]float64, error) {
	n, _ := x.Dims()
	weight, residual := make([]float64, n), make([]float64, n)
	var w []float64
	for i := range weight {
		weight[i] = 1
	}
	for range ridgePasses {
		mean := floats.Dot(weight, y) / floats.Sum(weight)
		xw, yw := mat.DenseCopyOf(x), make([]float64, n)
		for i := range n {
			root := math.Sqrt(weight[i])
			floats.Scale(root, xw.RawRowView(i))
			yw[i] = root * (y[i] - mean)
		}
		s, err := newRidgeSystem(xw)
		if err != nil {
			return nil, err
		}
		w = s.solve(yw)
		for i := range n {
			residual[i] = y[i] - mean - floats.Dot(x.RawRowView(i), w)
		}
		sd := metric.Spread(residual) + 1e-12
		for i, e := range residual {
			weight[i] = ridge.Huber(e, sd, ridgeOutlier)
		}
	}
	return w, nil
}

// ridgeSystem is the eigen-decomposition of XᵀX/b, for the number of blocks b.
type ridgeSystem struct {
	x       *mat.Dense
	vectors mat.Dense
	values  []float64
}

func newRidgeSystem(x *mat.Dense) (*ridgeSystem, error) {
	_, p := x.Dims()
	gram := mat.NewSymDense(p, nil)
	gram.SymOuterK(1/float64(Blocks), x.T())
	var eigen mat.EigenSym
	if !eigen.Factorize(gram, true) {
		return nil, errors.New("the features of the networks are not finite")
	}
	s := &ridgeSystem{x: x, values: eigen.Values(nil)}
	eigen.VectorsTo(&s.vectors)
	return s, nil
}

// solve returns the w of (XᵀX/b + ν) w·√b = Xᵀy/√b for the ν of the greatest evidence.
func (s *ridgeSystem) solve(y []float64) []float64 {
	n, p := s.x.Dims()
	root := math.Sqrt(float64(Blocks))
	var moment, along mat.VecDense
	moment.MulVec(s.x.T(), mat.NewVecDense(n, y))
	moment.ScaleVec(1/root, &moment)
	along.MulVec(s.vectors.T(), &moment)
	square, best, chosen := floats.Dot(y, y), math.Inf(-1), ridgeNoise[0]
	for _, nu := range ridgeNoise {
		left, evidence := square, -.5*float64(n-p)*math.Log(nu)
		for i, v := range s.values {
			v = max(0, v)
			left -= along.AtVec(i) * along.AtVec(i) / (v + nu)
			evidence -= .5 * math.Log(v+nu)
		}
		evidence -= .5 * float64(n) * math.Log(max(left, 1e-15*square)/nu/float64(n))
		if evidence > best {
			best, chosen = evidence, nu
		}
	}
	for i, v := range s.values {
		along.SetVec(i, along.AtVec(i)/(max(0, v)+chosen))
	}
	w := mat.NewVecDense(p, nil)
	w.MulVec(&s.vectors, &along)
	w.ScaleVec(1/root, w)
	return w.RawVector().Data
}
