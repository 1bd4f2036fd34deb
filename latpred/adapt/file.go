package adapt

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/conformal"
	"github.com/ofalat/ofalat/latpred/fewshot"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/tensor"
	"github.com/ofalat/ofalat/latpred/transfer"
)

func init() { modelfile.Register(latpred.KindAdapted, load) }

// header is the JSON part of a stored Predictor, under "transfer", or of a Corrected.
type header struct {
	Transfer *transfer.Header `json:"transfer,omitempty"`
	*fewshot.Header
	Scores      *conformal.Split   `json:"scores,omitempty"`
	LeaveOneOut map[string]float64 `json:"leave_one_out,omitempty"`
}

// Store implements modelfile.Storable.
func (p *Predictor) Store(b *tensor.Bundle, prefix string) (any, error) {
	h, err := p.model.Store(b, prefix)
	return header{Transfer: &h}, err
}

// Store implements modelfile.Storable.
func (a *Corrected) Store(b *tensor.Bundle, prefix string) (any, error) {
	h, err := a.model.Store(b, prefix)
	return header{Header: &h, Scores: a.scores, LeaveOneOut: a.leaveOneOut}, err
}

// load restores what Store wrote.
func load(b *tensor.Bundle, prefix string, model json.RawMessage, from latpred.Provenance) (latpred.Predictor, error) {
	var h header
	if err := json.Unmarshal(model, &h); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	if h.Transfer != nil {
		m, err := h.Transfer.Load(b, prefix)
		if err != nil {
			return nil, fmt.Errorf("model: %w", err)
		}
		return &Predictor{m, from}, nil
	}
	if h.Scores == nil || h.Header == nil {
		return nil, errors.New("model: no scores")
	}
	if err := h.Scores.Validate(); err != nil {
		return nil, err
	}
	m, err := h.Load(b, prefix)
	if err != nil {
		return nil, err
	}
	c := &Corrected{model: m, scores: h.Scores, leaveOneOut: h.LeaveOneOut, provenance: from}
	if from.Rows < studentRows {
		c.student = studentOf(h.Scores.Scores)
	}
	return c, nil
}
