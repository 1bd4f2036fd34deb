package pass

import (
	"errors"
	"slices"

	"github.com/ofalat/ofalat/latpred/tensor"
)

// Header is what a file says of a Model; its coefficients are the tensor theta.
type Header struct {
	Basis       string  `json:"basis"`
	Resolutions []int   `json:"resolutions"`
	Stages      int     `json:"stages"`
	Queue       Queue   `json:"queue"`
	SpreadMs    float64 `json:"spread_ms"`
}

// Store puts the coefficients into b, under a name that starts with prefix.
func (m *Model) Store(b *tensor.Bundle, prefix string) Header {
	b.PutFloat64(prefix+"theta", m.Theta)
	return Header{m.Basis.Name(), m.Basis.Resolutions(), m.Stages, m.Queue, m.Spread}
}

// Load makes the model that Store took in; it checks what it reads.
func (h Header) Load(b *tensor.Bundle, prefix string) (*Model, error) {
	if !slices.IsSorted(h.Resolutions) || len(h.Resolutions) > 1000 {
		return nil, errors.New("model: resolutions are not sorted")
	}
	basis, err := BasisByName(h.Basis, h.Resolutions)
	if err != nil {
		return nil, err
	}
	theta, err := b.Float64(prefix+"theta", basis.Width())
	if err != nil {
		return nil, err
	}
	if err := h.Queue.Validate(); err != nil {
		return nil, err
	}
	return &Model{Basis: basis, Stages: h.Stages, Theta: theta, Queue: h.Queue, Spread: h.SpreadMs}, nil
}
