package additive

import (
	"math"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// AllocateFixed divides what all networks of a resolution have in common among the parts
// that every network has: stem, head, and the slots that always run and share their
// times with no other, as the stages' first layers do in OFA's families. Latencies of
// whole networks can't do that, since a millisecond can go from one of these parts to
// another, even below 0, and no prediction changes. The least that each such slot can
// take, and stem and head, are shared out by multiply-accumulates; what a slot takes
// beyond its least stays its own. The sum stays the same.
//
// ms are the times of segs, the segments of a; times gives those of other networks.
func AllocateFixed(ms []float64, segs []pass.Segment, a space.Arch, times func(space.Arch) ([]float64, error)) error {
	fixed := alwaysAlone(a.Family)
	least := make([]float64, len(ms)) // of stem, head and such slots; 0 elsewhere
	for i, s := range segs {
		switch {
		case s.Slot < 0:
			least[i] = ms[i]
		case fixed[s.Slot]:
			least[i] = math.Inf(1)
		}
	}
	smallest := a
	for choice := a.Family.Choices() - 1; choice >= 0; choice-- { // the last is the smallest
		for slot, ok := range fixed {
			if ok {
				smallest = smallest.WithChoice(slot, choice)
			}
		}
		other, err := times(smallest)
		if err != nil {
			return err
		}
		for i, s := range segs {
			if s.Slot >= 0 && fixed[s.Slot] {
				least[i] = min(least[i], other[i])
			}
		}
	}
	var common, all float64
	share := shares(segs, fixed, smallest)
	for i := range segs {
		common, all = common+least[i], all+share[i]
	}
	if common <= 0 {
		return nil
	}
	for i := range segs {
		ms[i] += common*share[i]/all - least[i]
	}
	return nil
}

// alwaysAlone tells of each slot of a family whether it always runs and is alone in its
// place of the layout.
func alwaysAlone(f *space.Family) []bool {
	slots := make([]int, len(f.Layout.Places)) // of each place
	for slot := range f.Slots() {
		slots[f.Layout.PlaceOf[slot]]++
	}
	out := make([]bool, f.Slots())
	for slot := range out {
		always := f.Position(slot) == 0 || !f.Stages[f.Stage(slot)].Elastic
		out[slot] = always && slots[f.Layout.PlaceOf[slot]] == 1
	}
	return out
}

// shares are the multiply-accumulates of stem, head and the fixed slots of a; 0 for the
// other segments. The width of the network, which a does not say, hardly matters.
func shares(segs []pass.Segment, fixed []bool, a space.Arch) []float64 {
	s := a.Family.Reference()
	out := make([]float64, len(segs))
	layers := s.Macro.Layers(a)
	pass.Gather(out, segs, layers, func(i int) float64 { return float64(layers[i].MACs()) })
	for i, seg := range segs {
		if seg.Slot >= 0 && !fixed[seg.Slot] {
			out[i] = 0
		}
	}
	return out
}

// NameSegments lists the segments of a, which take ms, with names for people.
func NameSegments(a space.Arch, segs []pass.Segment, ms []float64) (b latpred.Breakdown) {
	for i, s := range segs {
		t := latpred.SegmentTime{Name: "head", Stage: -1, Layer: -1, Ms: ms[i]}
		switch {
		case s.Slot == pass.Stem:
			t.Name = "stem"
		case s.Slot >= 0:
			t.Stage, t.Layer = a.Family.Stage(s.Slot), a.Family.Position(s.Slot)
			t.Name = a.Family.SlotName(s.Slot)
			nameChoice(&t, a, s.Slot)
		}
		b.Segments = append(b.Segments, t)
	}
	return b
}

// nameChoice says what a slot is: by its kernel and expansion, where these are all that
// its family's choices are made of, or by its label.
func nameChoice(t *latpred.SegmentTime, a space.Arch, slot int) {
	for i, f := range a.Family.Factors {
		switch f.Name {
		case "kernel":
			t.Kernel = a.Value(slot, i)
		case "expansion":
			t.Expand = a.Value(slot, i)
		default:
			t.Choice = a.Family.Label(int(a.Choice[slot]) - 1)
		}
	}
}
