package neural

import (
	"encoding/json"
	"fmt"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/gpu"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/tensor"
)

func init() { modelfile.Register(latpred.KindPaper, load) }

// header describes a Predictor in a file. Its weights are the tensors layer<i>.weight,
// inputs × outputs, and layer<i>.bias.
type header struct {
	Encoding string    `json:"encoding"`
	Layers   int       `json:"layers"`
	GPU      *gpu.Spec `json:"gpu,omitempty"` // of an encoding with hardware inputs
}

// Store implements modelfile.Storable.
func (m *Predictor) Store(b *tensor.Bundle, prefix string) (any, error) {
	for l := range m.params.Weights {
		in, out := uint64(m.params.Layers[l]), uint64(m.params.Layers[l+1])
		b.PutFloat32(fmt.Sprintf("%slayer%d.weight", prefix, l), m.params.Weights[l], in, out)
		b.PutFloat32(fmt.Sprintf("%slayer%d.bias", prefix, l), m.params.Biases[l], out)
	}
	out := header{Encoding: m.encoder.Name(), Layers: len(m.params.Weights)}
	if h, ok := encode.HardwareOf(m.encoder); ok {
		out.GPU = &h
	}
	return out, nil
}

func load(b *tensor.Bundle, prefix string, model json.RawMessage, from latpred.Provenance) (latpred.Predictor, error) {
	var h header
	if err := json.Unmarshal(model, &h); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	if h.Layers < 1 || 2*h.Layers > b.Len() {
		return nil, fmt.Errorf("header says %d layers, the file has %d tensors", h.Layers, b.Len())
	}
	p := &mlp.Params{}
	for l := range h.Layers {
		weights, shape, err := b.Float32(fmt.Sprintf("%slayer%d.weight", prefix, l), 2)
		if err != nil {
			return nil, err
		}
		biases, _, err := b.Float32(fmt.Sprintf("%slayer%d.bias", prefix, l), 1)
		if err != nil {
			return nil, err
		}
		if l == 0 {
			p.Layers = []int{int(shape[0])}
		}
		p.Layers = append(p.Layers, int(shape[1]))
		p.Weights, p.Biases = append(p.Weights, weights), append(p.Biases, biases)
	}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	e, err := h.encoder()
	if err != nil {
		return nil, err
	}
	return New(e, p, from)
}

func (f header) encoder() (encode.Encoder, error) {
	if f.GPU == nil {
		return encode.ByName(f.Encoding)
	}
	for _, base := range []encode.Encoder{encode.OFA128, encode.HELP145} {
		if e := encode.Hardware(base, *f.GPU); e.Name() == f.Encoding {
			return e, nil
		}
	}
	return nil, fmt.Errorf("no encoding %q", f.Encoding)
}
