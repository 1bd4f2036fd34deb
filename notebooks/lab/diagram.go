package lab

import (
	"math"

	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/space"
)

// Stages unfolds a sub-network of s for Architecture. ms gives the time of a layer; nil
// where none is known. A slot whose layer is repeated, as in cells, is drawn once, with
// the sum of the times.
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

// Note10Ms gives the time that the Note10's table has for blocks at a resolution,
// of networks of width 1.2; NaN for what it doesn't have.
func Note10Ms(resolution int) func(space.Layer) float64 {
	rows := lut.Note10().Rows[resolution]
	return func(l space.Layer) float64 {
		if entry, ok := rows[lut.Key(l)]; ok {
			return entry.MeanMs
		}
		return math.NaN()
	}
}
