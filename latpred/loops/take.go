package loops

import (
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred/sparse"
)

// TakeRows fills s with the listed rows of x, nil meaning all, to be multiplied by dense.
// It panics if dense has fewer rows than x has columns, or an entry of x is beyond
// x.Cols.
func (s *Sparse) TakeRows(x sparse.Rows, rows []int, dense Matrix) {
	if x.Cols > dense.Rows {
		panic(fmt.Sprintf("loops: %d columns for a matrix of %d rows", x.Cols, dense.Rows))
	}
	n, entries := x.Len(), x.NNZ()
	if rows != nil {
		n, entries = len(rows), 0
		for _, r := range rows {
			entries += x.Starts[r+1] - x.Starts[r]
		}
	}
	s.shape(n, 0, blocksOf(x.Cols, rowBlock), x.Cols, dense)
	s.reserve(entries)
	s.reserveValues()
	at := 0
	for i := range n {
		r := i
		if rows != nil {
			r = rows[i]
		}
		columns, values := x.Row(r)
		copy(s.values[at:], values)
		s.takeRow(i, at, columns, x.Cols)
		at += len(columns)
	}
}

// takeRow sets the bounds and offsets of line i, whose entries begin at index at.
func (s *Sparse) takeRow(i, at int, columns []int, cols int) {
	offsets, step, k := s.offsets[at:at+len(columns)], int32(4*s.stride), 0
	for b := range s.blocks {
		s.bounds[b*s.n+i] = int32(at + k)
		for end := uint(min((b+1)*rowBlock, cols)); k < len(columns) && uint(columns[k]) < end; k++ {
			offsets[k] = int32(columns[k]) * step
		}
	}
	if k < len(columns) {
		panic(fmt.Sprintf("loops: column %d of %d", columns[k], cols))
	}
	s.bounds[s.blocks*s.n+i] = int32(at + k)
}

// TakeColumns fills s with the columns [from, to) of the listed rows of x, to be
// multiplied by dense, whose row k belongs to the k-th listed row. It panics if dense has
// fewer rows, or x does not have these columns.
func (s *Sparse) TakeColumns(x sparse.Rows, rows []int, from, to int, dense Matrix) {
	if from < 0 || to < from || to > x.Cols || len(rows) > dense.Rows {
		panic(fmt.Sprintf("loops: columns %d to %d of %d, %d rows for %d", from, to, x.Cols, len(rows), dense.Rows))
	}
	n := to - from
	s.shape(n, from, 1, len(rows), dense)
	// A line has room for an entry of each row, so that entries need not be counted first.
	begins, ends := s.bounds[:n:n], s.bounds[n:]
	for i := range begins {
		begins[i] = int32(i * len(rows))
	}
	copy(ends, begins)
	s.reserve(n * len(rows))
	s.reserveValues()
	offsets, lineValues := s.offsets, s.values[:len(s.offsets)]
	for k, r := range rows {
		offset := int32(k * 4 * s.stride)
		columns, values := x.Row(r)
		values = values[:len(columns)]
		begin, _ := slices.BinarySearch(columns, from)
		for c, j := range columns[begin:] {
			i := j - from
			if uint(i) >= uint(len(ends)) {
				break // columns ascend
			}
			at := ends[i]
			ends[i] = at + 1
			offsets[at], lineValues[at] = offset, values[begin+c]
		}
	}
}
