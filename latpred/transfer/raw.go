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
// of needed layers come after those of all, in each block.
type shape struct {
	space   *space.Space
	graph   bool    // some layers are not needed: there are columns of those that are
	largest float64 // greatest number of activations that a layer moves
	begin   [Blocks + 1]int
}

// shapeOf makes a shape, where largest is the greatest number of activations that a layer of
// the space moves.
func shapeOf(s *space.Space, graph bool, largest float64) shape {
	h := shape{space: s, graph: graph, largest: largest}
	times, stages := 1, len(s.Family.Stages)
	if graph {
		times = 2
	}
	if stages == 1 {
		stages = 0
	}
	n := s.Family.Choices()
	for b, columns := range []int{times * costs, stages * costs, times * n, stages * n, times * s.Family.Slots() * n} {
		h.begin[b+1] = h.begin[b] + columns
	}
	return h
}

// physicsName says what a raw column of Physics is.
func physicsName(column int) string {
	if column < costs {
		return costNames[column]
	}
	return "needed " + costNames[column-costs]
}

// fill writes the raw columns of a network with the given layers to dst.
func (h *shape) fill(dst []float64, a space.Arch, layers []space.Layer) {
	clear(dst)
	var needed []bool
	if h.graph {
		needed = neededOf(layers)
	}
	var slots [space.MaxSlots]bool
	for i := range layers {
		l := &layers[i]
		c := cost(l, h.largest)
		floats.Add(dst[:costs], c[:])
		if at := h.begin[StagePhysics]; l.Slot >= 0 && h.begin[Choices] > at {
			at += h.space.Family.Stage(l.Slot) * costs
			floats.Add(dst[at:at+costs], c[:])
		}
		if !h.graph || !needed[i] {
			continue
		}
		floats.Add(dst[costs:2*costs], c[:])
		if l.Slot >= 0 {
			slots[l.Slot] = true
		}
	}
	h.fillChoices(dst, a, slots[:])
}

// fillChoices writes the columns of the blocks that count choices.
func (h *shape) fillChoices(dst []float64, a space.Arch, needed []bool) {
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
		if needed[slot] {
			choices[n+c]++
			slots[(f.Slots()+slot)*n+c] = 1
		}
	}
}
