package loops

import (
	"math/rand/v2"
	"testing"
)

// A batch of the published network's inputs, of which 37 of 128 are 1.
func BenchmarkTake(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	x := NewMatrix(7000, 128, 0)
	for i := range x.Rows {
		for _, j := range rng.Perm(128)[:37] {
			x.Row(i)[j] = 1
		}
	}
	taken, w, d := x.sparse(), NewMatrix(129, 400, 0), NewMatrix(32, 400, 0)
	rows := make([]int, 32)
	for i := range rows {
		rows[i] = rng.IntN(x.Rows)
	}
	var lines Sparse
	b.Run("rows", func(b *testing.B) {
		for b.Loop() {
			lines.TakeRows(taken, rows, w)
		}
	})
	b.Run("row", func(b *testing.B) {
		for b.Loop() {
			lines.TakeRows(taken.Slice(0, 1), nil, w)
		}
	})
	b.Run("columns", func(b *testing.B) {
		for b.Loop() {
			lines.TakeColumns(taken, rows, 0, 128, d)
		}
	})
	h := NewMatrix(32, 128, 400)
	b.Run("compressed rows", func(b *testing.B) {
		for b.Loop() {
			for i, r := range rows {
				copy(h.Row(i), x.Row(r))
			}
			lines.CompressRows(h, 0, 32, false, w)
		}
	})
	b.Run("compressed columns", func(b *testing.B) {
		for b.Loop() {
			lines.CompressColumns(h, 32, 0, 128, d)
		}
	})
}
