package export

import (
	"fmt"
	"io"
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/fewshot"
	"github.com/ofalat/ofalat/latpred/onnx"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// What the codes of encode.HELP145 and encode.Proxyless151 have in common.
const (
	codeChoices = 3
	codeGenes   = codeChoices * codeChoices
	codeFirst   = 128 // resolution of the first bin
	codeBins    = 25
	codeLast    = codeFirst + (codeBins-1)*space.ResolutionStep
)

var (
	codeKernels = [codeChoices]uint8{3, 5, 7}
	codeExpands = [codeChoices]uint8{3, 4, 6}
)

// codeGraph computes with the segments of the networks of a code: the stem, its slots,
// the head. It is float64 inside, since labels are small differences of sums.
type codeGraph struct {
	*onnx.Graph
	family             *space.Family
	stages, slots      int
	code               onnx.Value
	joint              onnx.Value // slot × row × gene
	resolution, active onnx.Value // row × bin; row × segment, 1 where it runs
	kernels            []float64  // launches of each segment; tabulate finds them
}

// newCodeGraph begins the graph of a predictor of networks of so many stages.
func newCodeGraph(p latpred.Predictor, stages int) (*codeGraph, error) {
	g := &codeGraph{stages: stages}
	var e encode.Encoder
	switch stages {
	case 5:
		e, g.family = encode.HELP145, space.OFA5
	case space.OFAStages:
		e, g.family = encode.Proxyless151, space.OFA6
	default:
		return nil, fmt.Errorf("a predictor of networks of %d stages can't be written as ONNX: no encoding has them", stages)
	}
	g.slots = g.family.Slots()
	graph, code := newGraph(p, e)
	g.Graph, g.kernels = graph, make([]float64, g.slots+2)
	g.code = g.Node("Cast", onnx.Attributes{"to": onnx.Double}, code)
	part := func(from, to int) onnx.Value {
		one := func(v int) onnx.Value { return g.Ints([]int64{int64(v)}, 1) }
		return g.op("Slice", g.code, one(from), one(to), one(1))
	}
	slots, genes := int64(g.slots), g.slots*codeChoices
	kernel := g.op("Reshape", part(0, genes), g.Ints([]int64{-1, slots, codeChoices, 1}, 4))
	expand := g.op("Reshape", part(genes, 2*genes), g.Ints([]int64{-1, slots, 1, codeChoices}, 4))
	joint := g.op("Reshape", g.op("Mul", kernel, expand), g.Ints([]int64{-1, slots, codeGenes}, 3))
	g.joint = g.Node("Transpose", onnx.Attributes{"perm": []int{1, 0, 2}}, joint)
	g.resolution = part(2*genes, 2*genes+codeBins)
	runs := g.Node("ReduceSum", onnx.Attributes{"keepdims": 0}, kernel, g.Ints([]int64{2, 3}, 2))
	always := g.sum(g.resolution)
	g.active = g.Node("Concat", onnx.Attributes{"axis": 1}, always, runs, always)
	return g, nil
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

// grid is a number for every segment that there can be.
type grid struct {
	stem, head [codeBins]float64
	slots      []float64 // slot × gene × bin
}

// tabulate asks a model for the number of every segment. It errs where the code has
// none of the resolutions that are covered; where the model errs at another, numbers
// are 0.
func (g *codeGraph) tabulate(segmentsMs func([]float64, []pass.Segment, space.Arch) ([]float64, []pass.Segment, error), covered []int) (*grid, error) {
	if !slices.ContainsFunc(covered, func(r int) bool { return r%space.ResolutionStep == 0 && r >= codeFirst && r <= codeLast }) {
		return nil, fmt.Errorf("a predictor of resolutions %v can't be written as ONNX: encodings have %d, %d, … %d", covered, codeFirst, codeFirst+space.ResolutionStep, codeLast)
	}
	t := &grid{slots: make([]float64, g.slots*codeGenes*codeBins)}
	for bin := range codeBins {
		for gene := range codeGenes {
			a := g.family.Reference().Uniform(codeFirst+space.ResolutionStep*bin, gene)
			ms, segments, err := segmentsMs(nil, nil, a)
			if err != nil {
				if slices.Contains(covered, a.Resolution) {
					return nil, err
				}
				continue
			}
			for i, s := range segments {
				g.kernels[i] = float64(s.Launches)
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
	bySize := g.op("MatMul", g.joint, g.Doubles(t.slots, g.slots, codeGenes, codeBins))
	slots := g.Node("ReduceSum", onnx.Attributes{"keepdims": 0}, g.op("Mul", bySize, g.resolution), g.Ints([]int64{2}, 1))
	slots = g.Node("Transpose", onnx.Attributes{"perm": []int{1, 0}}, slots)
	stem := g.op("MatMul", g.resolution, g.Doubles(t.stem[:], codeBins, 1))
	head := g.op("MatMul", g.resolution, g.Doubles(t.head[:], codeBins, 1))
	return g.Node("Concat", onnx.Attributes{"axis": 1}, stem, slots, head)
}

// view is what a clock sees of a network, see pass.View: weights of the segments, and
// the host's time; "" without a queue.
type view struct{ stop, start, hostMs onnx.Value }

func (g *codeGraph) view(q pass.Queue) view {
	if q.None() {
		return view{}
	}
	c := g.op("Mul", g.active, g.Doubles(g.kernels, len(g.kernels)))
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
	h := g.op("Add", g.op("Mul", n, g.number(.5*q.LaunchMs[q.HostState])), g.number(q.OffsetMs[q.HostState]))
	return view{passed(15), passed(5), h}
}

// label is what the clock shows of segments that take times.
func (g *codeGraph) label(v view, times onnx.Value) onnx.Value {
	if v.stop == "" {
		return g.sum(times)
	}
	start := g.sum(g.op("Mul", v.start, times))
	return g.op("Sub", g.sum(g.op("Mul", v.stop, times)), g.op("Max", v.hostMs, start))
}

// late is by how much the host is later than the device when the clock starts.
func (g *codeGraph) late(v view, times onnx.Value) onnx.Value {
	return g.op("Sub", v.hostMs, g.sum(g.op("Mul", v.start, times)))
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
	t, l, v := g.times(times), c.Linear(), g.view(c.Base.Queue)
	base := g.op("Max", g.label(v, t), g.op("Mul", g.sum(t), g.number(fewshot.LeastLabel)))
	if v.hostMs != "" {
		v.hostMs = g.op("Add", g.op("Mul", v.hostMs, g.number(1+l.Launch)), g.op("Mul", base, g.number(l.Offset)))
	}
	label := g.label(v, g.op("Mul", t, g.op("Add", g.times(effects), g.number(1))))
	power := g.op("Mul", g.number(l.Power), g.op("Log", g.op("Div", base, g.number(c.Base.CentreMs))))
	label = g.op("Add", label, g.op("Mul", base, g.op("Add", g.number(l.Global-l.Constant), power)))
	label = g.op("Add", label, g.number(l.Constant*c.Base.CentreMs))
	return g.op("Max", label, g.op("Mul", base, g.number(fewshot.Smallest))), nil
}
