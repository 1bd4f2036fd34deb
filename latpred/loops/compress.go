package loops

import (
	"math"
	"unsafe"
)

// CompressRows fills s with the rows [from, to) of m, to be multiplied by dense, which
// must have m.Cols rows or more. If relu is true, elements of these rows of m below 0 are
// first set to 0 in m itself; NaN stays. With AVX-512 neighbouring rows are stored as
// pairs, see Sparse.Len, if their entries are in mostly the same columns.
func (s *Sparse) CompressRows(m Matrix, from, to int, relu bool, dense Matrix) {
	m.mustHave(from, to-from)
	lines, pairs := to-from, 0
	if best == avx512 && alike(m, from, to) {
		pairs = lines / 2
		lines -= pairs
	}
	s.shape(lines, from, blocksOf(Padded(m.Cols), rowBlock), m.Cols, dense)
	s.pairs = pairs
	if lines == 0 {
		return
	}
	s.reserve(lines * Padded(m.Cols))
	s.reserveValues()
	a := compressArgs{
		vectors: Padded(m.Cols) / Lanes, lines: lines, step: int32(4 * dense.Stride), floor: float32(math.Inf(-1)), count: &laneNumbers,
		offsets: unsafe.SliceData(s.offsets), values: unsafe.SliceData(s.values), stride: 4 * m.Stride,
	}
	if relu {
		a.floor = 0
	}
	if pairs > 0 {
		s.second = room(s.second, len(s.values))
	}
	for i := range lines {
		a.second = nil
		if i < pairs {
			a.second = unsafe.SliceData(s.second)
		}
		a.src, a.bounds = &m.Data[(from+i+min(i, pairs))*m.Stride], &s.bounds[i]
		compressRow(&a)
	}
}

// alike estimates from two pairs of neighbouring rows whether pairs are faster. A pair
// has an entry where either row has one. That saves loads, and wastes work where one of
// the two is 0. Units after a ReLU are mostly on or off for all rows alike.
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

// worthPairing is the largest number of multiplications in pairs, for every hundred in
// single rows, at which pairs are faster.
const worthPairing = 145

// positive is 1 for numbers above 0 and 0 for 0 and numbers below it, without a branch.
// −0 counts as above 0.
func positive(v float32) int { return int(-math.Float32bits(v) >> 31) }

// CompressColumns fills s with the columns [from, to) of the first rows of m, to be
// multiplied by dense, which must have as many rows or more. from must be a multiple of
// Lanes. Values are not copied from m, which must not change while s is in use; see
// GatherValues. It panics if m does not have these rows and columns.
func (s *Sparse) CompressColumns(m Matrix, rows, from, to int, dense Matrix) {
	if from%Lanes != 0 || to > m.Cols || rows > m.Rows {
		panic("loops: columns that a matrix hasn't, or that don't begin with a vector")
	}
	s.shape(to-from, from, max(2, blocksOf(rows, columnBlock)), rows, dense)
	s.source = m
	s.reserve(s.n * rows)
	if s.n == 0 || rows == 0 {
		clear(s.bounds)
		return
	}
	compressColumns(&compressArgs{
		src: &m.Data[from], bounds: unsafe.SliceData(s.bounds), lines: s.n, step: int32(4 * dense.Stride), count: &laneNumbers,
		offsets: unsafe.SliceData(s.offsets), rows: rows, stride: 4 * m.Stride,
	})
}

// laneNumbers count the elements of a vector.
var laneNumbers = [Lanes]int32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}

// compressArgs are the arguments of the compression loops; strides and steps are in
// bytes. The assembler takes the fields' offsets from go_asm.h.
type compressArgs struct {
	src     *float32
	vectors int    // of the row
	bounds  *int32 // bounds of the row's line, or of the first column's
	lines   int    // number of lines: the distance of consecutive blocks in bounds
	offsets *int32
	values  *float32
	entries int   // written so far
	step    int32 // from row to row of the dense matrix
	floor   float32
	count   *[Lanes]int32
	rows    int
	stride  int      // from row to row of src
	second  *float32 // values of the second row of a pair
}

// compressRow is the plain version.
func (a *compressArgs) compressRow() {
	row := floats(a.src, 0, a.vectors*Lanes)
	for c, v := range row {
		if c%rowBlock == 0 {
			*index(a.bounds, c/rowBlock*a.lines) = int32(a.entries)
		}
		bits := math.Float32bits(v)
		if v < a.floor {
			bits = 0
		}
		row[c] = math.Float32frombits(bits)
		*index(a.offsets, a.entries), *index(a.values, a.entries) = int32(c)*a.step, row[c]
		a.entries += notZero(bits)
	}
	*index(a.bounds, blocksOf(len(row), rowBlock)*a.lines) = int32(a.entries)
}

// compressColumns is the plain version.
func (a *compressArgs) compressColumns() {
	blocks := max(2, blocksOf(a.rows, columnBlock))
	for c := range a.lines {
		for b := range blocks {
			*index(a.bounds, b*a.lines+c) = int32(a.entries)
			for r := b * columnBlock; r < min(a.rows, (b+1)*columnBlock); r++ {
				*index(a.offsets, a.entries) = int32(r) * a.step
				a.entries += notZero(math.Float32bits(floats(a.src, r*a.stride+4*c, 1)[0]))
			}
		}
		*index(a.bounds, blocks*a.lines+c) = int32(a.entries)
	}
}

// notZero is 1 for the bits of all numbers but 0 and −0, NaN included; without a
// branch, which would be mispredicted half of the time.
func notZero(bits uint32) int {
	bits <<= 1
	return int((bits | -bits) >> 31)
}
