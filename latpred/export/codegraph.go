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

// codeGraph is a graph that computes with the segments of encoded networks: the stem, the
// slots and the head. It computes in float64, since labels are small differences of sums.
type codeGraph struct {
	*onnx.Graph
	space       *space.Space
	family      *space.Family
	resolutions []int // resolution of each bin of the encoding
	binned      bool  // the encoding has bins: more than one resolution
	genes       int   // number of inputs before the bins
	code        onnx.Value
	joint       onnx.Value // slot × row × choice
	resolution  onnx.Value // row × bin
	launches    onnx.Value // row × segment, 0 where one does not run
}

// newCodeGraph begins the graph of a predictor of networks of a family that covers the
// given resolutions.
func newCodeGraph(p latpred.Predictor, family *space.Family, covered []int) (*codeGraph, error) {
	g := &codeGraph{family: family}
	e, err := g.chooseCode(covered)
	if err != nil {
		return nil, err
	}
	g.begin(p, e)
	g.launches, err = g.countLaunches(g.decode(e.Width()))
	return g, err
}

// begin begins the graph with its input.
func (g *codeGraph) begin(p latpred.Predictor, e encode.Encoder) {
	graph, code := newGraph(p, e)
	g.Graph, g.code = graph, graph.Node("Cast", onnx.Attributes{"to": onnx.Double}, code)
}

// decode divides an input of a width into choices and resolution, and tells which slots run:
// row × slot.
func (g *codeGraph) decode(width int) (runs onnx.Value) {
	slots, at := int64(g.family.Slots()), 0
	choices := int64(1)
	for i, f := range g.family.Factors {
		levels := int64(f.Levels())
		one := g.part(at, at+int(slots*levels))
		at += int(slots * levels)
		if i == 0 {
			g.joint = g.op("Reshape", one, g.Ints([]int64{-1, slots, levels}, 3))
			runs = g.Node("ReduceSum", onnx.Attributes{"keepdims": 0}, g.joint, g.Ints([]int64{2}, 1))
		} else {
			before := g.op("Reshape", g.joint, g.Ints([]int64{-1, slots, choices, 1}, 4))
			both := g.op("Mul", before, g.op("Reshape", one, g.Ints([]int64{-1, slots, 1, levels}, 4)))
			g.joint = g.op("Reshape", both, g.Ints([]int64{-1, slots, choices * levels}, 3))
		}
		choices *= levels
	}
	g.joint = g.Node("Transpose", onnx.Attributes{"perm": []int{1, 0, 2}}, g.joint)
	first := g.op("Slice", runs, g.one(0), g.one(1), g.one(1)) // the first slot always runs
	if g.resolution, g.binned = first, width > g.genes; g.binned {
		g.resolution = g.part(g.genes, width)
	}
	return runs
}

// countLaunches gives the number of launches of each segment, given which slots run.
func (g *codeGraph) countLaunches(runs onnx.Value) (onnx.Value, error) {
	t, err := g.tabulate(func(_ []float64, _ []pass.Segment, a space.Arch) ([]float64, []pass.Segment, error) {
		segments, err := pass.Segments(nil, a)
		out := make([]float64, len(segments))
		for i, s := range segments {
			out[i] = float64(s.Launches)
		}
		return out, segments, err
	}, g.resolutions)
	if err != nil {
		return "", err
	}
	each := []float64{t.stem[0]} // of segments, where it does not depend on the choice
	for slot, of := 0, len(t.slots)/g.family.Slots(); slot < g.family.Slots(); slot++ {
		these := t.slots[slot*of : (slot+1)*of]
		if slices.Min(these) != slices.Max(these) {
			return g.times(t), nil
		}
		each = append(each, these[0])
	}
	each = append(each, t.head[0])
	always := g.sum(g.resolution)
	active := g.Node("Concat", onnx.Attributes{"axis": 1}, always, runs, always)
	return g.op("Mul", active, g.Doubles(each, len(each))), nil
}

// chooseCode finds an encoding, of a space of the family, that has one of the resolutions,
// and sets the resolutions of its bins.
func (g *codeGraph) chooseCode(covered []int) (encode.Encoder, error) {
	g.genes = genesOf(g.family)
	for _, s := range g.family.Spaces() {
		e := encode.Of(s)
		g.space, g.resolutions = s, g.bins(e, s)
		if slices.ContainsFunc(g.resolutions, func(r int) bool { return slices.Contains(covered, r) }) {
			return e, nil
		}
	}
	reference := g.family.Reference()
	have := g.bins(encode.Of(reference), reference)
	return nil, fmt.Errorf("a predictor of resolutions %v can't be written as ONNX: encodings have %d, … %d", covered, have[0], have[len(have)-1])
}

// genesOf is the number of inputs that tell the choices of a family's networks.
func genesOf(f *space.Family) (n int) {
	for _, factor := range f.Factors {
		n += factor.Levels() * f.Slots()
	}
	return n
}

// bins lists the resolution of each bin of an encoding; the only one if it has no bins.
func (g *codeGraph) bins(e encode.Encoder, s *space.Space) []int {
	out := make([]int, max(1, e.Width()-g.genes))
	for r := s.Allowed.Min; r <= s.Allowed.Max; r += max(1, s.Allowed.Step) {
		ones, err := e.Ones(nil, s.Uniform(r, 0))
		if err != nil {
			continue
		}
		bin := 0
		if last := ones[len(ones)-1]; last >= g.genes {
			bin = last - g.genes
		}
		out[bin] = r
	}
	return out
}

// part gives the columns from, … to − 1 of the input.
func (g *codeGraph) part(from, to int) onnx.Value {
	return g.op("Slice", g.code, g.one(from), g.one(to), g.one(1))
}

func (g *codeGraph) one(v int) onnx.Value { return g.Ints([]int64{int64(v)}, 1) }

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

// grid holds a number for every possible segment.
type grid struct {
	stem, head []float64 // by bin
	slots      []float64 // slot × choice × bin
}

// segmenter appends the segments of a network, and a number for each of them.
type segmenter func(dst []float64, segs []pass.Segment, a space.Arch) ([]float64, []pass.Segment, error)

// tabulate evaluates numbers for every possible segment. At resolutions that are not
// covered an error of numbers gives zeros.
func (g *codeGraph) tabulate(numbers segmenter, covered []int) (*grid, error) {
	bins, choices := len(g.resolutions), g.family.Choices()
	t := &grid{make([]float64, bins), make([]float64, bins), make([]float64, g.family.Slots()*choices*bins)}
	for bin, resolution := range g.resolutions {
		for choice := range choices {
			values, segments, err := numbers(nil, nil, g.space.Uniform(resolution, choice))
			if err != nil {
				if slices.Contains(covered, resolution) {
					return nil, err
				}
				continue
			}
			for i, s := range segments {
				switch s.Slot {
				case pass.Stem:
					t.stem[bin] = values[i]
				case pass.Head:
					t.head[bin] = values[i]
				default:
					t.slots[(s.Slot*choices+choice)*bins+bin] = values[i]
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
		layers := s.Macro.Layers(a)
		pass.Gather(macs, segments, layers, func(i int) float64 { return float64(layers[i].MACs()) })
		return macs, segments, nil
	}, s.Resolutions)
}

// times looks up the number of each segment: row × segment, 0 if the segment does not run.
func (g *codeGraph) times(t *grid) onnx.Value {
	slots, choices, bins := g.family.Slots(), g.family.Choices(), len(g.resolutions)
	bySize := g.op("MatMul", g.joint, g.Doubles(t.slots, slots, choices, bins))
	of := g.Node("ReduceSum", onnx.Attributes{"keepdims": 0}, g.op("Mul", bySize, g.resolution), g.Ints([]int64{2}, 1))
	of = g.Node("Transpose", onnx.Attributes{"perm": []int{1, 0}}, of)
	stem := g.op("MatMul", g.resolution, g.Doubles(t.stem, bins, 1))
	head := g.op("MatMul", g.resolution, g.Doubles(t.head, bins, 1))
	return g.Node("Concat", onnx.Attributes{"axis": 1}, stem, of, head)
}

// view holds the weights of segments in a clock's reading, and the host's time; see
// pass.View. All are "" without a launch queue.
type view struct{ stop, start, hostMs onnx.Value }

func (g *codeGraph) view(q pass.Queue) view {
	if q.None() {
		return view{}
	}
	c := g.launches
	n := g.sum(c)
	before := g.op("Sub", g.op("CumSum", c, g.Ints([]int64{1}, 1)), c)
	atLeastOne := g.op("Max", c, g.number(1))   // segments that don't run take no time
	passed := func(passes float64) onnx.Value { // weights of the first passes·n − depth launches
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

// label is the time that the clock shows, given the times of the segments.
func (g *codeGraph) label(v view, times onnx.Value) onnx.Value {
	if v.stop == "" {
		return g.sum(times)
	}
	start := g.sum(g.op("Mul", v.start, times))
	return g.op("Sub", g.sum(g.op("Mul", v.stop, times)), g.op("Max", v.hostMs, start))
}

// hostLag is how far the host is behind the device when the clock starts, in milliseconds.
func (g *codeGraph) hostLag(v view, times onnx.Value) onnx.Value {
	return g.op("Sub", v.hostMs, g.sum(g.op("Mul", v.start, times)))
}

// component is the mean prediction of a component of an predictor that an earlier version
// adapted; see fewshot.Linear.
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
