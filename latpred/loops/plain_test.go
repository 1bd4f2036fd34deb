package loops

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/sparse"
	"pgregory.net/rapid"
)

// drawnShape is a random product, and the numbers that go into it.
type drawnShape struct {
	rows, in, out int
	x             Matrix // rows × in; mostly of units that are on or off for all rows
	w             Matrix // in+1 × out; the last row is a bias
	d             Matrix // rows × out, with x's stride
}

func drawShape(t *rapid.T) drawnShape {
	s := drawnShape{
		rows: rapid.IntRange(1, 70).Draw(t, "rows"), in: rapid.IntRange(1, 150).Draw(t, "in"),
		out: rapid.SampledFrom([]int{1, 15, 16, 17, 79, 80, 81, 95, 96, 170, 385, 400, 401}).Draw(t, "out"),
	}
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	share, common := rapid.Float64Range(0, 1).Draw(t, "zeros"), rapid.Bool().Draw(t, "alike")
	stride := Padded(max(s.in, s.out))
	s.x = random(rng, s.rows, s.in, stride, share)
	for j := range s.in {
		if off := rng.Float64() < share; common && off {
			for i := range s.rows {
				s.x.Row(i)[j] = min(0, s.x.Row(i)[j])
			}
		}
	}
	s.w, s.d = random(rng, s.in+1, s.out, 0, 0), random(rng, s.rows, s.out, stride, 0)
	return s
}

// sparse gives x as rows of package sparse.
func (m Matrix) sparse() sparse.Rows { return sparse.FromDense(m.Cols, m.Values(m.Rows)) }

// clone copies a matrix.
func (m Matrix) clone() Matrix {
	c := NewMatrix(m.Rows, m.Cols, m.Stride)
	copy(c.Data, m.Data)
	return c
}

// each calls f with each kind of instructions of this processor, plain Go first, and
// gives what it returns.
func each(f func() []float32) (names []string, results [][]float32) {
	before := best
	defer func() { best = before }()
	kinds := available()
	slices.Reverse(kinds)
	for _, kind := range kinds {
		best = kind
		names, results = append(names, kind.String()), append(results, f())
	}
	return names, results
}

// mustAgree fails where results are further from the first, of plain Go, than roundings
// of sums of so many terms explain, or two kinds of vector instructions differ at all.
func mustAgree(t *rapid.T, what string, terms int, names []string, results [][]float32, bits bool) {
	for k, got := range results[1:] {
		for i, want := range results[0] {
			if !near(got[i], float64(want), 4*terms) {
				t.Fatalf("%s: element %d is %v with %s, %v with %s", what, i, got[i], names[k+1], want, names[0])
			}
			if bits && k > 0 && got[i] != results[1][i] {
				t.Fatalf("%s: element %d is %v with %s, %v with %s", what, i, got[i], names[k+1], results[1][i], names[1])
			}
		}
	}
}

// The forward pass: on top of a bias and of what was there, with rows alone and in
// pairs, after a ReLU and without.
func TestForwardAgreesWithPlainLoops(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawShape(t)
		relu := rapid.Bool().Draw(t, "relu")
		names, results := each(func() []float32 {
			x, dst := s.x.clone(), NewMatrix(s.rows, s.out, 0)
			var lines Sparse
			lines.CompressRows(x, 0, s.rows, relu, s.w)
			Multiply(dst, 0, &lines, s.w, s.in)
			once := slices.Clone(dst.Data)
			MultiplyAdd(dst, 0, &lines, s.w)
			return slices.Concat(once, dst.Data, x.Data)
		})
		mustAgree(t, "forward", 2*s.in, names, results, true)
	})
}

// The way back: the gradient of inputs where they are not 0, and a step with the
// gradient of weights, with values in place.
func TestBackwardAgreesWithPlainLoops(t *testing.T) {
	sgd := SGD{Rate: 0.1, Momentum: 0.9, Decay: 0.01}
	rapid.Check(t, func(t *rapid.T) {
		s := drawShape(t)
		from := rapid.IntRange(0, (s.in-1)/Lanes).Draw(t, "from") * Lanes
		to := rapid.IntRange(from+1, s.in).Draw(t, "to")
		velocity := s.w.clone()
		var sampled [][]float32
		names, stepped := each(func() []float32 {
			w, v, dst := s.w.clone(), velocity.clone(), NewMatrix(s.rows, s.in, s.x.Stride)
			var columns Sparse
			columns.CompressColumns(s.x, s.rows, from, to, s.d)
			MultiplySampled(dst, from, &columns, w, s.d)
			sampled = append(sampled, dst.Data)
			GradientStep(w, v, from, &columns, s.d, sgd)
			return slices.Concat(w.Data, v.Data)
		})
		mustAgree(t, "gradient of inputs", s.out, names, sampled, false)
		mustAgree(t, "step", s.rows, names, stepped, true)
	})
}

// Rows and columns that are taken from sparse rows, in any order and any of them twice,
// give the bits that those compressed from a dense matrix give.
func TestTakenLinesAreCompressedOnes(t *testing.T) {
	sgd := SGD{Rate: 0.1, Momentum: 0.9, Decay: 0.01}
	rapid.Check(t, func(t *rapid.T) {
		s := drawShape(t)
		picked := rapid.SliceOfN(rapid.IntRange(0, s.rows-1), s.rows, s.rows).Draw(t, "picked")
		from := rapid.IntRange(0, (s.in-1)/Lanes).Draw(t, "from") * Lanes
		to := rapid.IntRange(from+1, s.in).Draw(t, "to")
		x, dense := s.x.sparse(), NewMatrix(s.rows, s.in, s.x.Stride)
		for i, r := range picked {
			copy(dense.Row(i), s.x.Row(r))
		}
		names, compressed := each(func() []float32 {
			dst, w, v := NewMatrix(s.rows, s.out, 0), s.w.clone(), s.w.clone()
			var lines Sparse
			for i := range s.rows { // one by one: pairs may turn −0 into 0
				lines.CompressRows(dense, i, i+1, false, s.w)
				Multiply(dst, i, &lines, s.w, s.in)
			}
			lines.CompressColumns(dense, s.rows, from, to, s.d)
			GradientStep(w, v, from, &lines, s.d, sgd)
			lines.GatherValues()
			GradientStep(w, v, from, &lines, s.d, sgd)
			return slices.Concat(dst.Data, w.Data, v.Data)
		})
		_, taken := each(func() []float32 {
			dst, w, v := NewMatrix(s.rows, s.out, 0), s.w.clone(), s.w.clone()
			var lines Sparse
			lines.TakeRows(x, picked, s.w)
			Multiply(dst, 0, &lines, s.w, s.in)
			lines.TakeColumns(x, picked, from, to, s.d)
			GradientStep(w, v, from, &lines, s.d, sgd)
			GradientStep(w, v, from, &lines, s.d, sgd)
			return slices.Concat(dst.Data, w.Data, v.Data)
		})
		for k, name := range names {
			for i, want := range compressed[k] {
				if got := taken[k][i]; math.Float32bits(got) != math.Float32bits(want) {
					t.Fatalf("%s: element %d is %v taken, %v compressed", name, i, got, want)
				}
			}
		}
		all, some := NewMatrix(s.rows, s.out, 0), NewMatrix(s.rows, s.out, 0)
		var lines Sparse
		lines.TakeRows(x, nil, s.w)
		MultiplyAdd(all, 0, &lines, s.w)
		lines.TakeRows(x.Slice(s.rows/2, s.rows), nil, s.w)
		MultiplyAdd(some, s.rows/2, &lines, s.w)
		if k := s.rows / 2 * all.Stride; !slices.Equal(all.Data[k:], some.Data[k:]) {
			t.Fatal("rows of a slice are multiplied to something else")
		}
	})
}

// What is kept is what is not 0, whatever the instructions, and the bounds of lines and
// blocks say where.
func TestCompressionAgreesWithPlainLoops(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawShape(t)
		names, results := each(func() []float32 {
			var rows, columns Sparse
			for i := range s.rows { // one by one: pairs are of AVX-512 alone
				var row Sparse
				row.CompressRows(s.x.clone(), i, i+1, true, s.w)
				rows.bounds = append(rows.bounds, row.bounds...)
				rows.offsets = append(rows.offsets, row.offsets[:row.NNZ()]...)
				rows.values = append(rows.values, row.values[:row.NNZ()]...)
			}
			columns.CompressColumns(s.x, s.rows, 0, s.in, s.d)
			var all []float32
			for _, list := range [][]int32{rows.bounds, rows.offsets, columns.bounds, columns.offsets[:columns.NNZ()]} {
				for _, v := range list {
					all = append(all, float32(v))
				}
			}
			return append(all, rows.values...)
		})
		for k, got := range results {
			if !slices.Equal(got, results[0]) {
				t.Fatalf("%s and %s keep different entries", names[k], names[0])
			}
		}
	})
}
