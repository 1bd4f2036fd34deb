package additive

import (
	"encoding/json"
	"fmt"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/boost"
	"github.com/ofalat/ofalat/latpred/conformal"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/tensor"
)

func init() {
	modelfile.Register(latpred.KindTable, loadTable)
	modelfile.Register(latpred.KindHybrid, loadTable)
}

// tableHeader is the JSON part of a stored Table. The trees of a correction are the tensor
// trees.
type tableHeader struct {
	pass.Header
	Interval *conformal.Split `json:"interval,omitempty"`
	Followed *conformal.Split `json:"followed_interval,omitempty"` // of FollowMs; nil: Interval
	Trees    int              `json:"trees,omitempty"`             // number of trees of the correction; 0: none
	UnitMs   float64          `json:"unit_ms,omitempty"`           // milliseconds of one unit of the correction
}

// Store implements modelfile.Storable.
func (t *Table) Store(b *tensor.Bundle, prefix string) (any, error) {
	h := tableHeader{Header: t.model.Store(b, prefix), Interval: t.interval, Followed: t.followed}
	if t.correction != nil {
		h.Trees, h.UnitMs = len(t.correction.Trees), t.unitMs
		b.PutFloat64(prefix+"trees", t.correction.Values())
	}
	return h, nil
}

// loadTable restores a Table that Store wrote.
func loadTable(b *tensor.Bundle, prefix string, model json.RawMessage, from latpred.Provenance) (latpred.Predictor, error) {
	var h tableHeader
	if err := json.Unmarshal(model, &h); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	m, err := h.Load(b, prefix)
	if err != nil {
		return nil, err
	}
	for _, interval := range []*conformal.Split{h.Interval, h.Followed} {
		if interval == nil {
			continue
		}
		if err := interval.Validate(); err != nil {
			return nil, err
		}
	}
	t := NewTable(m, h.Interval, from)
	t.followed = h.Followed
	if h.Trees > 0 {
		values, err := b.Float64(prefix+"trees", -1)
		if err != nil {
			return nil, err
		}
		if t.correction, err = boost.FromValues(values, h.Trees, CorrectionFeatures(m.Family)); err != nil {
			return nil, err
		}
		t.unitMs = h.UnitMs
	}
	return t, nil
}
