package ridge_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ofalat/ofalat/latpred/ridge"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// The solution is that of gonum's dense least squares (QR) of the rows, times the roots
// of their weights, with a row for each column's penalty below them.
func TestAgainstDenseLeastSquares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, p := rapid.IntRange(1, 20).Draw(t, "rows"), rapid.IntRange(1, 9).Draw(t, "columns")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		penalties, prior := make([]float64, p), make([]float64, p)
		for c := range p {
			penalties[c], prior[c] = .01+rng.Float64(), rng.NormFloat64()
		}
		dense, target := mat.NewDense(n+p, p, nil), mat.NewVecDense(n+p, nil)
		s := ridge.New(p)
		for i := range n {
			var row []ridge.Term
			y, weight := rng.NormFloat64(), .1+rng.Float64()
			for range rng.IntN(p + 2) { // columns may come twice: their sum counts
				term := ridge.Term{Column: rng.IntN(p), Value: rng.NormFloat64()}
				row = append(row, term)
				dense.Set(i, term.Column, dense.At(i, term.Column)+math.Sqrt(weight)*term.Value)
			}
			target.SetVec(i, math.Sqrt(weight)*y)
			s.Add(row, y, weight)
		}
		for c := range p {
			dense.Set(n+c, c, math.Sqrt(penalties[c]))
			target.SetVec(n+c, math.Sqrt(penalties[c])*prior[c])
		}
		x, err := s.Solve(func(c int) float64 { return penalties[c] }, prior)
		if err != nil { // no row has a term
			t.Skip(err)
		}
		var want mat.VecDense
		if err := want.SolveVec(dense, target); err != nil {
			t.Fatal(err)
		}
		for c := range x {
			if math.Abs(x[c]-want.AtVec(c)) > 1e-6*(1+math.Abs(x[c])) {
				t.Fatalf("column %d is %v, dense least squares has %v", c, x[c], want.AtVec(c))
			}
		}
	})
}

// The order of rows does not matter, and a row of weight 2 is the row twice.
func TestOrderAndWeights(t *testing.T) {
	rows := [][]ridge.Term{{{Column: 0, Value: 1}}, {{Column: 0, Value: 2}, {Column: 1, Value: 1}}, {{Column: 1, Value: -1}}}
	y := []float64{3, 1, 4}
	solve := func(order []int, weights ...float64) []float64 {
		s := ridge.New(2)
		for k, i := range order {
			s.Add(rows[i], y[i], weights[k])
		}
		x, err := s.Solve(func(int) float64 { return .1 }, nil)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	want := solve([]int{0, 1, 2}, 1, 2, 1)
	for _, got := range [][]float64{solve([]int{2, 1, 0}, 1, 2, 1), solve([]int{0, 1, 2, 1}, 1, 1, 1, 1)} {
		for c := range got {
			if math.Abs(got[c]-want[c]) > 1e-12 {
				t.Errorf("%v, want %v", got, want)
			}
		}
	}
}
