package kernel

import "math"

// Lists are the entries of a matrix that are not 0, as lists: one for each row or
// for each column, ascending. An entry says which row of another matrix it is to
// be multiplied by, and its value. The zero value is ready for use, and keeps its
// memory when it is filled again.
type Lists struct {
	n      int       // lists
	blocks int       // that each list is divided into
	at     []int32   // (blocks+1)×n: where block b of list i begins is at[b·n+i], and block b+1 ends it
	offset []int32   // bytes from the other matrix's first row
	value  []float32 // of the entry
}

// Len is the number of lists.
func (l *Lists) Len() int { return l.n }

// Entries is the number of entries of all lists.
func (l *Lists) Entries() int { return len(l.offset) }

// blockRows is how many rows of the other matrix a block of a list refers to: so
// many pieces of them as wide as a kernel stay in the nearest cache.
const blockRows = 64

// FillRows makes a list of each row of m from row from to below to, whose columns
// stand for the rows of other.
func (l *Lists) FillRows(m Matrix, from, to int, other Matrix) {
	l.n, l.blocks = to-from, (m.Cols+blockRows-1)/blockRows
	l.reserve(l.n * m.Cols)
	step, n := int32(4*other.Stride), 0
	for i := range l.n {
		row := m.Row(from + i)
		for b := range l.blocks {
			l.at[b*l.n+i] = int32(n)
			first := b * blockRows
			offset := int32(first) * step
			for _, v := range row[first:min(first+blockRows, len(row))] {
				l.offset[n], l.value[n] = offset, v
				offset += step
				n += notZero(v)
			}
		}
		l.at[l.blocks*l.n+i] = int32(n)
	}
	l.offset, l.value = l.offset[:n], l.value[:n]
}

// FillColumns makes a list of each column of m from column from to below to, in
// its first rows, which stand for the rows of other.
func (l *Lists) FillColumns(m Matrix, rows, from, to int, other Matrix) {
	l.n, l.blocks = to-from, 1
	l.reserve(l.n * rows)
	step, n := int32(4*other.Stride), 0
	data := m.Data[:rows*m.Stride]
	for i := range l.n {
		l.at[i] = int32(n)
		offset := int32(0)
		for at := from + i; at < len(data); at += m.Stride {
			v := data[at]
			l.offset[n], l.value[n] = offset, v
			offset += step
			n += notZero(v)
		}
	}
	l.at[l.n] = int32(n)
	copy(l.at[l.n:], l.at[1:l.n+1])
	l.offset, l.value = l.offset[:n], l.value[:n]
}

// FillOnes makes one list of the first rows of other, each with the value 1.
func (l *Lists) FillOnes(rows int, other Matrix) {
	l.n, l.blocks = 1, 1
	l.reserve(rows)
	for r := range rows {
		l.offset[r], l.value[r] = int32(4*r*other.Stride), 1
	}
	l.at[0], l.at[1] = 0, int32(rows)
	l.offset, l.value = l.offset[:rows], l.value[:rows]
}

// Set makes one list of the given rows of other and their values.
func (l *Lists) Set(rows []int, values []float32, other Matrix) {
	l.n, l.blocks = 1, 1
	l.reserve(len(rows))
	for i, r := range rows {
		l.offset[i], l.value[i] = int32(4*r*other.Stride), values[i]
	}
	l.at[0], l.at[1] = 0, int32(len(rows))
	l.offset, l.value = l.offset[:len(rows)], l.value[:len(rows)]
}

// reserve makes room for so many entries and one that is written and not kept.
func (l *Lists) reserve(entries int) {
	if n := (l.blocks + 1) * l.n; cap(l.at) < n {
		l.at = make([]int32, n)
	} else {
		l.at = l.at[:n]
	}
	if cap(l.offset) < entries+1 {
		l.offset, l.value = make([]int32, entries+1), make([]float32, entries+1)
	}
	l.offset, l.value = l.offset[:entries+1], l.value[:entries+1]
}

// notZero is 1 for all numbers but 0 and −0, NaN included; without a branch, which
// would be mispredicted half of the time.
func notZero(v float32) int {
	bits := math.Float32bits(v) << 1
	return int((bits | -bits) >> 31)
}

// Rectify sets to 0 what is not above it in rows of m; NaN stays.
func Rectify(m Matrix, from, to int) {
	for i := from; i < to; i++ {
		row := m.Row(i)
		for j, v := range row {
			bits := math.Float32bits(v)
			if v <= 0 {
				bits = 0
			}
			row[j] = math.Float32frombits(bits)
		}
	}
}
