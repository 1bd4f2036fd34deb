package lab

import (
	"math"

	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/space"
)

// Stages lists the stages of a sub-network of s for Architecture. ms returns the latency of
// a layer in milliseconds; nil: no latencies are known. A slot whose layer is repeated, as
// in cells, is one block, with the sum of the latencies.
func Stages(s *space.Space, a space.Arch, ms func(space.Layer) float64) []Stage {
	stages := make([]Stage, a.Stages())
	blocks := make([]*Block, a.Slots())
	for i, st := range a.Family.Stages {
		stages[i] = Stage{Name: st.Name, Slots: st.Slots, Blocks: make([]Block, a.Depth(i))}
		for p := range stages[i].Blocks {
			slot := a.Family.First(i) + p
			blocks[slot] = &stages[i].Blocks[p]
			if a.Value(slot, 0) == 0 { // choices have names, not numbers
				blocks[slot].Label = a.Family.Label(int(a.Choice[slot]) - 1)
			}
		}
	}
	for _, l := range s.Layers(a) {
		if l.Slot < 0 { // of no choice
			continue
		}
		b := blocks[l.Slot]
		b.Kernel, b.Expand = l.Kernel, l.Expand
		if ms == nil {
			b.LatencyMs = math.NaN()
		} else {
			b.LatencyMs += ms(l)
		}
	}
	return stages
}

// Note10Ms returns a function that looks up a block of width 1.2 in the Note10's lookup
// table at a resolution and returns its latency in milliseconds; NaN if the table does not
// have it.
func Note10Ms(resolution int) func(space.Layer) float64 {
	rows := lut.Note10().Rows[resolution]
	return func(l space.Layer) float64 {
		if entry, ok := rows[lut.Key(l)]; ok {
			return entry.MeanMs
		}
		return math.NaN()
	}
}
