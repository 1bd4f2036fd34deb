package export

import (
	"fmt"
	"io"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/hardware"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/onnx"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// WriteONNX writes a predictor of any kind as an ONNX graph. The graph's input, code, has
// a row for each architecture, in an encoding that the metadata name: for each factor of
// the choices a one-hot for each slot, then the one-hot of the resolution; see package
// encode. Its output, latency_ms, is one column of float32, in milliseconds.
//
// A neural network keeps its own encoding. All other kinds use the encoding of their
// space, see encode.Of: help-145 or proxyless-151 for OFA's networks, whatever encoding
// their training set has. At resolutions that the predictor does not cover the output is
// meaningless; it is an error if the predictor covers none of the encoding's resolutions.
// The trees of a learned correction are an operation of the domain ai.onnx.ml, which
// onnxruntime supports and some other runtimes do not.
func WriteONNX(w io.Writer, p latpred.Predictor) error {
	switch p := p.(type) {
	case network:
		return writeNetwork(w, p)
	case *additive.Table:
		return writeTable(w, p)
	case segmented:
		return writeSegmented(w, p)
	case *adapt.Corrected:
		return writeCorrected(w, p)
	case *hardware.Predictor:
		return writeHardware(w, p)
	case *adapt.Predictor:
		return writeAdapted(w, p)
	}
	return fmt.Errorf("predictors of kind %s can't be written as ONNX", p.Kind())
}

// newGraph begins the graph of a predictor.
func newGraph(p latpred.Predictor, e encode.Encoder) (*onnx.Graph, onnx.Value) {
	from := p.Provenance()
	g := onnx.New("latency", map[string]string{"kind": p.Kind(), "encoding": e.Name(), "device": from.Device, "data": from.Data, "data_hash": from.DataHash})
	return g, g.Input("code", -1, e.Width())
}

// network is a neural.Predictor with any backend.
type network interface {
	latpred.Predictor
	Encoder() encode.Encoder
	Params() *mlp.Params
}

func writeNetwork(w io.Writer, n network) error {
	g, x := newGraph(n, n.Encoder())
	p := n.Params()
	for l, weights := range p.Weights {
		in, out := p.Layers[l], p.Layers[l+1]
		x = g.Node("Gemm", nil, x, g.Floats(weights, in, out), g.Floats(p.Biases[l], out))
		if l+1 < len(p.Weights) {
			x = g.Node("Relu", nil, x)
		}
	}
	g.Output("latency_ms", x, -1, 1)
	return g.Write(w)
}

func writeTable(w io.Writer, t *additive.Table) error {
	g, err := newCodeGraph(t, t.Model().Family, t.Model().Basis.Resolutions())
	if err != nil {
		return err
	}
	times, err := g.tabulate(t.Model().SegmentsMs, t.Model().Basis.Resolutions())
	if err != nil {
		return err
	}
	return g.finish(w, g.read(t, g.times(times)))
}

// segmented is a predictor whose latencies are sums of the times of segments.
type segmented interface {
	latpred.ResolutionLister
	SegmentsMs(dst []float64, segs []pass.Segment, a space.Arch) ([]float64, []pass.Segment, error)
	Family() *space.Family
}

func writeSegmented(w io.Writer, p segmented) error {
	g, err := newCodeGraph(p, p.Family(), p.Resolutions())
	if err != nil {
		return err
	}
	times, err := g.tabulate(p.SegmentsMs, p.Resolutions())
	if err != nil {
		return err
	}
	return g.finish(w, g.sum(g.times(times)))
}

func writeCorrected(w io.Writer, a *adapt.Corrected) error {
	m := a.Model()
	for _, s := range m.Sources {
		if s.Total != nil {
			return fmt.Errorf("what was adapted from %s, which is no table, can't be written as ONNX", s.Name)
		}
	}
	var covered []int
	for _, s := range m.Sources {
		covered = append(covered, s.Model.Basis.Resolutions()...)
	}
	g, err := newCodeGraph(a, m.Sources[0].Model.Family, covered) // all sources are of one
	if err != nil {
		return err
	}
	var sum onnx.Value
	total := 0.
	for i := range m.Components {
		c := &m.Components[i]
		ms, err := g.component(m, c, covered)
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

func writeHardware(w io.Writer, h *hardware.Predictor) error {
	models, scales := h.Parts()
	g, err := newCodeGraph(h, models[0].Family, models[0].Basis.Resolutions())
	if err != nil {
		return err
	}
	var logs onnx.Value
	for i, m := range models {
		times, err := g.tabulate(m.SegmentsMs, m.Basis.Resolutions())
		if err != nil {
			return err
		}
		log := g.op("Log", g.op("Mul", g.sum(g.times(times)), g.number(scales[i])))
		if logs == "" {
			logs = log
		} else {
			logs = g.op("Add", logs, log)
		}
	}
	ms := g.op("Exp", g.op("Div", logs, g.number(float64(len(models)))))
	macs, err := g.operations(h.Space())
	if err != nil {
		return err
	}
	perMAC := 2 * float64(h.Spec().Batch) / (h.Spec().FP32TFLOPS * 1e12) * 1e3
	least := g.op("Mul", g.sum(g.times(macs)), g.number(perMAC))
	return g.finish(w, g.op("Max", ms, least))
}
