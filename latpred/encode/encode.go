package encode

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/space"
)

// Encoder is a fixed-width code of architectures. Implementations are safe for
// concurrent use.
type Encoder interface {
	// Name identifies the code in files: "ofa-128".
	Name() string
	// Width is the number of inputs that a network of this code has.
	Width() int
	// Encode writes the code of a to dst, which must have length Width, without
	// allocating. It errs where the code can't express a.
	Encode(dst []float32, a space.Arch) error
	// Ones appends to dst the indexes at which the one-hot part of the code of a
	// is 1, ascending.
	Ones(dst []int, a space.Arch) ([]int, error)
	// Decode finds the architecture that a row encodes, with the lowest
	// resolution of its bin. It errs where no architecture has that code.
	Decode(row []float32) (space.Arch, error)
}

// Matrix encodes archs row after row: len(archs) × Width values. The error names
// the row, counted from 0.
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
