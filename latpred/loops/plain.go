package loops

import "unsafe"

// args are the arguments of the loops of products; strides and offsets of entries are in
// bytes. The assembler takes the fields' offsets from go_asm.h.
type args struct {
	dst      *float32
	stride   int // from row to row of dst, velocity and weights
	rows     int // lines to process
	dense    *float32
	from, to *int32 // where the lines' entries begin and end
	offsets  *int32
	values   *float32

	// Of multiplyRows.
	second     *float32 // values of the second rows of pairs; nil: lines of one row
	src        *float32 // initial values of the sums
	srcStride  int      // from row to row of src
	next       *float32 // rows to prefetch meanwhile
	nextRows   int      // of them, for each line
	nextStride int

	// Of gradientStep.
	velocity              *float32
	inPlace               bool // values are read from the source matrix, by the entries' offsets
	rate, momentum, decay float32

	// Of multiplySampled.
	weights *float32
	vectors int // of a row
}

// floats returns the n numbers that begin so many bytes after p. The callers have checked
// that they exist.
func floats(p *float32, bytes, n int) []float32 {
	return unsafe.Slice((*float32)(unsafe.Add(unsafe.Pointer(p), bytes)), n)
}

// index is &p[i] of an array that begins at p.
func index[T any](p *T, i int) *T {
	return (*T)(unsafe.Add(unsafe.Pointer(p), i*int(unsafe.Sizeof(*p))))
}

func (a *args) multiplyRows(columns int) {
	for row := range a.rows {
		dst := floats(a.dst, row*a.stride, columns)
		copy(dst, floats(a.src, row*a.srcStride, columns))
		for j := *index(a.from, row); j < *index(a.to, row); j++ {
			axpy(dst, *index(a.values, int(j)), floats(a.dense, int(*index(a.offsets, int(j))), columns))
		}
	}
}

// axpy adds v·x to dst, which has the length of x. (Inlined into the loops around it, it
// takes half as long again.)
//
//go:noinline
func axpy(dst []float32, v float32, x []float32) {
	x = x[:len(dst)] // one check in place of one an element
	for c := range dst {
		dst[c] += v * x[c]
	}
}

func (a *args) gradientStep(columns int) {
	var g [tile]float32
	for row := range a.rows {
		clear(g[:columns])
		for j := *index(a.from, row); j < *index(a.to, row); j++ {
			offset := int(*index(a.offsets, int(j)))
			value := index(a.values, int(j))
			if a.inPlace {
				value = &floats(a.values, offset+4*row, 1)[0]
			}
			axpy(g[:columns], *value, floats(a.dense, offset, columns))
		}
		w, v := floats(a.dst, row*a.stride, columns), floats(a.velocity, row*a.stride, columns)
		for c := range w {
			v[c] = a.momentum*v[c] + (g[c] + a.decay*w[c])
			w[c] -= a.rate * v[c]
		}
	}
}

func (a *args) multiplySampled() {
	columns := a.vectors * Lanes
	for row := range a.rows {
		w := floats(a.weights, row*a.stride, columns)
		for j := *index(a.from, row); j < *index(a.to, row); j++ {
			offset := int(*index(a.offsets, int(j)))
			x := floats(a.dense, offset, columns)
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
