package loops

import (
	"math"
	"unsafe"
)

// Lists are the entries of a matrix that are not 0, as lists: one for each row or
// for each column, ascending. An entry says which row of another matrix it is to
// be multiplied by. The zero value is ready for use, and keeps its memory when it
// is filled again.
type Lists struct {
	n      int       // lists
	pairs  int       // of them, the first, that are of two rows each
	first  int       // row or column that list 0 is of
	blocks int       // that each list is divided into
	at     []int32   // (blocks+1)×n: where block b of list i begins is at[b·n+i], and block b+1 ends it
	offset []int32   // bytes from the other matrix's first row
	value  []float32 // of the entries of rows
	second []float32 // and of the second rows of pairs
}

// Len is the number of lists.
func (l *Lists) Len() int { return l.n }

// Entries is the number of entries of all lists.
func (l *Lists) Entries() int {
	if l.n == 0 {
		return 0
	}
	return int(l.at[l.blocks*l.n+l.n-1])
}

// So many rows of the other matrix does a block of a list refer to: pieces of them
// as wide as a loop stay in the nearest cache in Accumulate, whole ones in Dots.
// The vector code has both numbers in itself.
const (
	blockOfRow    = 64
	blockOfColumn = 16
)

// FillRows makes a list of each row of m from row from to below to, whose columns
// stand for the rows of other; with AVX-512 of two rows each, where they are alike.
// Where rectify is true, elements below 0 become 0 first; NaN stays.
func (l *Lists) FillRows(m Matrix, from, to int, rectify bool, other Matrix) {
	l.pairs = 0
	if best == avx512 && alike(m, from, to) {
		l.pairs = (to - from) / 2
	}
	l.n, l.first, l.blocks = to-from-l.pairs, from, (Padded(m.Cols)+blockOfRow-1)/blockOfRow
	l.reserve(l.n*Padded(m.Cols), true)
	if l.n == 0 {
		return
	}
	a := listArgs{
		vectors: Padded(m.Cols) / Lane, lists: l.n, step: int32(4 * other.Stride), floor: float32(math.Inf(-1)), lanes: &lanes,
		offsets: unsafe.SliceData(l.offset), values: unsafe.SliceData(l.value), stride: 4 * m.Stride,
	}
	if rectify {
		a.floor = 0
	}
	for i := range l.n {
		a.second = nil
		if i < l.pairs {
			a.second = unsafe.SliceData(l.second)
		}
		a.src, a.at = &m.Data[(from+i+min(i, l.pairs))*m.Stride], &l.at[i]
		listRow(&a)
	}
}

// alike tells, by two of them, whether neighbouring rows have so much above 0 in
// the same columns that they are better multiplied as pairs: with a list of what
// either has, which costs what is 0 in one of them, and saves loads. Units behind a
// ReLU are mostly on or off for all rows; inputs are not alike.
func alike(m Matrix, from, to int) bool {
	if to-from < 2 {
		return false
	}
	entries, either := 0, 0
	for _, i := range [2]int{from, from + (to-from)/2 - 1} {
		next := m.Row(i + 1)
		for c, v := range m.Row(i) {
			a, b := positive(v), positive(next[c])
			entries += a + b
			either += a | b
		}
	}
	return 2*100*either <= worthPairing*entries
}

// worthPairing is how many entries pairs may have for a hundred of the rows.
const worthPairing = 145

// positive is 1 for numbers above 0, and 0 for others but −0; without a branch.
func positive(v float32) int { return int(-math.Float32bits(v) >> 31) }

// FillColumns makes a list of each column of m from column from to below to, in
// its first rows, which stand for the rows of other. from must be a multiple of
// Lane.
func (l *Lists) FillColumns(m Matrix, rows, from, to int, other Matrix) {
	if from%Lane != 0 || to > m.Cols || rows > m.Rows {
		panic("loops: columns that a matrix hasn't, or that don't begin with a vector")
	}
	l.n, l.pairs, l.first, l.blocks = to-from, 0, from, max(2, (rows+blockOfColumn-1)/blockOfColumn)
	l.reserve(l.n*rows, false)
	if l.n == 0 || rows == 0 {
		clear(l.at)
		return
	}
	listColumns(&listArgs{
		src: &m.Data[from], at: unsafe.SliceData(l.at), lists: l.n, step: int32(4 * other.Stride), lanes: &lanes,
		offsets: unsafe.SliceData(l.offset), rows: rows, stride: 4 * m.Stride,
	})
}

// Fetch gives the entries of columns of m the values that they have there, which
// Accumulate needs and Descend doesn't.
func (l *Lists) Fetch(m, other Matrix) {
	l.reserveValues(len(l.offset))
	for i := range l.n {
		for j := l.at[i]; j < l.at[l.blocks*l.n+i]; j++ {
			l.value[j] = m.Data[int(l.offset[j])/(4*other.Stride)*m.Stride+l.first+i]
		}
	}
}

// lanes count the elements of a vector.
var lanes = [Lane]int32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}

// reserve makes room for so many entries, and for a vector that is written and not
// kept.
func (l *Lists) reserve(entries int, values bool) {
	if n := (l.blocks + 1) * l.n; cap(l.at) < n {
		l.at = make([]int32, n)
	} else {
		l.at = l.at[:n]
	}
	entries += Lane
	if cap(l.offset) < entries {
		l.offset = make([]int32, entries)
	}
	l.offset = l.offset[:entries]
	if !values {
		return
	}
	l.reserveValues(entries)
}

func (l *Lists) reserveValues(n int) {
	if cap(l.value) < n {
		l.value, l.second = make([]float32, n), make([]float32, n)
	}
	l.value, l.second = l.value[:n], l.second[:n]
}

// listArgs are what the loops over lists read. The vector code knows their
// offsets; strides and steps are bytes.
type listArgs struct {
	src     *float32
	vectors int    // of the row
	at      *int32 // of the first list or of the row's
	lists   int    // from block to block in at
	offsets *int32
	values  *float32
	n       int   // entries so far
	step    int32 // from row to row of the other matrix
	floor   float32
	lanes   *[Lane]int32
	rows    int
	stride  int      // from row to row of src
	second  *float32 // values of the second row of a pair
}

// listRow is the plain version.
func (a *listArgs) listRow() {
	row := floats(a.src, 0, a.vectors*Lane)
	for c, v := range row {
		if c%blockOfRow == 0 {
			*index(a.at, c/blockOfRow*a.lists) = int32(a.n)
		}
		bits := math.Float32bits(v)
		if v < a.floor {
			bits = 0
		}
		row[c] = math.Float32frombits(bits)
		*index(a.offsets, a.n), *index(a.values, a.n) = int32(c)*a.step, row[c]
		a.n += notZero(bits)
	}
	*index(a.at, (len(row)+blockOfRow-1)/blockOfRow*a.lists) = int32(a.n)
}

// listColumns is the plain version.
func (a *listArgs) listColumns() {
	blocks := max(2, (a.rows+blockOfColumn-1)/blockOfColumn)
	for c := range a.lists {
		for b := range blocks {
			*index(a.at, b*a.lists+c) = int32(a.n)
			for r := b * blockOfColumn; r < min(a.rows, (b+1)*blockOfColumn); r++ {
				*index(a.offsets, a.n) = int32(r) * a.step
				a.n += notZero(math.Float32bits(floats(a.src, r*a.stride+4*c, 1)[0]))
			}
		}
		*index(a.at, blocks*a.lists+c) = int32(a.n)
	}
}

// notZero is 1 for the bits of all numbers but 0 and −0, NaN included; without a
// branch, which would be mispredicted half of the time.
func notZero(bits uint32) int {
	bits <<= 1
	return int((bits | -bits) >> 31)
}
