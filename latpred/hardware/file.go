package hardware

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/tensor"
)

func init() { modelfile.Register(latpred.KindHardware, load) }

// header is the JSON part of a stored Predictor; its tensors are source<i>.theta.
type header struct {
	Spec    Spec           `json:"spec"`
	Sources []sourceHeader `json:"sources"`
	Scales  []float64      `json:"scales"`
	Prior   belief         `json:"prior"`
	Scale   *belief        `json:"scale,omitempty"` // nil: the prior, for there are no measurements
	Cards   int            `json:"cards,omitempty"`
	Rows    int            `json:"rows,omitempty"`
	LogSd   float64        `json:"log_sd,omitempty"` // in place of the prior, in files of earlier versions
}

// beliefs gives the two beliefs of a file.
func (f *header) beliefs() (prior, scale belief, err error) {
	prior = f.Prior
	if f.LogSd > 0 {
		prior = belief{Sd: f.LogSd}
	}
	scale = prior
	if f.Scale != nil {
		scale = *f.Scale
	}
	for _, b := range []belief{prior, scale} {
		if !(b.Sd > 0 && b.NetworkSd >= 0 && b.Freedom >= 0) || math.IsInf(b.Sd+b.NetworkSd+b.Freedom, 0) || math.IsInf(b.Log, 0) {
			return prior, scale, errors.New("model: its uncertainty is no number")
		}
	}
	if f.Cards < 0 || f.Rows < 0 {
		return prior, scale, errors.New("model: a count is negative")
	}
	return prior, scale, nil
}

// sourceHeader is that of the model of a measured GPU.
type sourceHeader struct {
	Name string `json:"name"`
	pass.Header
}

// Store implements modelfile.Storable.
func (h *Predictor) Store(b *tensor.Bundle, prefix string) (any, error) {
	file := header{Spec: h.spec, Prior: h.prior, Cards: h.cards, Rows: h.rows}
	if h.rows > 0 {
		file.Scale = &h.scale
	}
	for i, p := range h.parts {
		file.Sources = append(file.Sources, sourceHeader{p.name, p.model.Store(b, fmt.Sprintf("%ssource%d.", prefix, i))})
		file.Scales = append(file.Scales, p.scale)
	}
	return file, nil
}

// load restores a Predictor that Store wrote.
func load(b *tensor.Bundle, prefix string, model json.RawMessage, from latpred.Provenance) (latpred.Predictor, error) {
	var file header
	if err := json.Unmarshal(model, &file); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	if err := file.Spec.Validate(); err != nil {
		return nil, err
	}
	if len(file.Sources) == 0 || len(file.Scales) != len(file.Sources) {
		return nil, errors.New("model: sources and scales don't fit")
	}
	s, err := space.ByID(file.Spec.Space)
	if err != nil {
		return nil, err
	}
	h := &Predictor{spec: file.Spec, space: s, cards: file.Cards, rows: file.Rows, provenance: from}
	if h.prior, h.scale, err = file.beliefs(); err != nil {
		return nil, err
	}
	for i, source := range file.Sources {
		if scale := file.Scales[i]; !(scale > 0) || math.IsInf(scale, 0) {
			return nil, fmt.Errorf("model: the scale of %s is %v", source.Name, scale)
		}
		m, err := source.Load(b, fmt.Sprintf("%ssource%d.", prefix, i))
		if err != nil {
			return nil, err
		}
		h.parts = append(h.parts, gpuPart{source.Name, m, file.Scales[i]})
	}
	return h, nil
}
