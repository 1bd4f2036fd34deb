package sparse

import (
	"fmt"
	"slices"
)

// Rows is a matrix in compressed-sparse-row form (CSR): row i has the elements
// Values[Starts[i]:Starts[i+1]], in the columns Columns[Starts[i]:Starts[i+1]],
// which ascend, and is 0 in all others. Whoever computes with rows takes their
// elements in this order.
//
// The value Rows{Cols: n} has no rows and is ready for Append. Copies share their
// elements.
type Rows struct {
	Cols    int       // columns of the matrix
	Starts  []int     // where rows begin, and where the last one ends; nil: no rows
	Columns []int     // of the elements
	Values  []float32 // of the elements
}

// Len is the number of rows.
func (r Rows) Len() int { return max(0, len(r.Starts)-1) }

// NNZ is the number of elements that are kept.
func (r Rows) NNZ() int {
	if len(r.Starts) == 0 {
		return 0
	}
	return r.Starts[len(r.Starts)-1] - r.Starts[0]
}

// Row gives the columns and the values of row i, which must not be changed.
func (r Rows) Row(i int) (columns []int, values []float32) {
	from, to := r.Starts[i], r.Starts[i+1]
	return r.Columns[from:to:to], r.Values[from:to:to]
}

// At gives the element in row i and column j.
func (r Rows) At(i, j int) float32 {
	columns, values := r.Row(i)
	if k, ok := slices.BinarySearch(columns, j); ok {
		return values[k]
	}
	return 0
}

// Slice gives the rows from row from to below to. They share the elements of r;
// rows can be appended to them, which leaves r as it is, but its own rows must not
// be extended.
func (r Rows) Slice(from, to int) Rows {
	if from < 0 || to < from || to > r.Len() {
		panic(fmt.Sprintf("sparse: rows %d to %d of %d", from, to, r.Len()))
	}
	if from < to {
		end := r.Starts[to]
		return Rows{r.Cols, slices.Clip(r.Starts[from : to+1]), r.Columns[:end:end], r.Values[:end:end]}
	}
	return Rows{Cols: r.Cols}
}

// Reset takes all rows away and keeps their memory for new ones, of cols columns.
func (r *Rows) Reset(cols int) {
	*r = Rows{cols, r.Starts[:0], r.Columns[:0], r.Values[:0]}
}

// Append adds a row with these elements, which are copied. It panics where the
// slices differ in length, or columns do not ascend or are none of the matrix.
func (r *Rows) Append(columns []int, values []float32) {
	mustFit(columns, values, r.Cols)
	r.Columns, r.Values = append(r.Columns, columns...), append(r.Values, values...)
	r.End()
}

// AppendDense adds a row of which all elements are given, as many as there are
// columns; those that are 0 are left out.
func (r *Rows) AppendDense(row []float32) {
	if len(row) != r.Cols {
		panic(fmt.Sprintf("sparse: row of %d elements for %d columns", len(row), r.Cols))
	}
	for j, v := range row {
		if v != 0 { // NaN is not
			r.Columns, r.Values = append(r.Columns, j), append(r.Values, v)
		}
	}
	r.End()
}

// End makes a row of the elements that were appended to Columns and Values since
// the last row ended; where values are missing they are 1. It is for those who write
// their rows in place, such as encoders of ones, and checks nothing.
func (r *Rows) End() {
	if n := len(r.Values); n < len(r.Columns) {
		r.Values = slices.Grow(r.Values, len(r.Columns)-n)[:len(r.Columns)]
		for k := n; k < len(r.Values); k++ {
			r.Values[k] = 1
		}
	}
	if len(r.Starts) == 0 {
		r.Starts = append(r.Starts, 0)
	}
	r.Starts = append(r.Starts, len(r.Columns))
}

// Extend adds to the last row the values given, in the columns from first on; those
// that are 0 are left out. It panics where there is no row, or a column is not
// beyond the row's others or none of the matrix.
func (r *Rows) Extend(first int, values ...float32) {
	n := r.Len()
	if n == 0 {
		panic("sparse: no row to extend")
	}
	last := -1
	if k := len(r.Columns); k > r.Starts[n-1] {
		last = r.Columns[k-1]
	}
	if first <= last || first+len(values) > r.Cols {
		panic(fmt.Sprintf("sparse: columns %d to %d of %d extend a row that ends at column %d", first, first+len(values)-1, r.Cols, last))
	}
	for j, v := range values {
		if v != 0 {
			r.Columns, r.Values = append(r.Columns, first+j), append(r.Values, v)
		}
	}
	r.Starts[n] = len(r.Columns)
}

func mustFit(columns []int, values []float32, cols int) {
	if err := fit(columns, values, cols); err != nil {
		panic("sparse: " + err.Error())
	}
}

func fit(columns []int, values []float32, cols int) error {
	if len(columns) != len(values) {
		return fmt.Errorf("%d columns for %d values", len(columns), len(values))
	}
	last := -1
	for _, j := range columns {
		if j <= last || j >= cols {
			return fmt.Errorf("column %d after column %d of %d", j, last, cols)
		}
		last = j
	}
	return nil
}

// Validate says in what the slices are no matrix.
func (r Rows) Validate() error {
	for i := range r.Len() {
		from, to := r.Starts[i], r.Starts[i+1]
		if from < 0 || to < from || to > len(r.Columns) || to > len(r.Values) {
			return fmt.Errorf("sparse: row %d has elements %d to %d of %d columns and %d values", i, from, to, len(r.Columns), len(r.Values))
		}
		if err := fit(r.Columns[from:to], r.Values[from:to], r.Cols); err != nil {
			return fmt.Errorf("sparse: row %d: %w", i, err)
		}
	}
	return nil
}
