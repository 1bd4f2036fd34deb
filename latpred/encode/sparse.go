package encode

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/sparse"
)

// SparseEncoder is an Encoder that writes sparse rows itself. Encoders with values other
// than 0 and their Ones must implement it.
type SparseEncoder interface {
	Encoder
	// AppendSparse appends the encoding of a to dst as a row: the non-zero elements of
	// what Encode writes. dst may have more columns than Width. If the encoding can't
	// express a, it errs and leaves dst unchanged.
	AppendSparse(dst *sparse.Rows, a space.Arch) error
}

// AppendSparse appends the encoding of a to dst as a row. It panics if dst has fewer than
// e.Width columns. If e can't express a, it errs and leaves dst unchanged. It allocates
// only to make dst grow.
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

// Sparse encodes archs as the sparse rows of a matrix with Width columns. The error names
// the architecture, counted from 0, that e can't express.
func Sparse(e Encoder, archs []space.Arch) (sparse.Rows, error) {
	rows := sparse.Rows{Cols: e.Width()}
	for i, a := range archs {
		if err := AppendSparse(&rows, e, a); err != nil {
			return sparse.Rows{}, fmt.Errorf("architecture %d: %w", i, err)
		}
	}
	return rows, nil
}

// AppendSparse is that of the base encoding, followed by the GPU's figures.
func (h hardware) AppendSparse(dst *sparse.Rows, a space.Arch) error {
	if err := AppendSparse(dst, h.base, a); err != nil {
		return err
	}
	dst.Extend(h.base.Width(), h.values[0], h.values[1], h.values[2])
	return nil
}
