package latpred

import (
	"fmt"
	"io"

	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/onnx"
)

// WriteONNX writes a predictor of any kind for other runtimes. The graph's input,
// code, holds the architectures as rows of an encoding that its metadata name:
// kernels' one-hots slot by slot, then expansions', then the resolution's; see package
// encode. Its output, latency_ms, has one column.
//
// An MLP takes its own encoding; all others take help-145, or proxyless-151 for
// networks of six stages, whatever they were trained with. At resolutions that they do
// not cover the output means nothing; a predictor of none that the encoding has is an
// error. The trees of a learned correction are an operation of the domain ai.onnx.ml,
// which onnxruntime has and some runtimes have not.
func WriteONNX(w io.Writer, p Predictor) error {
	switch p := p.(type) {
	case *MLP:
		return p.writeONNX(w)
	case *onBackend:
		return p.MLP.writeONNX(w)
	case *Table:
		return p.writeONNX(w)
	case *Adapted:
		return p.writeONNX(w)
	case *Hardware:
		return p.writeONNX(w)
	}
	return fmt.Errorf("predictors of kind %s can't be written as ONNX", p.Kind())
}

// newGraph begins the graph of a predictor.
func newGraph(p Predictor, e encode.Encoder) (*onnx.Graph, onnx.Value) {
	from := p.Provenance()
	g := onnx.New("latency", map[string]string{"kind": p.Kind(), "encoding": e.Name(), "device": from.Device, "data": from.Data, "data_hash": from.DataHash})
	return g, g.Input("code", -1, e.Width())
}

func (m *MLP) writeONNX(w io.Writer) error {
	g, x := newGraph(m, m.encoder)
	for l, weights := range m.params.Weights {
		in, out := m.params.Layers[l], m.params.Layers[l+1]
		x = g.Node("Gemm", nil, x, g.Floats(weights, in, out), g.Floats(m.params.Biases[l], out))
		if l+1 < len(m.params.Weights) {
			x = g.Node("Relu", nil, x)
		}
	}
	g.Output("latency_ms", x, -1, 1)
	return g.Write(w)
}

func (t *Table) writeONNX(w io.Writer) error {
	g, err := newCodeGraph(t, t.model.Stages)
	if err != nil {
		return err
	}
	times, err := g.tabulate(t.model.SegmentsMs, t.model.Basis.Resolutions())
	if err != nil {
		return err
	}
	return g.finish(w, g.read(t, g.times(times)))
}

func (a *Adapted) writeONNX(w io.Writer) error {
	for _, s := range a.model.Sources {
		if s.Own != nil {
			return fmt.Errorf("what was adapted from %s, which is no table, can't be written as ONNX", s.Name)
		}
	}
	g, err := newCodeGraph(a, a.model.Sources[0].Model.Stages) // all sources have as many
	if err != nil {
		return err
	}
	var covered []int
	for _, s := range a.model.Sources {
		covered = append(covered, s.Model.Basis.Resolutions()...)
	}
	var sum onnx.Value
	total := 0.
	for i := range a.model.Components {
		c := &a.model.Components[i]
		ms, err := g.component(a.model, c, covered)
		if err != nil {
			return err
		}
		ms = g.op("Mul", ms, g.number(c.Weight))
		if total += c.Weight; sum == "" {
			sum = ms
		} else {
			sum = g.op("Add", sum, ms)
		}
	}
	return g.finish(w, g.op("Div", sum, g.number(total)))
}

func (h *Hardware) writeONNX(w io.Writer) error {
	g, err := newCodeGraph(h, h.parts[0].model.Stages)
	if err != nil {
		return err
	}
	var logs onnx.Value
	for _, p := range h.parts {
		times, err := g.tabulate(p.model.SegmentsMs, p.model.Basis.Resolutions())
		if err != nil {
			return err
		}
		log := g.op("Log", g.op("Mul", g.sum(g.times(times)), g.number(p.scale)))
		if logs == "" {
			logs = log
		} else {
			logs = g.op("Add", logs, log)
		}
	}
	ms := g.op("Exp", g.op("Div", logs, g.number(float64(len(h.parts)))))
	macs, err := g.operations(h.space)
	if err != nil {
		return err
	}
	perMAC := 2 * float64(h.spec.Batch) / (h.spec.FP32TFLOPS * 1e12) * 1e3
	least := g.op("Mul", g.sum(g.times(macs)), g.number(perMAC))
	return g.finish(w, g.op("Max", ms, least))
}
