package loops

import (
	"fmt"
	"unsafe"
)

// Lanes is the number of elements of a vector, which rows are padded to a multiple of.
const Lanes = 16

// Matrix is a matrix in row-major order. Rows are Stride apart, a multiple of
// Lanes; what is beyond Cols is 0 and must stay so.
type Matrix struct {
	Data               []float32
	Rows, Cols, Stride int
}

// NewMatrix makes a matrix of zeros whose rows begin at cache lines. A stride of
// 0 is the smallest that there can be; another must be a multiple of Lanes.
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

// Row gives row i, without its padding.
func (m Matrix) Row(i int) []float32 { return m.Data[i*m.Stride:][:m.Cols] }

// SetRows copies rows × Cols values, given without padding, to the first rows.
func (m Matrix) SetRows(values []float32) {
	for i := range len(values) / m.Cols {
		copy(m.Row(i), values[i*m.Cols:])
	}
}

// Values copies the first rows, without their padding.
func (m Matrix) Values(rows int) []float32 {
	values := make([]float32, 0, rows*m.Cols)
	for i := range rows {
		values = append(values, m.Row(i)...)
	}
	return values
}
