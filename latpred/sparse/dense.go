package sparse

import "fmt"

// FromDense makes sparse rows of a dense row-major matrix with cols columns.
func FromDense(cols int, elements []float32) Rows {
	if cols < 1 || len(elements)%cols != 0 {
		panic(fmt.Sprintf("sparse: %d elements are no rows of %d columns", len(elements), cols))
	}
	r := Rows{Cols: cols}
	for at := 0; at < len(elements); at += cols {
		r.AppendDense(elements[at : at+cols])
	}
	return r
}

// Dense gives all elements, row-major: Len × Cols of them.
func (r Rows) Dense() []float32 {
	elements := make([]float32, r.Len()*r.Cols)
	for i := range r.Len() {
		r.DenseRow(elements[i*r.Cols:(i+1)*r.Cols], i)
	}
	return elements
}

// DenseRow writes all elements of row i to dst. It panics if dst does not have Cols
// elements.
func (r Rows) DenseRow(dst []float32, i int) {
	if len(dst) != r.Cols {
		panic(fmt.Sprintf("sparse: room for %d elements of a row of %d", len(dst), r.Cols))
	}
	clear(dst)
	columns, values := r.Row(i)
	for k, j := range columns {
		dst[j] = values[k]
	}
}
