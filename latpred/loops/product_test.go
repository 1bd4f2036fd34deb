package loops

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ofalat/ofalat/latpred/sparse"
)

// shapes have rows that the wide loops fill, that need both, and that need the
// narrow ones alone.
var shapes = []struct{ rows, in, out int }{{32, 400, 400}, {7, 130, 100}, {1, 3, 1}, {5, 65, 17}, {16, 400, 1}, {40, 48, 400}}

// random fills a matrix; share of its entries are 0.
func random(rng *rand.Rand, rows, cols, stride int, share float64) Matrix {
	m := NewMatrix(rows, cols, stride)
	for i := range rows {
		for j := range m.Row(i) {
			if rng.Float64() >= share {
				m.Row(i)[j] = float32(rng.NormFloat64())
			}
		}
	}
	return m
}

// with runs a test for each kind of loops that this processor has.
func with(t *testing.T, f func(t *testing.T)) {
	before := best
	defer func() { best = before }()
	for _, l := range available() {
		best = l
		t.Run(l.String(), f)
	}
}

// near compares with a sum of float64: n roundings of values about 1.
func near(got float32, want float64, n int) bool {
	return math.Abs(float64(got)-want) <= 1e-6*math.Sqrt(float64(n+1))*(1+math.Abs(want))
}

func TestMultiplyAddIsTheProduct(t *testing.T) {
	with(t, func(t *testing.T) {
		for _, s := range shapes {
			rng := rand.New(rand.NewPCG(1, 2))
			x, w := random(rng, s.rows, s.in, 0, 0.5), random(rng, s.in, s.out, 0, 0)
			dst := random(rng, s.rows, s.out, 0, 0)
			before := append([]float32{}, dst.Data...)
			var lines Sparse
			lines.CompressRows(x, 0, s.rows, false, w)
			MultiplyAdd(dst, 0, &lines, w)
			for i := range s.rows {
				for o := range s.out {
					want := float64(before[i*dst.Stride+o])
					for k, v := range x.Row(i) {
						want += float64(v) * float64(w.Row(k)[o])
					}
					if got := dst.Row(i)[o]; !near(got, want, s.in) {
						t.Fatalf("%+v: element %d, %d is %v, want %v", s, i, o, got, want)
					}
				}
				for _, v := range dst.Data[i*dst.Stride+s.out : (i+1)*dst.Stride] {
					if v != 0 {
						t.Fatalf("%+v: the padding of row %d has %v", s, i, v)
					}
				}
			}
		}
	})
}

// Rows that are alike are multiplied in pairs, one may be left over, and each gets
// the bits that it gets alone, on top of a bias or of what was there.
func TestPairsAreTheirRows(t *testing.T) {
	with(t, func(t *testing.T) {
		for _, rows := range []int{2, 3, 7, 32} {
			for _, out := range []int{400, 100, 1} {
				rng := rand.New(rand.NewPCG(9, uint64(rows)))
				x, w := random(rng, rows, 130, 0, 0), random(rng, 131, out, 0, 0)
				for i := range rows {
					for j := range x.Row(i) {
						if j%2 == 0 || rng.IntN(8) == 0 { // half of the units are off for all
							x.Row(i)[j] = -1
						} else {
							x.Row(i)[j] = rng.Float32()
						}
					}
				}
				together, alone := random(rng, rows, out, 0, 0), NewMatrix(rows, out, 0)
				copy(alone.Data, together.Data)
				var all, one Sparse
				all.CompressRows(x, 0, rows, true, w)
				if want := rows / 2; best == avx512 && (all.pairs != want || all.Len() != rows-want) {
					t.Errorf("%d lines, %d of them pairs, for %d rows that are alike", all.Len(), all.pairs, rows)
				}
				for _, bias := range []bool{true, false} {
					if bias {
						Multiply(together, 0, &all, w, 130)
					} else {
						MultiplyAdd(together, 0, &all, w)
					}
					for i := range rows {
						one.CompressRows(x, i, i+1, true, w)
						if bias {
							copy(alone.Row(i), w.Row(130))
						}
						MultiplyAdd(alone, i, &one, w)
					}
					for i, v := range together.Data {
						if v != alone.Data[i] {
							t.Fatalf("%d rows to %d, bias %t: element %d is %v, alone %v", rows, out, bias, i, v, alone.Data[i])
						}
					}
				}
			}
		}
	})
}

// One-hot inputs are not alike: pairs would multiply twice as much.
func TestRowsThatDifferStayAlone(t *testing.T) {
	m := NewMatrix(4, 30, 0)
	for i := range 4 {
		for j := range 10 {
			m.Row(i)[3*j+(i+j)%3] = 1
		}
	}
	var lines Sparse
	lines.CompressRows(m, 0, 4, false, NewMatrix(30, 80, 0))
	if lines.pairs != 0 || lines.Len() != 4 || lines.NNZ() != 40 {
		t.Errorf("%d lines of %d entries, %d of them pairs, want 4 of 40", lines.Len(), lines.NNZ(), lines.pairs)
	}
}

func TestGradientStepIsSGD(t *testing.T) {
	sgd := SGD{Rate: 0.1, Momentum: 0.9, Decay: 0.01}
	with(t, func(t *testing.T) {
		for _, s := range shapes {
			rng := rand.New(rand.NewPCG(3, 4))
			stride := Padded(max(s.in, s.out))
			x, d := random(rng, s.rows, s.in, stride, 0.5), random(rng, s.rows, s.out, stride, 0)
			w, v := random(rng, s.in, s.out, 0, 0), random(rng, s.in, s.out, 0, 0)
			w0, v0 := append([]float32{}, w.Data...), append([]float32{}, v.Data...)
			half := s.in / 2 / Lanes * Lanes
			for _, part := range [][2]int{{0, half}, {half, s.in}} { // in two parts, as two workers would
				var lines Sparse
				lines.CompressColumns(x, s.rows, part[0], part[1], d)
				GradientStep(w, v, part[0], &lines, d, sgd)
			}
			for k := range s.in {
				for o := range s.out {
					g := 0.0
					for i := range s.rows {
						g += float64(x.Row(i)[k]) * float64(d.Row(i)[o])
					}
					before := float64(w0[k*w.Stride+o])
					step := 0.9*float64(v0[k*w.Stride+o]) + g + 0.01*before
					if got := v.Row(k)[o]; !near(got, step, s.rows) {
						t.Fatalf("%+v: step %d, %d is %v, want %v", s, k, o, got, step)
					}
					if got := w.Row(k)[o]; !near(got, before-0.1*step, s.rows) {
						t.Fatalf("%+v: weight %d, %d is %v, want %v", s, k, o, got, before-0.1*step)
					}
				}
			}
		}
	})
}

func TestMultiplySampledIsTheProduct(t *testing.T) {
	with(t, func(t *testing.T) {
		for _, s := range shapes {
			rng := rand.New(rand.NewPCG(5, 6))
			stride := Padded(max(s.in, s.out))
			mask := random(rng, s.rows, s.in, stride, 0.5)
			d, w := random(rng, s.rows, s.out, stride, 0), random(rng, s.in, s.out, 0, 0)
			dst := NewMatrix(s.rows, s.in, stride)
			var lines Sparse
			lines.CompressColumns(mask, s.rows, 0, s.in, d)
			MultiplySampled(dst, 0, &lines, w, d)
			for i := range s.rows {
				for k, m := range mask.Row(i) {
					want := 0.0
					for o, v := range d.Row(i) {
						if m != 0 {
							want += float64(v) * float64(w.Row(k)[o])
						}
					}
					if got := dst.Row(i)[k]; !near(got, want, s.out) {
						t.Fatalf("%+v: element %d, %d is %v, want %v", s, i, k, got, want)
					}
				}
			}
		}
	})
}

// What one processor computes another does, to the bit, where both have fused
// multiply-adds.
func TestVectorWidthsAgree(t *testing.T) {
	before := best
	defer func() { best = before }()
	kinds := available()
	if len(kinds) < 3 {
		t.Skip("needs a processor with AVX-512 and AVX2")
	}
	var sums [2][]float32
	for i, l := range kinds[:2] {
		best = l
		rng := rand.New(rand.NewPCG(7, 8))
		x, w := random(rng, 8, 200, 0, 0.5), random(rng, 200, 300, 0, 0)
		dst := NewMatrix(8, 300, 0)
		var lines Sparse
		lines.CompressRows(x, 0, 8, false, w)
		MultiplyAdd(dst, 0, &lines, w)
		sums[i] = dst.Data
	}
	for i, v := range sums[0] {
		if v != sums[1][i] {
			t.Fatalf("element %d: %v and %v", i, v, sums[1][i])
		}
	}
}

// What is not 0 is kept, NaN included: a training that diverges must show it.
func TestEntriesKeepNaN(t *testing.T) { with(t, testEntriesKeepNaN) }

func testEntriesKeepNaN(t *testing.T) {
	m := NewMatrix(1, 5, 0)
	nan := float32(math.NaN())
	copy(m.Row(0), []float32{0, float32(math.Copysign(0, -1)), nan, -1, float32(math.Inf(1))})
	var lines Sparse
	lines.CompressRows(m, 0, 1, false, NewMatrix(5, 1, 0))
	if n := lines.NNZ(); n < 3 || n > 4 { // −0 may be among them
		t.Errorf("%d entries, want NaN, -1 and +Inf", n)
	}
	lines.CompressRows(m, 0, 1, true, NewMatrix(5, 1, 0))
	if row := m.Row(0); row[2] == row[2] || row[3] != 0 || !math.IsInf(float64(row[4]), 1) {
		t.Errorf("rectified: %v", row)
	}
}

func TestMisuse(t *testing.T) {
	var lines, columns, other Sparse
	w := NewMatrix(3, 3, 0)
	lines.CompressRows(NewMatrix(2, 3, 0), 0, 2, false, w)
	columns.CompressColumns(NewMatrix(2, 3, 0), 2, 0, 3, NewMatrix(2, 3, 0))
	row := sparse.Rows{Cols: 3, Starts: []int{0, 1}, Columns: []int{3}, Values: []float32{1}}
	for name, f := range map[string]func(){
		"columns differ":        func() { MultiplyAdd(NewMatrix(2, 4, 0), 0, &lines, NewMatrix(3, 3, 0)) },
		"rows beyond":           func() { MultiplyAdd(NewMatrix(2, 3, 0), 1, &lines, w) },
		"no such bias":          func() { Multiply(NewMatrix(2, 3, 0), 0, &lines, w, 3) },
		"another dense matrix":  func() { MultiplyAdd(NewMatrix(2, 3, 0), 0, &lines, NewMatrix(3, 3, 32)) },
		"too few rows to meet":  func() { MultiplyAdd(NewMatrix(2, 3, 0), 0, &lines, NewMatrix(2, 3, 0)) },
		"values not gathered":   func() { MultiplyAdd(NewMatrix(3, 3, 0), 0, &columns, NewMatrix(2, 3, 0)) },
		"no velocities":         func() { GradientStep(w, NewMatrix(2, 3, 0), 0, &columns, NewMatrix(2, 3, 0), SGD{}) },
		"strides of products":   func() { MultiplySampled(NewMatrix(2, 3, 32), 0, &columns, w, NewMatrix(2, 3, 0)) },
		"stride":                func() { NewMatrix(1, 3, 5) },
		"columns inside":        func() { other.CompressColumns(NewMatrix(2, 40, 0), 2, 1, 3, w) },
		"a column of no matrix": func() { other.TakeRows(row, nil, w) },
		"columns beyond":        func() { other.TakeRows(sparse.Rows{Cols: 4}, nil, w) },
		"no such columns":       func() { other.TakeColumns(sparse.Rows{Cols: 4}, nil, 2, 5, w) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}
