package loops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
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

// close compares with a sum of float64: n roundings of values about 1.
func near(got float32, want float64, n int) bool {
	return math.Abs(float64(got)-want) <= 1e-6*math.Sqrt(float64(n+1))*(1+math.Abs(want))
}

func TestAccumulateIsTheProduct(t *testing.T) {
	with(t, func(t *testing.T) {
		for _, s := range shapes {
			rng := rand.New(rand.NewPCG(1, 2))
			x, w := random(rng, s.rows, s.in, 0, 0.5), random(rng, s.in, s.out, 0, 0)
			dst := random(rng, s.rows, s.out, 0, 0)
			before := append([]float32{}, dst.Data...)
			var l Lists
			l.FillRows(x, 0, s.rows, false, w)
			Accumulate(dst, 0, &l, w)
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
				var all, one Lists
				all.FillRows(x, 0, rows, true, w)
				if want := rows / 2; best == avx512 && (all.pairs != want || all.Len() != rows-want) {
					t.Errorf("%d lists, %d of them pairs, for %d rows that are alike", all.Len(), all.pairs, rows)
				}
				for _, bias := range []bool{true, false} {
					if bias {
						Multiply(together, 0, &all, w, 130)
					} else {
						Accumulate(together, 0, &all, w)
					}
					for i := range rows {
						one.FillRows(x, i, i+1, true, w)
						if bias {
							copy(alone.Row(i), w.Row(130))
						}
						Accumulate(alone, i, &one, w)
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
	var l Lists
	l.FillRows(m, 0, 4, false, NewMatrix(30, 80, 0))
	if l.pairs != 0 || l.Len() != 4 || l.Entries() != 40 {
		t.Errorf("%d lists of %d entries, %d of them pairs, want 4 of 40", l.Len(), l.Entries(), l.pairs)
	}
}

func TestDescendIsSGD(t *testing.T) {
	sgd := SGD{Rate: 0.1, Momentum: 0.9, Decay: 0.01}
	with(t, func(t *testing.T) {
		for _, s := range shapes {
			rng := rand.New(rand.NewPCG(3, 4))
			stride := Padded(max(s.in, s.out))
			x, d := random(rng, s.rows, s.in, stride, 0.5), random(rng, s.rows, s.out, stride, 0)
			w, v := random(rng, s.in, s.out, 0, 0), random(rng, s.in, s.out, 0, 0)
			w0, v0 := append([]float32{}, w.Data...), append([]float32{}, v.Data...)
			half := s.in / 2 / Lane * Lane
			for _, part := range [][2]int{{0, half}, {half, s.in}} { // in two parts, as two workers would
				var l Lists
				l.FillColumns(x, s.rows, part[0], part[1], d)
				Descend(w, v, part[0], &l, x, d, sgd)
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

func TestDotsFollowTheLists(t *testing.T) {
	with(t, func(t *testing.T) {
		for _, s := range shapes {
			rng := rand.New(rand.NewPCG(5, 6))
			stride := Padded(max(s.in, s.out))
			mask := random(rng, s.rows, s.in, stride, 0.5)
			d, w := random(rng, s.rows, s.out, stride, 0), random(rng, s.in, s.out, 0, 0)
			dst := NewMatrix(s.rows, s.in, stride)
			var l Lists
			l.FillColumns(mask, s.rows, 0, s.in, d)
			Dots(dst, 0, &l, w, d)
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
		var lists Lists
		lists.FillRows(x, 0, 8, false, w)
		Accumulate(dst, 0, &lists, w)
		sums[i] = dst.Data
	}
	for i, v := range sums[0] {
		if v != sums[1][i] {
			t.Fatalf("element %d: %v and %v", i, v, sums[1][i])
		}
	}
}

// A list has what is not 0, NaN included: a training that diverges must show it.
func TestListsKeepNaN(t *testing.T) { with(t, testListsKeepNaN) }

func testListsKeepNaN(t *testing.T) {
	m := NewMatrix(1, 5, 0)
	nan := float32(math.NaN())
	copy(m.Row(0), []float32{0, float32(math.Copysign(0, -1)), nan, -1, float32(math.Inf(1))})
	var l Lists
	l.FillRows(m, 0, 1, false, NewMatrix(5, 1, 0))
	if n := l.Entries(); n < 3 || n > 4 { // −0 may be among them
		t.Errorf("%d entries, want NaN, -1 and +Inf", n)
	}
	l.FillRows(m, 0, 1, true, NewMatrix(5, 1, 0))
	if row := m.Row(0); row[2] == row[2] || row[3] != 0 || !math.IsInf(float64(row[4]), 1) {
		t.Errorf("rectified: %v", row)
	}
}

func TestMisuse(t *testing.T) {
	var l Lists
	m := NewMatrix(2, 3, 0)
	l.FillRows(m, 0, 2, false, m)
	for name, f := range map[string]func(){
		"columns differ": func() { Accumulate(NewMatrix(2, 4, 0), 0, &l, m) },
		"rows beyond":    func() { Accumulate(NewMatrix(2, 3, 0), 1, &l, m) },
		"no such bias":   func() { Multiply(NewMatrix(2, 3, 0), 0, &l, m, 2) },
		"stride":         func() { NewMatrix(1, 3, 5) },
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

// units are what a ReLU may give: each column is on in a share of the rows of its
// own, mostly in nearly all or nearly none; about half is 0.
func units(rng *rand.Rand, rows, cols int) Matrix {
	m := NewMatrix(rows, cols, 0)
	for j := range cols {
		share := rng.Float64()
		for range 2 {
			share *= share * (3 - 2*share)
		}
		for i := range rows {
			if rng.Float64() < share {
				m.Row(i)[j] = rng.Float32()
			}
		}
	}
	return m
}

// The three products of a layer of 400 to 400 and a batch of 32, of which half is
// 0, for each kind of loops.
func BenchmarkLayer(b *testing.B) {
	before := best
	defer func() { best = before }()
	rng := rand.New(rand.NewPCG(1, 1))
	x, d := units(rng, 32, 400), random(rng, 32, 400, 0, 0.5)
	w, v := random(rng, 400, 400, 0, 0), NewMatrix(400, 400, 0)
	var rows, columns Lists
	columns.FillColumns(x, 32, 0, 400, d)
	dst := NewMatrix(32, 400, 0)
	for _, kind := range available() {
		best = kind
		rows.FillRows(x, 0, 32, false, w)
		for _, job := range []struct {
			name string
			f    func()
		}{
			{"forward", func() { Accumulate(dst, 0, &rows, w) }},
			{"backward", func() { Dots(dst, 0, &columns, w, d) }},
			{"descend", func() { Descend(w, v, 0, &columns, x, d, SGD{1e-9, 0.9, 1e-4}) }},
			{"lists", func() { rows.FillRows(x, 0, 32, false, w); columns.FillColumns(x, 32, 0, 400, d) }},
		} {
			b.Run(fmt.Sprint(job.name, " ", kind), func(b *testing.B) {
				for b.Loop() {
					job.f()
				}
				b.ReportMetric(2*float64(columns.Entries()*400*b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}
