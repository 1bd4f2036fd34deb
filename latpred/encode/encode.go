package encode

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/space"
)

// Encoder encodes architectures as vectors of fixed width. Implementations are safe for
// concurrent use.
type Encoder interface {
	// Name identifies the encoding in files: "ofa-128".
	Name() string
	// Width is the length of a vector.
	Width() int
	// Encode writes the encoding of a to dst, without allocating. It panics if dst does
	// not have length Width, and errs if the encoding can't express a.
	Encode(dst []float32, a space.Arch) error
	// Ones appends to dst the indexes, ascending, at which the one-hot part of the
	// encoding of a is 1. It errs if the encoding can't express a.
	Ones(dst []int, a space.Arch) ([]int, error)
	// Decode finds the architecture that a row of length Width encodes, with the lowest
	// resolution of its bin. It errs if the length is wrong, or if the row encodes no
	// architecture.
	Decode(row []float32) (space.Arch, error)
}

// Matrix encodes archs as a row-major matrix: len(archs) × Width values. The error names
// the architecture, counted from 0, that e can't express.
func Matrix(e Encoder, archs []space.Arch) ([]float32, error) {
	w := e.Width()
	out := make([]float32, len(archs)*w)
	for i, a := range archs {
		if err := e.Encode(out[i*w:(i+1)*w], a); err != nil {
			return nil, fmt.Errorf("architecture %d: %w", i, err)
		}
	}
	return out, nil
}
