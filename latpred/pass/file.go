package pass

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/tensor"
)

// Header is the JSON part of a stored Model; its coefficients are the tensor
// <prefix>theta.
type Header struct {
	Basis       string  `json:"basis"`
	Resolutions []int   `json:"resolutions"`
	Stages      int     `json:"stages"`
	Family      string  `json:"family,omitempty"` // ID of the networks' family; "": OFA's family with that many stages
	Queue       Queue   `json:"queue"`
	SpreadMs    float64 `json:"spread_ms"`
}

// Store puts the coefficients into b, under a name that starts with prefix, and returns
// the header.
func (m *Model) Store(b *tensor.Bundle, prefix string) Header {
	b.PutFloat64(prefix+"theta", m.Theta)
	h := Header{m.Basis.Name(), m.Basis.Resolutions(), len(m.Family.Stages), m.Family.ID, m.Queue, m.Spread}
	if m.Family == ofa(h.Stages) {
		h.Family = "" // as in files from before there were other families
	}
	return h
}

// Load restores the model that Store wrote under prefix. It validates the header and the
// tensor, and errs if they make no model.
func (h Header) Load(b *tensor.Bundle, prefix string) (*Model, error) {
	if !slices.IsSorted(h.Resolutions) || len(h.Resolutions) > 1000 || slices.ContainsFunc(h.Resolutions, func(r int) bool { return r < 1 || r > maxResolution }) {
		return nil, errors.New("model: resolutions are not sorted, or no numbers of pixels")
	}
	basis, err := BasisByName(h.Basis, h.Resolutions)
	if err != nil {
		return nil, err
	}
	family := ofa(h.Stages)
	if h.Family != "" {
		if family, err = space.FamilyByID(h.Family); err != nil {
			return nil, fmt.Errorf("model: %w", err)
		}
	}
	if family == nil {
		return nil, fmt.Errorf("model: networks of %d stages and no family", h.Stages)
	}
	m := newModel(basis, family, h.Queue)
	m.Spread = h.SpreadMs
	if m.Theta, err = b.Float64(prefix+"theta", m.columns.Width()); err != nil {
		return nil, err
	}
	if err := h.Queue.Validate(); err != nil {
		return nil, err
	}
	return m, nil
}

// ofa is OFA's family with the given number of stages; nil if there is none.
func ofa(stages int) *space.Family {
	for _, f := range []*space.Family{space.OFA5, space.OFA6} {
		if len(f.Stages) == stages {
			return f
		}
	}
	return nil
}
