package latpred

import (
	"encoding/json"
	"fmt"

	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/mlp"
)

// mlpFile is what a file says of an MLP; its weights are the tensors
// layer<i>.weight (inputs × outputs) and layer<i>.bias.
type mlpFile struct {
	Encoding string      `json:"encoding"`
	Layers   int         `json:"layers"`
	GPU      *encode.GPU `json:"gpu,omitempty"` // of an encoding with hardware inputs
}

func (m *MLP) store(b *bundle, prefix string) (any, error) {
	for l := range m.params.Weights {
		in, out := uint64(m.params.Layers[l]), uint64(m.params.Layers[l+1])
		b.put32(fmt.Sprintf("%slayer%d.weight", prefix, l), m.params.Weights[l], in, out)
		b.put32(fmt.Sprintf("%slayer%d.bias", prefix, l), m.params.Biases[l], out)
	}
	file := mlpFile{Encoding: m.encoder.Name(), Layers: len(m.params.Weights)}
	if h, ok := encode.HardwareOf(m.encoder); ok {
		file.GPU = &h
	}
	return file, nil
}

func loadMLP(b *bundle, prefix string, model json.RawMessage, from Provenance) (Predictor, error) {
	var file mlpFile
	if err := json.Unmarshal(model, &file); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	if file.Layers < 1 || 2*file.Layers > len(b.tensors) {
		return nil, fmt.Errorf("header says %d layers, the file has %d tensors", file.Layers, len(b.tensors))
	}
	p := &mlp.Params{}
	for l := range file.Layers {
		weights, shape, err := b.get32(fmt.Sprintf("%slayer%d.weight", prefix, l), 2)
		if err != nil {
			return nil, err
		}
		biases, _, err := b.get32(fmt.Sprintf("%slayer%d.bias", prefix, l), 1)
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
	e, err := file.encoder()
	if err != nil {
		return nil, err
	}
	return NewMLP(e, p, from)
}

func (f mlpFile) encoder() (encode.Encoder, error) {
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
