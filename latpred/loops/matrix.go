package loops

import (
	"fmt"
	"unsafe"
)

// Lanes is the number of float32 elements of a vector (512 bits). Rows are padded to a
// multiple of it.
const Lanes = 16

// Matrix is a dense matrix in row-major order: element (i, j) is Data[i·Stride+j]. Stride
// is a multiple of Lanes. The padding, columns Cols to Stride−1, is 0 and must stay so.
type Matrix struct {
	Data               []float32
	Rows, Cols, Stride int
}

// NewMatrix makes a matrix of zeros whose rows begin at cache lines. A stride of 0 stands
// for Padded(cols). It panics if cols is below 1, or the stride is below cols or not a
// multiple of Lanes.
func NewMatrix(rows, cols, stride int) Matrix {
	if stride == 0 {
		stride = Padded(cols)
	}
	if rows < 0 || cols < 1 || stride < cols || stride%Lanes != 0 {
		panic(fmt.Sprintf("loops: a matrix of %d × %d with stride %d", rows, cols, stride))
	}
	data := make([]float32, rows*stride+Lanes)
	for uintptr(unsafe.Pointer(unsafe.SliceData(data)))%(4*Lanes) != 0 {
		data = data[1:]
	}
	return Matrix{data[:rows*stride], rows, cols, stride}
}

// Padded rounds a number of columns up to a multiple of Lanes.
func Padded(cols int) int { return (cols + Lanes - 1) / Lanes * Lanes }

// Row returns row i, without its padding and without copying.
func (m Matrix) Row(i int) []float32 { return m.Data[i*m.Stride:][:m.Cols] }

// SetRows copies values, row after row without padding, to the first len(values)/Cols
// rows.
func (m Matrix) SetRows(values []float32) {
	for i := range len(values) / m.Cols {
		copy(m.Row(i), values[i*m.Cols:])
	}
}

// Values returns a copy of the first rows, row after row without padding.
func (m Matrix) Values(rows int) []float32 {
	values := make([]float32, 0, rows*m.Cols)
	for i := range rows {
		values = append(values, m.Row(i)...)
	}
	return values
}
