package fewshot

import (
	"fmt"
	"math"

	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/tensor"
	"gonum.org/v1/gonum/mat"
)

// Header is the JSON part of a stored Model. Tensors are source<i>.theta, those of the
// sources' Total (source<i>.own.*), component<i>.mean and component<i>.covariance.
type Header struct {
	Sources    []sourceHeader    `json:"sources"`
	Components []componentHeader `json:"components"`
}

// sourceHeader is that of a Source.
type sourceHeader struct {
	Name  string            `json:"name"`
	Total *modelfile.Nested `json:"own,omitempty"` // nil: none
	pass.Header
}

// componentHeader is that of a Component.
type componentHeader struct {
	Base    Base    `json:"base"`
	Weight  float64 `json:"weight"`
	NoiseSd float64 `json:"noise_sd"`
	Columns int     `json:"columns"`            // length of the mean
	Known   int     `json:"covariance_columns"` // first columns, which have a covariance
}

// maxColumns bounds the memory that a damaged file can ask for.
const maxColumns = 1 << 16

// Store puts the model's tensors into b, under names that start with prefix, and returns
// the header. It errs if a source's Total can't be stored.
func (m *Model) Store(b *tensor.Bundle, prefix string) (h Header, err error) {
	for i, s := range m.Sources {
		at := fmt.Sprintf("%ssource%d.", prefix, i)
		one := sourceHeader{Name: s.Name, Header: s.Model.Store(b, at)}
		if s.Total != nil {
			if one.Total, err = modelfile.StoreNested(b, at+"own.", s.Total); err != nil {
				return h, fmt.Errorf("source %s: %w", s.Name, err)
			}
		}
		h.Sources = append(h.Sources, one)
	}
	for i, c := range m.Components {
		n := c.Cov.SymmetricDim()
		h.Components = append(h.Components, componentHeader{c.Base, c.Weight, c.Noise, len(c.Mean), n})
		b.PutFloat64(fmt.Sprintf("%scomponent%d.mean", prefix, i), c.Mean)
		values := make([]float64, 0, n*(n+1)/2) // the upper triangle, row by row
		for r := range n {
			for q := r; q < n; q++ {
				values = append(values, c.Cov.At(r, q))
			}
		}
		b.PutFloat64(fmt.Sprintf("%scomponent%d.covariance", prefix, i), values)
	}
	return h, nil
}

// Load restores the model that Store wrote under prefix. It errs if header and tensors make
// no valid model.
func (h Header) Load(b *tensor.Bundle, prefix string) (*Model, error) {
	m := &Model{}
	for i, s := range h.Sources {
		at := fmt.Sprintf("%ssource%d.", prefix, i)
		table, err := s.Load(b, at)
		if err != nil {
			return nil, err
		}
		source := Source{Name: s.Name, Model: table}
		if s.Total != nil {
			if source.Total, err = modelfile.LoadNested(b, at+"own.", s.Total); err != nil {
				return nil, fmt.Errorf("source %s: %w", s.Name, err)
			}
		}
		m.Sources = append(m.Sources, source)
	}
	for i, c := range h.Components {
		one, err := c.load(b, fmt.Sprintf("%scomponent%d.", prefix, i))
		if err != nil {
			return nil, fmt.Errorf("model: component %d: %w", i, err)
		}
		if parts := one.Base.Parts; len(parts) > 0 && parts[0].Source >= 0 && parts[0].Source < len(m.Sources) {
			one.Base.columns = columnsOf(m.Sources[parts[0].Source].Model.Family)
		}
		m.Components = append(m.Components, one)
	}
	return m, m.Validate()
}

// load restores a component, without the columns of its base.
func (h componentHeader) load(b *tensor.Bundle, prefix string) (Component, error) {
	if h.Known < 1 || h.Known > h.Columns || h.Columns > maxColumns || !(h.Weight >= 0) || math.IsInf(h.Weight, 0) {
		return Component{}, fmt.Errorf("%d columns, %d of them with a covariance, weight %v", h.Columns, h.Known, h.Weight)
	}
	mean, err := b.Float64(prefix+"mean", h.Columns)
	if err != nil {
		return Component{}, err
	}
	values, err := b.Float64(prefix+"covariance", h.Known*(h.Known+1)/2)
	if err != nil {
		return Component{}, err
	}
	cov := mat.NewSymDense(h.Known, nil)
	for r, at := 0, 0; r < h.Known; r++ {
		for q := r; q < h.Known; q++ {
			cov.SetSym(r, q, values[at])
			at++
		}
	}
	return Component{Base: h.Base, Weight: h.Weight, Mean: mean, Cov: cov, Noise: h.NoiseSd}, nil
}
