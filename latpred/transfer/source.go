package transfer

import (
	"errors"
	"fmt"
	"math"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Source is what is known of another device: its latency as a linear function of the
// features, standardised over the networks of the space.
type Source struct {
	Name    string
	Space   *space.Space
	Weights []float64        // of each feature
	Seen    []latpred.Source // the sets that it was made from
}

// sourceNoise are the ratios of the variance of noise to that of the features' effects that
// FitSource chooses among by their evidence.
var sourceNoise = []float64{1e-4, 1e-3, 1e-2, .03, .1, .3, .6, .9, 1.5}

const (
	sourcePasses = 4 // of Huber's weights
	sourceHuber  = 2 // robust standard deviations from which a row counts less
	leastSource  = 8 // rows
)

// FitSource makes a source of measurements, milliseconds, of at least 8 networks with the
// features rows, see Features.Rows. Rows that are far from what the others say count less. It
// errs if all measurements are equal, or one is no latency.
func FitSource(name string, f *Features, rows mat.Matrix, ms []float64) (*Source, error) {
	n, p := rows.Dims()
	if n != len(ms) || p != f.Columns() {
		panic(fmt.Sprintf("transfer: %d × %d features for %d measurements of %d", n, p, len(ms), f.Columns()))
	}
	if n < leastSource {
		return nil, fmt.Errorf("source %s: %d measurements, want %d or more", name, n, leastSource)
	}
	y := make([]float64, n)
	unit := metric.Median(ms)
	for i, v := range ms {
		if y[i] = v / unit; !(v > 0) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("source %s: row %d is %v ms", name, i+1, v)
		}
	}
	w, err := robustRidge(rows, y)
	if err != nil {
		return nil, fmt.Errorf("source %s: %w", name, err)
	}
	return f.source(name, w)
}

// source standardises weights over the space.
func (f *Features) source(name string, w []float64) (*Source, error) {
	var z mat.VecDense
	z.MulVec(f.reference, mat.NewVecDense(len(w), w))
	sd := mat.Norm(&z, 2) / math.Sqrt(references)
	if !(sd > 1e-12) || math.IsInf(sd, 0) {
		return nil, fmt.Errorf("source %s: its latencies don't depend on the network", name)
	}
	floats.Scale(1/sd, w)
	return &Source{Name: name, Space: f.Space, Weights: w}, nil
}

// robustRidge fits y ≈ m + X·w by ridge regression: the penalty by evidence, outliers by
// Huber's weights.
func robustRidge(x mat.Matrix, y []float64) ([]float64, error) {
	n, p := x.Dims()
	weight, w := make([]float64, n), make([]float64, p)
	for i := range weight {
		weight[i] = 1
	}
	for range sourcePasses {
		m := floats.Dot(weight, y) / floats.Sum(weight)
		xw, yw := mat.NewDense(n, p, nil), mat.NewVecDense(n, nil)
		for i := range n {
			root := math.Sqrt(weight[i])
			for c := range p {
				xw.Set(i, c, root*x.At(i, c))
			}
			yw.SetVec(i, root*(y[i]-m))
		}
		if err := evidenceRidge(w, xw, yw); err != nil {
			return nil, err
		}
		residual := make([]float64, n)
		for i := range n {
			residual[i] = y[i] - m - mat.Dot(mat.NewVecDense(p, mat.Row(nil, i, x)), mat.NewVecDense(p, w))
		}
		sd := metric.Spread(residual) + 1e-12
		for i, e := range residual {
			weight[i] = min(1, sourceHuber*sd/max(1e-12, math.Abs(e)))
		}
	}
	return w, nil
}

// evidenceRidge solves (XᵀX + ν/B) w = Xᵀy for the ν of the greatest evidence, with a prior of
// variance 1/Blocks for each squared length of a block.
func evidenceRidge(w []float64, x *mat.Dense, y *mat.VecDense) error {
	n, p := x.Dims()
	gram := mat.NewSymDense(p, nil)
	gram.SymOuterK(1./float64(Blocks), x.T())
	var eigen mat.EigenSym
	if !eigen.Factorize(gram, true) {
		return errors.New("the features have no eigenvalues: they are not finite")
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	values := eigen.Values(nil)
	var xy, b mat.VecDense
	xy.MulVec(x.T(), y)
	xy.ScaleVec(1/math.Sqrt(float64(Blocks)), &xy)
	b.MulVec(vectors.T(), &xy)
	yy, best, chosen := mat.Dot(y, y), math.Inf(-1), 0.0
	for _, nu := range sourceNoise {
		q, evidence := yy, -.5*float64(n-p)*math.Log(nu)
		for i, v := range values {
			v = max(0, v)
			q -= b.AtVec(i) * b.AtVec(i) / (v + nu)
			evidence -= .5 * math.Log(v+nu)
		}
		if evidence -= .5 * float64(n) * math.Log(q/nu/float64(n)); evidence > best {
			best, chosen = evidence, nu
		}
	}
	for i, v := range values {
		b.SetVec(i, b.AtVec(i)/(max(0, v)+chosen))
	}
	out := mat.NewVecDense(p, w)
	out.MulVec(&vectors, &b)
	out.ScaleVec(1/math.Sqrt(float64(Blocks)), out)
	return nil
}
