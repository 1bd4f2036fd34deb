package transfer

import (
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/floats"
)

// Block is a group of features that share a prior.
type Block int

// The blocks of features.
const (
	Physics      Block = iota // costs of all layers
	StagePhysics              // costs of each stage's layers; only where there are several stages
	Choices                   // how many slots have each choice
	Stages                    // how many slots of each stage have each choice; only where there are several
	Slots                     // which choice each slot has
	Blocks                    // the number of blocks
)

// shape says which raw columns a space has, before they are chosen and standardised. Columns
// of live layers come after those of all, in each block.
type shape struct {
	space *space.Space
	graph bool // some layers are not live: there are columns of the live ones
	times int  // 2 if graph, else 1
	begin [Blocks + 1]int
}

func shapeOf(s *space.Space, graph bool) shape {
	h := shape{space: s, graph: graph, times: 1}
	physics, stages := costs, len(s.Family.Stages)
	if graph {
		h.times, physics = 2, 2*costs+2 // … and connected, and longest way
	}
	if stages == 1 {
		stages = 0
	}
	n := s.Family.Choices()
	for b, columns := range []int{physics, stages * costs, h.times * n, stages * n, h.times * s.Family.Slots() * n} {
		h.begin[b+1] = h.begin[b] + columns
	}
	return h
}

// physicsName says what a raw column of Physics is.
func physicsName(column int) string {
	switch {
	case column < costs:
		return costNames[column]
	case column < 2*costs:
		return "live " + costNames[column-costs]
	case column == 2*costs:
		return "connected"
	}
	return "longest way"
}

// fill writes the raw columns of a network with the given layers to dst.
func (h *shape) fill(dst []float64, a space.Arch, layers []space.Layer) {
	clear(dst)
	var g graph
	if h.graph {
		g = graphOf(layers)
		dst[2*costs+1] = g.depth
		if g.connected {
			dst[2*costs] = 1
		}
	}
	var live [space.MaxSlots]bool
	for i := range layers {
		l, c := &layers[i], cost(&layers[i])
		floats.Add(dst[:costs], c[:])
		if at := h.begin[StagePhysics]; l.Slot >= 0 && h.begin[Choices] > at {
			at += h.space.Family.Stage(l.Slot) * costs
			floats.Add(dst[at:at+costs], c[:])
		}
		if h.graph && (l.Slot < 0 || g.live[i]) {
			floats.Add(dst[costs:2*costs], c[:])
		}
		if h.graph && l.Slot >= 0 && g.live[i] {
			live[l.Slot] = true
		}
	}
	h.fillChoices(dst, a, live[:])
}

// fillChoices writes the columns of the blocks that count choices.
func (h *shape) fillChoices(dst []float64, a space.Arch, live []bool) {
	f := h.space.Family
	n := f.Choices()
	choices, slots := dst[h.begin[Choices]:h.begin[Stages]], dst[h.begin[Slots]:]
	stages := dst[h.begin[Stages]:h.begin[Slots]]
	for slot := range f.Slots() {
		if !a.Active(slot) {
			continue
		}
		c := int(a.Choice[slot]) - 1
		choices[c]++
		slots[slot*n+c] = 1
		if len(stages) > 0 {
			stages[f.Stage(slot)*n+c]++
		}
		if live[slot] {
			choices[n+c]++
			slots[(f.Slots()+slot)*n+c] = 1
		}
	}
}
