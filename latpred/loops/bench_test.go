package loops

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

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
	var rows, columns Sparse
	columns.CompressColumns(x, 32, 0, 400, d)
	dst := NewMatrix(32, 400, 0)
	for _, kind := range available() {
		best = kind
		rows.CompressRows(x, 0, 32, false, w)
		for _, job := range []struct {
			name string
			f    func()
		}{
			{"forward", func() { MultiplyAdd(dst, 0, &rows, w) }},
			{"backward", func() { MultiplySampled(dst, 0, &columns, w, d) }},
			{"step", func() { GradientStep(w, v, 0, &columns, d, SGD{1e-9, 0.9, 1e-4}) }},
			{"compress", func() { rows.CompressRows(x, 0, 32, false, w); columns.CompressColumns(x, 32, 0, 400, d) }},
		} {
			b.Run(fmt.Sprint(job.name, " ", kind), func(b *testing.B) {
				for b.Loop() {
					job.f()
				}
				b.ReportMetric(2*float64(columns.NNZ()*400*b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}
