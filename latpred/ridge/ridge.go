package ridge

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Term is a value in a column of a row; columns that no term names are 0. A
// column that is named twice has the sum.
type Term struct {
	Column int
	Value  float64
}

// System holds normal equations, of the columns that occurred so far.
type System struct {
	position []int // 1 + place of each column among those that occur
	occurs   []int // their columns
	gram     []float64
	moment   []float64
	stride   int // room for columns in a row of gram
}

// New makes a system for columns 0 to width-1.
func New(width int) *System { return &System{position: make([]int, width)} }

// Reset forgets all rows; the columns that occurred stay known.
func (s *System) Reset() {
	clear(s.gram)
	clear(s.moment)
}

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

// Add takes in a row with its target and weight, which must not be negative.
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

// Solve minimises the weighted sum of squares plus Σ penalty(c)·(x_c − prior_c)².
// penalty must be positive for columns that rows don't determine; prior may be
// nil, which is 0. Columns that never occurred get their prior.
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

// Dot is a row's value under coefficients x.
func Dot(row []Term, x []float64) float64 {
	var sum float64
	for _, t := range row {
		sum += t.Value * x[t.Column]
	}
	return sum
}

// Huber is the weight min(1, k·spread/|e|) of a residual: 1 near the fit, less
// far from it. A spread of 0 gives 1.
func Huber(e, spread, k float64) float64 {
	if a := math.Abs(e); a > k*spread && spread > 0 {
		return k * spread / a
	}
	return 1
}
