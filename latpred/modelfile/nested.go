package modelfile

import (
	"encoding/json"
	"fmt"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/tensor"
)

// Nested is the JSON part of a predictor that is saved within another one.
type Nested struct {
	Kind       string             `json:"kind"`
	Model      json.RawMessage    `json:"model"`
	Provenance latpred.Provenance `json:"provenance"`
}

// StoreNested puts the tensors of p into b, with names that begin with prefix, and returns
// the rest. It errs if p is not Storable.
func StoreNested(b *tensor.Bundle, prefix string, p latpred.Predictor) (*Nested, error) {
	s, ok := p.(Storable)
	if !ok {
		return nil, fmt.Errorf("%T can't be saved", p)
	}
	model, err := s.Store(b, prefix)
	if err != nil {
		return nil, err
	}
	content, err := json.Marshal(model)
	return &Nested{p.Kind(), content, p.Provenance()}, err
}

// LoadNested makes the predictor again that StoreNested stored under the same prefix.
func LoadNested(b *tensor.Bundle, prefix string, n *Nested) (latpred.Predictor, error) {
	load, err := loader(n.Kind)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	return load(b, prefix, n.Model, n.Provenance)
}
