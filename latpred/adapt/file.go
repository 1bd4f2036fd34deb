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

// header is the JSON part of a stored Predictor.
type header struct {
	fewshot.Header
	Scores      *conformal.Split   `json:"scores"`
	LeaveOneOut map[string]float64 `json:"leave_one_out"`
	Transfer    *transfer.Header   `json:"transfer,omitempty"` // of a Transferred, which has nothing else
}

// transferHeader is the JSON part of a stored Transferred.
type transferHeader struct {
	Transfer transfer.Header `json:"transfer"`
}

// Store implements modelfile.Storable.
func (t *Transferred) Store(b *tensor.Bundle, prefix string) (any, error) {
	return transferHeader{t.model.Store(b, prefix)}, nil
}

// Store implements modelfile.Storable.
func (a *Predictor) Store(b *tensor.Bundle, prefix string) (any, error) {
	model, err := a.model.Store(b, prefix)
	return header{model, a.scores, a.leaveOneOut, nil}, err
}

// load restores a Predictor or a Transferred that Store wrote.
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
		return &Transferred{m, from}, nil
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
