package latpred

import (
	"fmt"
	"io"

	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/onnx"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// WriteONNX writes a predictor for other runtimes. The graph's input, code, holds the
// architectures as rows of an encoding that its metadata name: kernels' one-hots slot
// by slot, then expansions', then the resolution's; see package encode. Its output,
// latency_ms, has one column.
//
// An MLP takes its own encoding. A Table takes help-145, whatever it was trained
// with, and gives 0 for the segments of resolutions that it does not cover. Other
// predictors err with what they are.
func WriteONNX(w io.Writer, p Predictor) error {
	switch p := p.(type) {
	case *MLP:
		return p.writeONNX(w)
	case *Table:
		return p.writeONNX(w)
	case *onBackend:
		return p.MLP.writeONNX(w)
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

// The layout of a Table's code, encode.HELP145.
const (
	codeSlots   = 20
	codeChoices = 3
	codeGenes   = codeChoices * codeChoices
	codeFirst   = 128 // resolution of the first bin
	codeBins    = 25
)

// tableGraph is the graph of a Table: float64 inside, since it takes small
// differences of sums.
type tableGraph struct {
	*onnx.Graph
	model   *pass.Model
	stem    []float64   // by resolution
	head    []float64   // by resolution
	slots   []float64   // slot × gene × resolution
	kernels [22]float64 // launches of stem, slots and head
}

func (t *Table) writeONNX(w io.Writer) error {
	if t.model.Stages != 5 {
		return fmt.Errorf("a table of %d stages can't be written as ONNX: no encoding has them", t.model.Stages)
	}
	graph, code := newGraph(t, encode.HELP145)
	g := &tableGraph{Graph: graph, model: t.model}
	if err := g.tabulate(); err != nil {
		return err
	}
	x := g.double(code)
	active, times := g.times(x)
	label := g.Node("ReduceSum", onnx.Attributes{"keepdims": 1}, times, g.Ints([]int64{1}, 1))
	if q := t.model.Queue; !q.None() {
		label = g.label(active, times, q)
	}
	g.Output("latency_ms", g.Node("Cast", onnx.Attributes{"to": onnx.Float}, label), -1, 1)
	return g.Write(w)
}

func (g *tableGraph) double(v onnx.Value) onnx.Value {
	return g.Node("Cast", onnx.Attributes{"to": onnx.Double}, v)
}

// tabulate asks the model for the time of every segment that there can be.
func (g *tableGraph) tabulate() error {
	covered := map[int]bool{}
	for _, r := range g.model.Basis.Resolutions() {
		covered[r] = true
	}
	g.stem, g.head, g.slots = make([]float64, codeBins), make([]float64, codeBins), make([]float64, codeSlots*codeGenes*codeBins)
	for bin := range codeBins {
		for gene := range codeGenes {
			a := space.Arch{Resolution: codeFirst + space.ResolutionStep*bin}
			for i := range 5 {
				a.Depth[i] = space.SlotsPerStage
			}
			for slot := range codeSlots {
				a.Kernel[slot], a.Expand[slot] = []uint8{3, 5, 7}[gene/codeChoices], []uint8{3, 4, 6}[gene%codeChoices]
			}
			ms, segments, err := g.model.SegmentsMs(nil, nil, a)
			if err != nil {
				if covered[a.Resolution] {
					return err
				}
				continue
			}
			for i, s := range segments {
				g.kernels[i] = float64(s.Kernels)
				switch {
				case s.Entry == pass.Stem:
					g.stem[bin] = ms[i]
				case s.Entry == pass.Head:
					g.head[bin] = ms[i]
				default:
					g.slots[(s.Slot*codeGenes+gene)*codeBins+bin] = ms[i]
				}
			}
		}
	}
	return nil
}

// part takes columns from up to before to of a matrix.
func (g *tableGraph) part(x onnx.Value, from, to int) onnx.Value {
	one := func(v int) onnx.Value { return g.Ints([]int64{int64(v)}, 1) }
	return g.Node("Slice", nil, x, one(from), one(to), one(1))
}

// times gives, in the order stem, slots, head, which segments run (1 or 0) and how
// long they take; both have 22 columns.
func (g *tableGraph) times(x onnx.Value) (active, times onnx.Value) {
	const genes = codeSlots * codeChoices
	kernel := g.Node("Reshape", nil, g.part(x, 0, genes), g.Ints([]int64{-1, codeSlots, codeChoices, 1}, 4))
	expand := g.Node("Reshape", nil, g.part(x, genes, 2*genes), g.Ints([]int64{-1, codeSlots, 1, codeChoices}, 4))
	resolution := g.part(x, 2*genes, 2*genes+codeBins)

	joint := g.Node("Reshape", nil, g.Node("Mul", nil, kernel, expand), g.Ints([]int64{-1, codeSlots, codeGenes}, 3))
	joint = g.Node("Transpose", onnx.Attributes{"perm": []int{1, 0, 2}}, joint) // slot, row, gene
	bySize := g.Node("MatMul", nil, joint, g.Doubles(g.slots, codeSlots, codeGenes, codeBins))
	slots := g.Node("ReduceSum", onnx.Attributes{"keepdims": 0}, g.Node("Mul", nil, bySize, resolution), g.Ints([]int64{2}, 1))
	slots = g.Node("Transpose", onnx.Attributes{"perm": []int{1, 0}}, slots)

	stem := g.Node("MatMul", nil, resolution, g.Doubles(g.stem, codeBins, 1))
	head := g.Node("MatMul", nil, resolution, g.Doubles(g.head, codeBins, 1))
	times = g.Node("Concat", onnx.Attributes{"axis": 1}, stem, slots, head)

	runs := g.Node("ReduceSum", onnx.Attributes{"keepdims": 0}, kernel, g.Ints([]int64{2, 3}, 2))
	always := g.Node("ReduceSum", onnx.Attributes{"keepdims": 1}, resolution, g.Ints([]int64{1}, 1))
	return g.Node("Concat", onnx.Attributes{"axis": 1}, always, runs, always), times
}

// label is what a clock shows under a queue: see package pass.
func (g *tableGraph) label(active, times onnx.Value, q pass.Queue) onnx.Value {
	number := func(v float64) onnx.Value { return g.Doubles([]float64{v}) }
	sum := func(v onnx.Value) onnx.Value {
		return g.Node("ReduceSum", onnx.Attributes{"keepdims": 1}, v, g.Ints([]int64{1}, 1))
	}
	c := g.Node("Mul", nil, active, g.Doubles(g.kernels[:], len(g.kernels)))
	n := sum(c)
	before := g.Node("Sub", nil, g.Node("CumSum", nil, c, g.Ints([]int64{1}, 1)), c)
	atLeastOne := g.Node("Max", nil, c, number(1)) // segments that don't run take no time
	passed := func(passes float64) onnx.Value {    // milliseconds of the first passes·n − depth kernels, a tenth
		m := g.Node("Max", nil, g.Node("Sub", nil, g.Node("Mul", nil, n, number(passes)), number(float64(q.Depth))), number(0))
		whole := g.Node("Floor", nil, g.Node("Div", nil, m, n))
		rest := g.Node("Sub", nil, m, g.Node("Mul", nil, whole, n))
		part := g.Node("Div", nil, g.Node("Sub", nil, rest, before), atLeastOne)
		part = g.Node("Min", nil, g.Node("Max", nil, part, number(0)), number(1))
		return g.Node("Div", nil, sum(g.Node("Mul", nil, g.Node("Add", nil, part, whole), times)), number(10))
	}
	h := g.Node("Add", nil, g.Node("Mul", nil, n, number(.5*q.LaunchMs[q.HostState])), number(q.OffsetMs[q.HostState]))
	return g.Node("Sub", nil, passed(15), g.Node("Max", nil, h, passed(5)))
}
