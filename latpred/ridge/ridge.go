package ridge

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Term is one value of a sparse row. Columns that no term of the row names are 0; the
// values of a column that is named twice add up.
type Term struct {
	Column int
	Value  float64
}

// System holds normal equations, for the columns that occurred so far. One goroutine at a
// time may use it.
type System struct {
	position []int     // of each column: 1 + its index in occurs; 0: it did not occur
	occurs   []int     // columns that occurred, in order of occurrence
	gram     []float64 // XᵀWX over occurs, rows of stride values
	moment   []float64 // XᵀWy over occurs
	stride   int       // length of a row of gram
}

// New returns an empty system with columns 0 to width-1.
func New(width int) *System { return &System{position: make([]int, width)} }

// Reset removes all rows and keeps the memory. Columns that occurred before still count
// as occurring in Solve.
func (s *System) Reset() {
	clear(s.gram)
	clear(s.moment)
}

// place returns the index of a column in occurs, and makes room for a new one.
func (s *System) place(column int) int {
	if p := s.position[column]; p > 0 {
		return p - 1
	}
	s.occurs = append(s.occurs, column)
	n := len(s.occurs)
	s.position[column] = n
	s.moment = append(s.moment, 0)
	if n > s.stride {
		stride := max(64, 2*s.stride)
		gram := make([]float64, stride*stride)
		for r := range n - 1 {
			copy(gram[r*stride:], s.gram[r*s.stride:r*s.stride+n-1])
		}
		s.gram, s.stride = gram, stride
	}
	return n - 1
}

// Add adds a row with target y. weight, which must not be negative, multiplies its squared
// error. A column outside of the system panics.
func (s *System) Add(row []Term, y, weight float64) {
	for _, t := range row {
		s.place(t.Column)
	}
	for _, t := range row {
		p, wv := s.position[t.Column]-1, weight*t.Value
		s.moment[p] += wv * y
		line := s.gram[p*s.stride:]
		for _, u := range row {
			line[s.position[u.Column]-1] += wv * u.Value
		}
	}
}

// Solve returns the coefficients x, one for each column, that minimise the weighted sum of
// squared errors plus Σ penalty(c)·(x_c − prior_c)². penalty must not be negative, and must
// be above 0 for columns that the rows don't determine. prior has one value for each
// column; nil means 0. Columns that never occurred get their prior. Solve errs if no
// column occurred, if the normal equations are singular, or if the solution is not finite.
func (s *System) Solve(penalty func(column int) float64, prior []float64) ([]float64, error) {
	x := make([]float64, len(s.position))
	copy(x, prior)
	n := len(s.occurs)
	if n == 0 {
		return nil, fmt.Errorf("ridge: no rows")
	}
	gram, moment := mat.NewSymDense(n, nil), mat.NewVecDense(n, slices.Clone(s.moment))
	for p, c := range s.occurs {
		for q := p; q < n; q++ {
			gram.SetSym(p, q, s.gram[p*s.stride+q])
		}
		λ := penalty(c)
		gram.SetSym(p, p, gram.At(p, p)+λ)
		if prior != nil {
			moment.SetVec(p, moment.AtVec(p)+λ*prior[c])
		}
	}
	var cholesky mat.Cholesky
	if !cholesky.Factorize(gram) {
		return nil, fmt.Errorf("ridge: the normal equations of %d columns are singular: a column needs a penalty", n)
	}
	var solution mat.VecDense
	if err := cholesky.SolveVecTo(&solution, moment); err != nil {
		if _, poor := err.(mat.Condition); !poor {
			return nil, err
		}
	}
	for p, c := range s.occurs {
		if x[c] = solution.AtVec(p); math.IsNaN(x[c]) || math.IsInf(x[c], 0) {
			return nil, fmt.Errorf("ridge: the solution is not finite")
		}
	}
	return x, nil
}

// Dot returns the inner product of a row and coefficients x.
func Dot(row []Term, x []float64) float64 {
	var sum float64
	for _, t := range row {
		sum += t.Value * x[t.Column]
	}
	return sum
}

// Huber returns the weight min(1, k·spread/|e|) of a residual e in iteratively reweighted
// least squares, where spread is the standard deviation of the residuals, in the unit of
// e, and k the threshold in standard deviations. It is 1 if spread is 0.
func Huber(e, spread, k float64) float64 {
	if a := math.Abs(e); a > k*spread && spread > 0 {
		return k * spread / a
	}
	return 1
}
