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
)

func init() { modelfile.Register(latpred.KindAdapted, load) }

// header is the JSON part of a stored Predictor.
type header struct {
	fewshot.Header
	Scores      *conformal.Split   `json:"scores"`
	LeaveOneOut map[string]float64 `json:"leave_one_out"`
}

// Store implements modelfile.Storable.
func (a *Predictor) Store(b *tensor.Bundle, prefix string) (any, error) {
	model, err := a.model.Store(b, prefix)
	return header{model, a.scores, a.leaveOneOut}, err
}

// load restores a Predictor that Store wrote.
func load(b *tensor.Bundle, prefix string, model json.RawMessage, from latpred.Provenance) (latpred.Predictor, error) {
	var h header
	if err := json.Unmarshal(model, &h); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	if h.Scores == nil {
		return nil, errors.New("model: no scores")
	}
	if err := h.Scores.Validate(); err != nil {
		return nil, err
	}
	m, err := h.Load(b, prefix)
	if err != nil {
		return nil, err
	}
	p := &Predictor{model: m, scores: h.Scores, leaveOneOut: h.LeaveOneOut, provenance: from}
	if from.Rows < studentRows {
		p.student = studentOf(h.Scores.Scores)
	}
	return p, nil
}
