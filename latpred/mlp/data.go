package mlp

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/sparse"
)

// Data are rows to train on or to validate with. The zero value has none.
type Data struct {
	X sparse.Rows // inputs
	Y []float32   // one target for each row

	// The outputs of frozen layers, row after row, where they replace X; nil otherwise.
	// They are dense because about half of them are not 0.
	features []float32
}

// Rows returns the number of rows.
func (d Data) Rows() int { return len(d.Y) }

func (d Data) validate(what string, width int) error {
	if d.Rows() == 0 && d.X.Len() == 0 {
		return nil
	}
	if d.X.Len() != len(d.Y) || d.X.Cols != width {
		return fmt.Errorf("mlp: %s data have %d rows of %d inputs for %d targets, want rows of %d", what, d.X.Len(), d.X.Cols, len(d.Y), width)
	}
	if err := d.X.Validate(); err != nil {
		return fmt.Errorf("mlp: %s data: %w", what, err)
	}
	return nil
}

// dense gives all inputs row after row, for backends whose arrays are dense.
func (d Data) dense() []float32 {
	if d.features != nil {
		return d.features
	}
	return d.X.Dense()
}

// copyRow writes the inputs of row i to dst, which has their width.
func (d Data) copyRow(dst []float32, i int) {
	if d.features != nil {
		copy(dst, d.features[i*len(dst):])
		return
	}
	d.X.DenseRow(dst, i)
}
