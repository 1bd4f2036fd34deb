package loops

import "fmt"

// tile is the number of columns that the widest loops compute at once, as five sums of a
// vector each.
const tile = 5 * Lanes

// MultiplyAdd adds the product of s, whose lines are rows, and dense to dst: line i to
// row first+i. A pair fills two rows, see Sparse.Len. Lines may also be columns after
// GatherValues. It panics if the shapes do not fit.
func MultiplyAdd(dst Matrix, first int, s *Sparse, dense Matrix) {
	multiply(dst, first, s, dense, -1)
}

// Multiply sets rows of dst, those of MultiplyAdd, to the product of s and dense plus the
// row of dense with index bias, a layer's biases. That row may follow the rows that s
// refers to. It panics if the shapes do not fit.
func Multiply(dst Matrix, first int, s *Sparse, dense Matrix, bias int) {
	dense.mustHave(bias, 1)
	multiply(dst, first, s, dense, bias)
}

// multiply starts the sums with row start of dense or, if start is below 0, with the
// values in dst.
func multiply(dst Matrix, first int, s *Sparse, dense Matrix, start int) {
	mustFit(dst, dense)
	s.mustMatch(dense)
	if s.source.Data != nil {
		panic("loops: the values of columns have not been gathered")
	}
	if s.n == 0 {
		return
	}
	dst.mustHave(first, s.n+s.pairs)
	width := Padded(dst.Cols)
	a := args{stride: 4 * dst.Stride, rows: s.n, offsets: &s.offsets[0], values: &s.values[0], nextStride: 4 * dense.Stride}
	if s.pairs > 0 {
		a.rows, a.second = s.pairs, &s.second[0]
	}
	each := blocksOf(rowBlock, a.rows) // rows of the next block to prefetch for each line
	for from := 0; from < width; {
		columns := columnsOf(width - from)
		a.dense = &dense.Data[from]
		for b := range s.blocks {
			a.dst, a.from, a.to = &dst.Data[first*dst.Stride+from], &s.bounds[b*s.n], &s.bounds[(b+1)*s.n]
			a.src, a.srcStride = a.dst, a.stride
			if b == 0 && start >= 0 {
				a.src, a.srcStride = &dense.Data[start*dense.Stride+from], 0
			}
			// Prefetch the next block while this one is multiplied.
			a.nextRows = 0
			if next := (b + 1) * rowBlock; s.n > 1 && next+each*a.rows <= dense.Rows {
				a.next, a.nextRows = &dense.Data[next*dense.Stride+from], each
			}
			multiplyRows(columns, &a)
			if 0 < s.pairs && s.pairs < s.n {
				last := a.lastRow(s, b, dst.Data[(first+2*s.pairs)*dst.Stride+from:])
				multiplyRows(columns, &last)
			}
		}
		from += columns
	}
}

// lastRow returns the arguments for the single row after the pairs, at dst. The loop over
// the pairs has already advanced a.src to it.
func (a args) lastRow(s *Sparse, block int, dst []float32) args {
	a.dst, a.rows, a.second, a.nextRows = &dst[0], 1, nil, 0
	a.from, a.to = &s.bounds[block*s.n+s.pairs], &s.bounds[(block+1)*s.n+s.pairs]
	return a
}

// columnsOf is the number of columns that the next loop computes when left remain.
func columnsOf(left int) int {
	if left < tile {
		return Lanes
	}
	return tile
}

func mustFit(a, b Matrix) {
	if a.Cols != b.Cols {
		panic(fmt.Sprintf("loops: rows of %d and of %d columns", a.Cols, b.Cols))
	}
}

// mustMatch panics where s was made for another dense matrix.
func (s *Sparse) mustMatch(dense Matrix) {
	if s.n > 0 && (s.inner > dense.Rows || s.stride != dense.Stride) {
		panic(fmt.Sprintf("loops: entries for %d rows with stride %d meet %d with stride %d", s.inner, s.stride, dense.Rows, dense.Stride))
	}
}

func (m Matrix) mustHave(first, n int) {
	if first < 0 || n < 0 || first+n > m.Rows {
		panic(fmt.Sprintf("loops: rows %d to %d of %d", first, first+n, m.Rows))
	}
}
