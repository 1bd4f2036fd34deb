package hardware

import (
	"encoding/json"
	"errors"
	"fmt"

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
	LogSd   float64        `json:"log_sd"`
}

// sourceHeader is that of the model of a measured GPU.
type sourceHeader struct {
	Name string `json:"name"`
	pass.Header
}

// Store implements modelfile.Storable.
func (h *Predictor) Store(b *tensor.Bundle, prefix string) (any, error) {
	file := header{Spec: h.spec, LogSd: h.logSd}
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
	if len(file.Sources) == 0 || len(file.Scales) != len(file.Sources) || !(file.LogSd > 0) {
		return nil, errors.New("model: sources and scales don't fit")
	}
	s, err := space.ByID(file.Spec.Space)
	if err != nil {
		return nil, err
	}
	h := &Predictor{spec: file.Spec, space: s, logSd: file.LogSd, provenance: from}
	for i, source := range file.Sources {
		m, err := source.Load(b, fmt.Sprintf("%ssource%d.", prefix, i))
		if err != nil {
			return nil, err
		}
		h.parts = append(h.parts, gpuPart{source.Name, m, file.Scales[i]})
	}
	return h, nil
}
