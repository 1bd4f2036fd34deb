package sparse

import (
	"fmt"
	"slices"
)

// Rows is a matrix in compressed-sparse-row form (CSR): row i has the elements
// Values[Starts[i]:Starts[i+1]], in the columns Columns[Starts[i]:Starts[i+1]],
// which ascend, and is 0 in all others. Computations take the elements of a row in this
// order, so that their sums do not depend on the caller.
//
// Rows{Cols: n} has no rows and is ready for Append. Copies share their elements.
type Rows struct {
	Cols    int       // number of columns of the matrix
	Starts  []int     // index of each row's first element, then the end of the last row; nil: no rows
	Columns []int     // column of each element
	Values  []float32 // value of each element
}

// Len is the number of rows.
func (r Rows) Len() int { return max(0, len(r.Starts)-1) }

// NNZ is the number of stored elements.
func (r Rows) NNZ() int {
	if len(r.Starts) == 0 {
		return 0
	}
	return r.Starts[len(r.Starts)-1] - r.Starts[0]
}

// Row gives the columns and the values of row i. They are shared and must not be changed.
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

// Slice gives the rows from, … to − 1, which share their elements with r. Appending to the
// slice leaves r unchanged, but Extend must not be applied to a shared row. Slice panics if
// the range is not within r.
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

// Reset removes all rows, sets the number of columns, and keeps the memory for new rows.
func (r *Rows) Reset(cols int) {
	*r = Rows{cols, r.Starts[:0], r.Columns[:0], r.Values[:0]}
}

// Append adds a row with the given elements, which are copied. It panics if the slices
// differ in length, or if columns do not ascend or are out of range.
func (r *Rows) Append(columns []int, values []float32) {
	mustFit(columns, values, r.Cols)
	r.Columns, r.Values = append(r.Columns, columns...), append(r.Values, values...)
	r.End()
}

// AppendDense adds a row, given by all its Cols elements; zeros are left out.
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

// End ends a row that the caller wrote in place: the elements that were appended to
// Columns and Values since the last row. Missing values are 1, so that encoders of
// one-hots need only append columns. It checks nothing.
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

// Extend adds values to the last row, in the columns first, first + 1, …; zeros are left
// out. It panics if there is no row, or if a column is out of range or not after the
// row's others.
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

// Validate returns an error that says why the slices are not a valid matrix; nil if they
// are.
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
