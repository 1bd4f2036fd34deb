package space

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// NASBench201 is the family of NAS-Bench-201: a cell of four nodes and six edges, each
// edge with one of five operations. The network repeats the one cell.
//
// Source: Dong and Yang, NAS-Bench-201: Extending the Scope of Reproducible Neural
// Architecture Search, ICLR 2020; order of operations and edges as in its code.
var NASBench201 = MustFamily(Family{
	ID: "nasbench201", Name: "NAS-Bench-201", Text: nasBench201Text{},
	Factors: []Factor{{Name: "operation", Labels: []string{"none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"}}},
	Stages: []Stage{{Name: "cell", Slots: len(cellEdges), SlotNames: []string{
		"edge 0→1", "edge 0→2", "edge 1→2", "edge 0→3", "edge 1→3", "edge 2→3"}}},
})

// cellEdges gives the two nodes that each slot's edge joins.
var cellEdges = [6]struct{ from, to int }{{0, 1}, {0, 2}, {1, 2}, {0, 3}, {1, 3}, {2, 3}}

// Choices of NASBench201.
const (
	opNone = iota
	opSkip
	opConv1
	opConv3
	opPool
)

func nasBench201Spaces() []*Space {
	return []*Space{{
		ID: "nasbench201", Name: "NAS-Bench-201, CIFAR-10", Family: NASBench201,
		Macro:       &NASBench201Macro{Widths: []int{16, 32, 64}, Cells: 5, Classes: 10},
		Resolutions: []int{cifarResolution}, Allowed: Fixed(cifarResolution),
	}}
}

// cifarResolution is the height and width of CIFAR's images.
const cifarResolution = 32

// NASBench201Macro is the skeleton around the cells: a convolution to the first width,
// Cells cells of each width, and between widths a residual block that halves the image.
type NASBench201Macro struct {
	Widths  []int // channels of each stage
	Cells   int   // cells in each stage
	Classes int   // outputs of the classifier
}

// Layers implements Macro. A slot has a layer in each cell.
func (m *NASBench201Macro) Layers(a Arch) []Layer {
	c := NewChain(a.Resolution, 8*m.Cells*len(m.Widths)+8*len(m.Widths))
	at := c.Add(Layer{Kind: Stem, Slot: -1, Out: m.Widths[0], Kernel: 3, Stride: 1, Norm: true})
	for i, width := range m.Widths {
		if i > 0 {
			at = nasBench201Residual(c, at, width)
		}
		for range m.Cells {
			at = nasBench201Cell(c, a, at)
		}
	}
	c.Add(Layer{Kind: Norm, Slot: -1, Activation: ReLU})
	c.Add(Layer{Kind: Pool, Slot: -1})
	c.Add(Layer{Kind: Classifier, Slot: -1, Out: m.Classes})
	return c.Layers
}

// nasBench201Cell adds a cell that reads the layer in, and returns the layer of its last
// node.
func nasBench201Cell(c *Chain, a Arch, in int) int {
	nodes := [4]int{in}
	var edges []int // that end in a node
	for slot, e := range cellEdges {
		edges = append(edges, c.Add(nasBench201Edge(slot, nodes[e.from], int(a.Choice[slot])-1)))
		if slot+1 < len(cellEdges) && cellEdges[slot+1].to == e.to {
			continue
		}
		nodes[e.to] = edges[0]
		if len(edges) > 1 {
			nodes[e.to] = c.Add(Layer{Kind: Sum, Slot: -1, From: slices.Clone(edges)})
		}
		edges = edges[:0]
	}
	return nodes[3]
}

// nasBench201Edge is the layer of a slot. Its convolutions are a ReLU, the convolution
// and a normalisation, in this order.
func nasBench201Edge(slot, from, choice int) Layer {
	l := Layer{Slot: slot, From: []int{from}}
	switch choice {
	case opNone:
		l.Kind = Zero
	case opSkip:
		l.Kind = Identity
	case opPool:
		l.Kind, l.Kernel, l.Stride = AvgPool, 3, 1
	case opConv1, opConv3:
		l.Kind, l.Kernel, l.Stride, l.Activation, l.ActFirst, l.Norm = Conv, 1+2*(choice-opConv1), 1, ReLU, true, true
	}
	return l
}

// nasBench201Residual adds the block of stride 2 before a stage.
func nasBench201Residual(c *Chain, in, width int) int {
	conv := Layer{Kind: Conv, Slot: -1, From: []int{in}, Out: width, Kernel: 3, Stride: 2, Activation: ReLU, ActFirst: true, Norm: true}
	c.Add(conv)
	conv.From, conv.Stride = nil, 1
	deep := c.Add(conv)
	c.Add(Layer{Kind: AvgPool, Slot: -1, From: []int{in}, Kernel: 2, Stride: 2})
	short := c.Add(Layer{Kind: Conv, Slot: -1, Out: width, Kernel: 1, Stride: 1})
	return c.Add(Layer{Kind: Sum, Slot: -1, From: []int{deep, short}})
}

// nasBench201Text is the form of the benchmark's own code,
//
//	|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|
//
// in which each node lists its incoming edges as operation~origin. A resolution other
// than CIFAR's is appended: " r16".
type nasBench201Text struct{}

func (nasBench201Text) Recognises(text string) bool { return strings.HasPrefix(text, "|") }

func (nasBench201Text) Format(a Arch) string {
	var b strings.Builder
	for slot, e := range cellEdges {
		switch {
		case slot == 0:
			b.WriteByte('|')
		case cellEdges[slot-1].to != e.to:
			b.WriteString("+|")
		}
		fmt.Fprintf(&b, "%s~%d|", a.Family.Label(int(a.Choice[slot])-1), e.from)
	}
	if a.Resolution != cifarResolution {
		fmt.Fprintf(&b, " r%d", a.Resolution)
	}
	return b.String()
}

func (nasBench201Text) Parse(text string) (Arch, error) {
	f, err := FamilyByID("nasbench201")
	if err != nil {
		panic("space: " + err.Error())
	}
	words := splitWords(text)
	if len(words) == 0 {
		return Arch{}, &ParseError{1, "ends where the cell is due, as in |nor_conv_3x3~0|+…"}
	}
	a, rest := Arch{Family: f}, words[0]
	for slot := range cellEdges {
		var c int
		if c, rest, err = parseCellEdge(f, slot, rest); err != nil {
			return Arch{}, err
		}
		a.Choice[slot] = uint8(c + 1)
	}
	if rest.text != "" {
		return Arch{}, &ParseError{rest.column, "something follows the cell"}
	}
	if len(words) > 1 {
		r, found := strings.CutPrefix(words[1].text, "r")
		a.Resolution, err = strconv.Atoi(r)
		if !found || err != nil || a.Resolution <= 0 || len(words) > 2 {
			return Arch{}, &ParseError{words[1].column, fmt.Sprintf("%q is no resolution as in r32", words[1].text)}
		}
	}
	return a, nil
}

// parseCellEdge reads "nor_conv_3x3~0|", with the "|" or "+|" before the first edge of a
// node, and returns the rest of the text.
func parseCellEdge(f *Family, slot int, w word) (choice int, rest word, err error) {
	e, start := cellEdges[slot], ""
	switch {
	case slot == 0:
		start = "|"
	case cellEdges[slot-1].to != e.to:
		start = "+|"
	}
	fail := func(at int, format string, args ...any) (int, word, error) {
		return 0, word{}, &ParseError{w.column + at, fmt.Sprintf(format, args...)}
	}
	if !strings.HasPrefix(w.text, start) {
		return fail(0, "want %q before %s", start, f.SlotName(slot))
	}
	edge, after, found := strings.Cut(w.text[len(start):], "|")
	label, from, _ := strings.Cut(edge, "~")
	choice, known := f.ByLabel(label)
	switch {
	case !found:
		return fail(len(start), "ends where %s is due, as in nor_conv_3x3~%d|", f.SlotName(slot), e.from)
	case !known:
		return fail(len(start), "%q is no operation: there are %s", label, strings.Join(f.labels, " "))
	case from != strconv.Itoa(e.from):
		return fail(len(start)+len(label), "%s comes from node %d, found %q", f.SlotName(slot), e.from, from)
	}
	return choice, word{after, w.column + len(w.text) - len(after)}, nil
}
