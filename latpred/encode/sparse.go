package encode

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/sparse"
)

// SparseEncoder is an Encoder that writes sparse rows itself. An Encoder whose code has
// other values than its Ones and 0 must be one.
type SparseEncoder interface {
	Encoder
	// AppendSparse adds the code of a to dst as a row: the elements that are not 0
	// of what Encode writes. dst may have more columns than Width. Where the code
	// can't express a it errs, and leaves dst as it is.
	AppendSparse(dst *sparse.Rows, a space.Arch) error
}

// AppendSparse adds the code of a to dst, which must have at least e.Width columns, as
// a row. It errs where the code can't express a, and then leaves dst as it is. Where
// dst has room it does not allocate.
func AppendSparse(dst *sparse.Rows, e Encoder, a space.Arch) error {
	if e.Width() > dst.Cols {
		panic(fmt.Sprintf("encode: rows of %d columns for the %d of %s", dst.Cols, e.Width(), e.Name()))
	}
	if s, ok := e.(SparseEncoder); ok {
		return s.AppendSparse(dst, a)
	}
	columns, err := e.Ones(dst.Columns, a)
	if err != nil {
		return err
	}
	dst.Columns = columns
	dst.End()
	return nil
}

// Sparse encodes archs as the rows of a matrix with Width columns. The error names the
// row, counted from 0.
func Sparse(e Encoder, archs []space.Arch) (sparse.Rows, error) {
	rows := sparse.Rows{Cols: e.Width()}
	for i, a := range archs {
		if err := AppendSparse(&rows, e, a); err != nil {
			return sparse.Rows{}, fmt.Errorf("architecture %d: %w", i, err)
		}
	}
	return rows, nil
}

// AppendSparse is that of the base code, and the GPU's figures behind it.
func (h hardware) AppendSparse(dst *sparse.Rows, a space.Arch) error {
	if err := AppendSparse(dst, h.base, a); err != nil {
		return err
	}
	dst.Extend(h.base.Width(), h.values[0], h.values[1], h.values[2])
	return nil
}
