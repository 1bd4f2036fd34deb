package loops

// Sparse is a matrix of which what is not 0 is kept, line by line: its rows (CSR) or
// its columns (CSC). It is made to be multiplied by a dense matrix, and so an entry
// says which row of that it meets. Lines are divided into blocks of such rows, which
// stay in cache while all lines pass. The zero value is ready for use, and keeps its
// memory when it is filled again.
type Sparse struct {
	n       int       // lines
	pairs   int       // of them, the first, that are of two rows each
	first   int       // row or column of the source that line 0 is
	blocks  int       // that each line is divided into
	inner   int       // rows of the dense matrix that entries may meet
	stride  int       // of the dense matrix, in elements
	bounds  []int32   // (blocks+1)×n: where block b of line i begins is bounds[b·n+i], and block b+1 ends it
	offsets []int32   // of each entry: bytes from the dense matrix's first row
	values  []float32 // of each entry, unless they are left in the source
	second  []float32 // of each entry of a pair, the value in the second row
	source  Matrix    // of columns: where their values are; none where they are in values
}

// Len is the number of lines; a pair of rows is one.
func (s *Sparse) Len() int { return s.n }

// NNZ is the number of entries of all lines.
func (s *Sparse) NNZ() (n int) {
	for i := range s.n {
		n += int(s.bounds[s.blocks*s.n+i] - s.bounds[i])
	}
	return n
}

// How many rows of the dense matrix a block refers to: where lines are rows, pieces of
// them as wide as a loop stay in the nearest cache; where they are columns, whole rows.
const (
	rowBlock    = 64
	columnBlock = 16
)

// blocksOf is how many blocks so many rows of the dense matrix are.
func blocksOf(rows, block int) int { return (rows + block - 1) / block }

// shape sets what the lines are, and makes room for their bounds.
func (s *Sparse) shape(lines, first, blocks, inner int, dense Matrix) {
	s.n, s.pairs, s.first, s.blocks, s.inner, s.stride, s.source = lines, 0, first, blocks, inner, dense.Stride, Matrix{}
	s.bounds = room(s.bounds, (blocks+1)*lines)
}

// reserve makes room for so many entries, and for a vector that is written and not
// kept.
func (s *Sparse) reserve(entries int) { s.offsets = room(s.offsets, entries+Lanes) }

// reserveValues makes room for a value of each entry.
func (s *Sparse) reserveValues() { s.values = room(s.values, len(s.offsets)) }

// room gives n elements, those of list where it has so many.
func room[T any](list []T, n int) []T {
	if cap(list) < n {
		return make([]T, n)
	}
	return list[:n]
}

// GatherValues fetches the values of columns that CompressColumns has left in their
// matrix, which MultiplyAdd needs and GradientStep doesn't.
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
