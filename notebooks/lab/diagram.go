package lab

import (
	"fmt"
	"math"

	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/space"
)

// slots is how many blocks a stage can have, in every space.
const slots = 4

// Stages unfolds a sub-network of s for Architecture. ms gives the time
// of a block; nil where none is known.
func Stages(s *space.Space, a space.Arch, ms func(space.Layer) float64) []Stage {
	stages := make([]Stage, a.Stages())
	for i := range stages {
		stages[i] = Stage{Name: fmt.Sprint("stage ", i+1), Slots: slots}
	}
	for _, l := range s.Layers(a) {
		if l.Slot < 0 { // before or behind the stages
			continue
		}
		block := Block{Kernel: l.Kernel, Expand: l.Expand, LatencyMs: math.NaN()}
		if ms != nil {
			block.LatencyMs = ms(l)
		}
		stage := &stages[l.Slot/slots]
		stage.Blocks = append(stage.Blocks, block)
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
