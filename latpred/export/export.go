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

// WriteONNX writes a predictor of any kind for other runtimes. The graph's input,
// code, holds the architectures as rows of an encoding that its metadata name:
// kernels' one-hots slot by slot, then expansions', then the resolution's; see package
// encode. Its output, latency_ms, has one column.
//
// A network takes its own encoding; all others take help-145, or proxyless-151 for
// networks of six stages, whatever they were trained with. At resolutions that they do
// not cover the output means nothing; a predictor of none that the encoding has is an
// error. The trees of a learned correction are an operation of the domain ai.onnx.ml,
// which onnxruntime has and some runtimes have not.
func WriteONNX(w io.Writer, p latpred.Predictor) error {
	switch p := p.(type) {
	case network:
		return writeNetwork(w, p)
	case *additive.Table:
		return writeTable(w, p)
	case segmented:
		return writeSegmented(w, p)
	case *adapt.Predictor:
		return writeAdapted(w, p)
	case *hardware.Predictor:
		return writeHardware(w, p)
	}
	return fmt.Errorf("predictors of kind %s can't be written as ONNX", p.Kind())
}

// newGraph begins the graph of a predictor.
func newGraph(p latpred.Predictor, e encode.Encoder) (*onnx.Graph, onnx.Value) {
	from := p.Provenance()
	g := onnx.New("latency", map[string]string{"kind": p.Kind(), "encoding": e.Name(), "device": from.Device, "data": from.Data, "data_hash": from.DataHash})
	return g, g.Input("code", -1, e.Width())
}

// network is a neural.Predictor, on whatever it runs.
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
	g, err := newCodeGraph(t, t.Model().Stages)
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
	Stages() int
}

func writeSegmented(w io.Writer, p segmented) error {
	g, err := newCodeGraph(p, p.Stages())
	if err != nil {
		return err
	}
	times, err := g.tabulate(p.SegmentsMs, p.Resolutions())
	if err != nil {
		return err
	}
	return g.finish(w, g.sum(g.times(times)))
}

func writeAdapted(w io.Writer, a *adapt.Predictor) error {
	m := a.Model()
	for _, s := range m.Sources {
		if s.Total != nil {
			return fmt.Errorf("what was adapted from %s, which is no table, can't be written as ONNX", s.Name)
		}
	}
	g, err := newCodeGraph(a, m.Sources[0].Model.Stages) // all sources have as many
	if err != nil {
		return err
	}
	var covered []int
	for _, s := range m.Sources {
		covered = append(covered, s.Model.Basis.Resolutions()...)
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
	g, err := newCodeGraph(h, models[0].Stages)
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
