package loops

// Sparse holds the non-zero entries of a matrix line by line, where lines are its rows
// (CSR) or its columns (CSC). It is made for the product with a certain dense matrix:
// each entry refers to the row of the dense matrix that it is multiplied by. The entries
// of a line are divided into blocks of such rows, which stay in cache while all lines are
// processed. The zero value is empty; CompressRows, CompressColumns, TakeRows and
// TakeColumns fill it, and reuse its memory.
type Sparse struct {
	n       int       // lines
	pairs   int       // how many of them, the first ones, hold two rows each
	first   int       // row or column of the source that is line 0
	blocks  int       // number of blocks that each line is divided into
	inner   int       // rows of the dense matrix that entries may refer to
	stride  int       // of the dense matrix, in elements
	bounds  []int32   // (blocks+1)×n: block b of line i is the entries from bounds[b·n+i] to below bounds[(b+1)·n+i]
	offsets []int32   // for each entry, the start of its row in the dense matrix, in bytes
	values  []float32 // for each entry; unused while values are in source
	second  []float32 // for each entry of a pair, the value in the second row
	source  Matrix    // of CompressColumns: the matrix that holds the values; zero: they are in values
}

// Len returns the number of lines. Two rows that CompressRows has stored as a pair are
// one line.
func (s *Sparse) Len() int { return s.n }

// NNZ returns the number of entries of all lines; an entry of a pair counts once.
func (s *Sparse) NNZ() (n int) {
	for i := range s.n {
		n += int(s.bounds[s.blocks*s.n+i] - s.bounds[i])
	}
	return n
}

// The number of rows of the dense matrix in a block. If lines are rows, as many columns of
// a block as a loop computes at once fit in the L1 cache; if lines are columns, whole rows
// of a block do.
const (
	rowBlock    = 64
	columnBlock = 16
)

// blocksOf is the number of blocks that rows of the dense matrix make.
func blocksOf(rows, block int) int { return (rows + block - 1) / block }

// shape sets the dimensions, and makes room for the bounds of the lines.
func (s *Sparse) shape(lines, first, blocks, inner int, dense Matrix) {
	s.n, s.pairs, s.first, s.blocks, s.inner, s.stride, s.source = lines, 0, first, blocks, inner, dense.Stride, Matrix{}
	s.bounds = room(s.bounds, (blocks+1)*lines)
}

// reserve makes room for so many entries, and for a vector more, which the loops may
// write past the last entry.
func (s *Sparse) reserve(entries int) { s.offsets = room(s.offsets, entries+Lanes) }

// reserveValues makes room for a value of each entry.
func (s *Sparse) reserveValues() { s.values = room(s.values, len(s.offsets)) }

// room returns a slice of n elements, reusing list if its capacity suffices.
func room[T any](list []T, n int) []T {
	if cap(list) < n {
		return make([]T, n)
	}
	return list[:n]
}

// GatherValues copies the values that CompressColumns has left in its matrix into s.
// Multiply and MultiplyAdd need that, GradientStep does not.
func (s *Sparse) GatherValues() {
	if s.source.Data == nil {
		return
	}
	s.reserveValues()
	for i := range s.n {
		for j := s.bounds[i]; j < s.bounds[s.blocks*s.n+i]; j++ {
			s.values[j] = s.source.Data[int(s.offsets[j])/(4*s.stride)*s.source.Stride+s.first+i]
		}
	}
	s.source = Matrix{}
}
