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
	before  bool    // columns are those that files had before, see before.go
	costs   int     // of a layer
	largest float64 // greatest number of activations that a layer moves
	begin   [Blocks + 1]int
}

// shapeOf makes a shape, where largest is the greatest number of activations that a layer of
// the space moves.
func shapeOf(s *space.Space, graph, before bool, largest float64) shape {
	h := shape{space: s, graph: graph, before: before, costs: costs, largest: largest}
	if before {
		h.costs = costsBefore
	}
	times, physics, stages := 1, h.costs, len(s.Family.Stages)
	if graph {
		times, physics = 2, 2*h.costs
		if before {
			physics += physicsBefore
		}
	}
	if stages == 1 {
		stages = 0
	}
	n := s.Family.Choices()
	for b, columns := range []int{physics, stages * h.costs, times * n, stages * n, times * s.Family.Slots() * n} {
		h.begin[b+1] = h.begin[b] + columns
	}
	return h
}

// physicsName says what a raw column of Physics is.
func (h *shape) physicsName(column int) string {
	names, of := costNames[:], "needed "
	if h.before {
		names, of = costNamesBefore[:], "live "
	}
	switch {
	case column < h.costs:
		return names[column]
	case column < 2*h.costs:
		return of + names[column-h.costs]
	case column == 2*h.costs:
		return "connected"
	}
	return "longest way"
}

// cost gives the costs of a layer, the first h.costs of which count.
func (h *shape) cost(l *space.Layer) [costs]float64 {
	if h.before {
		return costBefore(l)
	}
	return cost(l, h.largest)
}

// fill writes the raw columns of a network with the given layers to dst.
func (h *shape) fill(dst []float64, a space.Arch, layers []space.Layer) {
	clear(dst)
	needed, fixed := h.fillGraph(dst, layers)
	n := h.costs
	var slots [space.MaxSlots]bool
	for i := range layers {
		l := &layers[i]
		every := h.cost(l)
		c := every[:n]
		floats.Add(dst[:n], c)
		if at := h.begin[StagePhysics]; l.Slot >= 0 && h.begin[Choices] > at {
			at += h.space.Family.Stage(l.Slot) * n
			floats.Add(dst[at:at+n], c)
		}
		if !h.graph {
			continue
		}
		if needed[i] || fixed && l.Slot < 0 {
			floats.Add(dst[n:2*n], c)
		}
		if needed[i] && l.Slot >= 0 {
			slots[l.Slot] = true
		}
	}
	h.fillChoices(dst, a, slots[:])
}

// fillGraph says which layers of a graph are needed, and whether those of no slot always
// count as such. It writes the columns that only files from before have.
func (h *shape) fillGraph(dst []float64, layers []space.Layer) (needed []bool, fixed bool) {
	switch {
	case !h.graph:
		return nil, false
	case h.before:
		g := graphBeforeOf(layers)
		dst[2*h.costs], dst[2*h.costs+1] = g.connected, g.depth
		return g.live, true
	}
	return graphOf(layers).needed, false
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
