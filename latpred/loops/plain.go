package loops

import "unsafe"

// args are what the loops read. The vector code knows their offsets; strides and
// offsets of entries are bytes.
type args struct {
	dst      *float32
	stride   int // from row to row of dst and slot
	rows     int
	base     *float32
	from, to *int32
	offsets  *int32
	values   *float32
	slot     *float32
	rate     float32
	momentum float32
	decay    float32
	_        float32
	vectors  int      // of a row in dots; rows to fetch for each row in accumulate
	step     int      // from row to row of what is fetched, at slot
	second   *float32 // values of the second rows of pairs

	src       *float32 // what dst is before accumulate, for AVX-512
	srcStride int      // from row to row of it
}

// instructions name the loops for one kind of processor. They are called by name, not by
// value: args that an unknown function takes would be on the heap.
type instructions int

const (
	plain instructions = iota
	avx2
	avx512
)

func (i instructions) String() string { return [...]string{"plain Go", "AVX2", "AVX-512"}[i] }

// best are the loops in use, the fastest of this processor.
var best = available()[0]

// Name says which loops are in use: "AVX-512", "AVX2" or "plain Go".
func Name() string { return best.String() }

// Vectors reports whether they use vector instructions.
func Vectors() bool { return best != plain }

// floats gives n numbers at p, bytes further on. Multiply has checked that they
// are there.
func floats(p *float32, bytes, n int) []float32 {
	return unsafe.Slice((*float32)(unsafe.Add(unsafe.Pointer(p), bytes)), n)
}

// index is &p[i] of an array that begins at p.
func index[T any](p *T, i int) *T {
	return (*T)(unsafe.Add(unsafe.Pointer(p), i*int(unsafe.Sizeof(*p))))
}

func (a *args) accumulate(columns int) {
	for row := range a.rows {
		dst := floats(a.dst, row*a.stride, columns)
		for j := *index(a.from, row); j < *index(a.to, row); j++ {
			axpy(dst, *index(a.values, int(j)), floats(a.base, int(*index(a.offsets, int(j))), columns))
		}
	}
}

func axpy(dst []float32, v float32, x []float32) {
	for c := range dst {
		dst[c] += v * x[c]
	}
}

func (a *args) descend(columns int) {
	var g [wide]float32
	for row := range a.rows {
		clear(g[:columns])
		for j := *index(a.from, row); j < *index(a.to, row); j++ {
			offset := int(*index(a.offsets, int(j)))
			axpy(g[:columns], floats(a.values, offset+4*row, 1)[0], floats(a.base, offset, columns))
		}
		w, v := floats(a.dst, row*a.stride, columns), floats(a.slot, row*a.stride, columns)
		for c := range w {
			v[c] = a.momentum*v[c] + (g[c] + a.decay*w[c])
			w[c] -= a.rate * v[c]
		}
	}
}

func (a *args) dots() {
	columns := a.vectors * Lane
	for row := range a.rows {
		w := floats(a.slot, row*a.stride, columns)
		for j := *index(a.from, row); j < *index(a.to, row); j++ {
			offset := int(*index(a.offsets, int(j)))
			x := floats(a.base, offset, columns)
			var sums [4]float32
			for c := 0; c < columns; c += 4 {
				for q := range sums {
					sums[q] += w[c+q] * x[c+q]
				}
			}
			floats(a.dst, offset+4*row, 1)[0] = sums[0] + sums[1] + (sums[2] + sums[3])
		}
	}
}

// burnt keeps the compiler from leaving out what Burn computes.
var burnt float32

// Burn does n rounds of independent multiply-adds on registers, as fast as the
// processor can, and returns how many operations that were, two for each. It is
// for measuring the processor.
func Burn(n int) (operations int) {
	if lanes := burn(n); lanes > 0 {
		return n * 24 * 2 * lanes
	}
	var a, b, c, d, e, f, g, h float32
	x, y := float32(n), burnt
	for range n {
		a += x * y
		b += x * y
		c += x * y
		d += x * y
		e += x * y
		f += x * y
		g += x * y
		h += x * y
	}
	burnt = a + b + c + d + e + f + g + h
	return n * 8 * 2
}
