package latpred

import (
	"io"
	"slices"

	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/fewshot"
	"github.com/ofalat/ofalat/latpred/onnx"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// The layout of a code of encode.HELP145, and of the segments of a network: the stem,
// 20 slots, the head.
const (
	codeSlots    = 20
	codeChoices  = 3
	codeGenes    = codeChoices * codeChoices
	codeFirst    = 128 // resolution of the first bin
	codeBins     = 25
	codeSegments = codeSlots + 2
)

// grid is a number for every segment that there can be.
type grid struct {
	stem, head [codeBins]float64
	slots      [codeSlots * codeGenes * codeBins]float64 // slot × gene × resolution
}

// codeGraph computes with the segments of the networks of a code; float64 inside,
// since labels are small differences of sums.
type codeGraph struct {
	*onnx.Graph
	joint, resolution, active onnx.Value            // slot × row × gene; row × bin; row × segment, 1 where it runs
	kernels                   [codeSegments]float64 // launches of each segment
}

func newCodeGraph(p Predictor) *codeGraph {
	graph, code := newGraph(p, encode.HELP145)
	g := &codeGraph{Graph: graph}
	x := g.Node("Cast", onnx.Attributes{"to": onnx.Double}, code)
	part := func(from, to int) onnx.Value {
		one := func(v int) onnx.Value { return g.Ints([]int64{int64(v)}, 1) }
		return g.op("Slice", x, one(from), one(to), one(1))
	}
	const genes = codeSlots * codeChoices
	kernel := g.op("Reshape", part(0, genes), g.Ints([]int64{-1, codeSlots, codeChoices, 1}, 4))
	expand := g.op("Reshape", part(genes, 2*genes), g.Ints([]int64{-1, codeSlots, 1, codeChoices}, 4))
	joint := g.op("Reshape", g.op("Mul", kernel, expand), g.Ints([]int64{-1, codeSlots, codeGenes}, 3))
	g.joint = g.Node("Transpose", onnx.Attributes{"perm": []int{1, 0, 2}}, joint)
	g.resolution = part(2*genes, 2*genes+codeBins)
	runs := g.Node("ReduceSum", onnx.Attributes{"keepdims": 0}, kernel, g.Ints([]int64{2, 3}, 2))
	always := g.sum(g.resolution)
	g.active = g.Node("Concat", onnx.Attributes{"axis": 1}, always, runs, always)
	return g
}

// finish makes v the output and writes the file.
func (g *codeGraph) finish(w io.Writer, v onnx.Value) error {
	g.Output("latency_ms", g.Node("Cast", onnx.Attributes{"to": onnx.Float}, v), -1, 1)
	return g.Write(w)
}

func (g *codeGraph) op(name string, inputs ...onnx.Value) onnx.Value {
	return g.Node(name, nil, inputs...)
}
func (g *codeGraph) number(v float64) onnx.Value { return g.Doubles([]float64{v}) }

// sum adds up the columns.
func (g *codeGraph) sum(v onnx.Value) onnx.Value {
	return g.Node("ReduceSum", onnx.Attributes{"keepdims": 1}, v, g.Ints([]int64{1}, 1))
}

// tabulate asks a model for the number of every segment. Where it errs at a resolution
// that is not covered, numbers are 0.
func (g *codeGraph) tabulate(segmentsMs func([]float64, []pass.Segment, space.Arch) ([]float64, []pass.Segment, error), covered []int) (*grid, error) {
	t := &grid{}
	for bin := range codeBins {
		for gene := range codeGenes {
			a := uniformArch(codeFirst+space.ResolutionStep*bin, gene)
			ms, segments, err := segmentsMs(nil, nil, a)
			if err != nil {
				if slices.Contains(covered, a.Resolution) {
					return nil, err
				}
				continue
			}
			for i, s := range segments {
				g.kernels[i] = float64(s.Kernels)
				switch s.Entry {
				case pass.Stem:
					t.stem[bin] = ms[i]
				case pass.Head:
					t.head[bin] = ms[i]
				default:
					t.slots[(s.Slot*codeGenes+gene)*codeBins+bin] = ms[i]
				}
			}
		}
	}
	return t, nil
}

// uniformArch is the deepest network of one kernel and expansion.
func uniformArch(resolution, gene int) space.Arch {
	a := space.Arch{Resolution: resolution}
	for i := range codeSlots / space.SlotsPerStage {
		a.Depth[i] = space.SlotsPerStage
	}
	for slot := range codeSlots {
		a.Kernel[slot], a.Expand[slot] = []uint8{3, 5, 7}[gene/codeChoices], []uint8{3, 4, 6}[gene%codeChoices]
	}
	return a
}

// operations tabulates multiply-accumulates of s.
func (g *codeGraph) operations(s *space.Space) (*grid, error) {
	return g.tabulate(func(_ []float64, _ []pass.Segment, a space.Arch) ([]float64, []pass.Segment, error) {
		segments, err := pass.Segments(nil, a)
		if err != nil {
			return nil, nil, err
		}
		macs := make([]float64, len(segments))
		for _, l := range s.Layers(a) {
			at := len(segments) - 1
			switch l.Kind {
			case space.Stem, space.FixedBlock:
				at = 0
			case space.Block:
				at = 1 + l.Slot
			}
			macs[at] += float64(l.MACs())
		}
		return macs, segments, nil
	}, s.Resolutions)
}

// times looks the segments' numbers up: row × segment, 0 where one does not run.
func (g *codeGraph) times(t *grid) onnx.Value {
	bySize := g.op("MatMul", g.joint, g.Doubles(t.slots[:], codeSlots, codeGenes, codeBins))
	slots := g.Node("ReduceSum", onnx.Attributes{"keepdims": 0}, g.op("Mul", bySize, g.resolution), g.Ints([]int64{2}, 1))
	slots = g.Node("Transpose", onnx.Attributes{"perm": []int{1, 0}}, slots)
	stem := g.op("MatMul", g.resolution, g.Doubles(t.stem[:], codeBins, 1))
	head := g.op("MatMul", g.resolution, g.Doubles(t.head[:], codeBins, 1))
	return g.Node("Concat", onnx.Attributes{"axis": 1}, stem, slots, head)
}

// view is what a clock shows, see pass.View: label is the sum of weights × times less
// hostMs, which is 0, as limited is, where the host does not limit it.
type view struct{ label, weights, limited, hostMs onnx.Value }

func (g *codeGraph) view(times onnx.Value, q pass.Queue) view {
	if q.None() {
		return view{label: g.sum(times), weights: g.number(1)}
	}
	c := g.op("Mul", g.active, g.Doubles(g.kernels[:], codeSegments))
	n := g.sum(c)
	before := g.op("Sub", g.op("CumSum", c, g.Ints([]int64{1}, 1)), c)
	atLeastOne := g.op("Max", c, g.number(1))   // segments that don't run take no time
	passed := func(passes float64) onnx.Value { // weights of the first passes·n − depth kernels
		m := g.op("Max", g.op("Sub", g.op("Mul", n, g.number(passes)), g.number(float64(q.Depth))), g.number(0))
		whole := g.op("Floor", g.op("Div", m, n))
		rest := g.op("Sub", m, g.op("Mul", whole, n))
		part := g.op("Div", g.op("Sub", rest, before), atLeastOne)
		part = g.op("Min", g.op("Max", part, g.number(0)), g.number(1))
		return g.op("Div", g.op("Add", part, whole), g.number(10))
	}
	stop, start := passed(15), passed(5)
	h := g.op("Add", g.op("Mul", n, g.number(.5*q.LaunchMs[q.HostState])), g.number(q.OffsetMs[q.HostState]))
	limited := g.Node("Cast", onnx.Attributes{"to": onnx.Double}, g.op("Greater", h, g.sum(g.op("Mul", start, times))))
	free := g.op("Sub", g.number(1), limited)
	v := view{weights: g.op("Sub", stop, g.op("Mul", start, free)), limited: limited, hostMs: g.op("Mul", h, limited)}
	v.label = g.op("Sub", g.sum(g.op("Mul", v.weights, times)), v.hostMs)
	return v
}

// component is the mean of a component of an adapted predictor; see fewshot.Linear.
func (g *codeGraph) component(m *fewshot.Model, c *fewshot.Component, covered []int) (onnx.Value, error) {
	times, err := g.tabulate(func(_ []float64, _ []pass.Segment, a space.Arch) ([]float64, []pass.Segment, error) {
		segments, ms, err := m.Times(c, a)
		return ms, segments, err
	}, covered)
	if err != nil {
		return "", err
	}
	effects, err := g.tabulate(func(_ []float64, _ []pass.Segment, a space.Arch) ([]float64, []pass.Segment, error) {
		segments, err := pass.Segments(nil, a)
		e := make([]float64, len(segments))
		c.Effects(e, segments, a.Resolution)
		return e, segments, err
	}, covered)
	if err != nil {
		return "", err
	}
	t, l := g.times(times), c.Linear()
	v := g.view(t, c.Base.Queue)
	weighted := g.op("Mul", g.op("Mul", v.weights, t), g.times(effects))
	e := g.op("Add", g.number(l.Global), g.op("Div", g.sum(weighted), v.label))
	e = g.op("Add", e, g.op("Mul", g.number(l.Power), g.op("Log", g.op("Div", v.label, g.number(c.Base.CentreMs)))))
	if v.limited != "" && !c.Base.Plain {
		host := g.op("Add", g.op("Mul", g.number(l.Launch), g.op("Div", v.hostMs, v.label)), g.op("Mul", g.number(l.Offset), v.limited))
		e = g.op("Sub", e, host)
	}
	e = g.op("Max", e, g.number(fewshot.Smallest-1))
	return g.op("Mul", v.label, g.op("Add", e, g.number(1))), nil
}
