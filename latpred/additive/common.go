package additive

import (
	"math"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// AllocateFixed redistributes time among the fixed segments, which every network has: the
// stem, the head, and the slots that always run and share their times with no other slot
// (in OFA's families the first layers of stages). Latencies of whole networks don't
// determine how the time that these have in common is divided: moving a millisecond from
// one to another, even to below 0, changes no prediction. AllocateFixed pools the times of
// stem and head and the smallest time that each fixed slot takes under any choice, and
// divides the pool in proportion to multiply-accumulates. What a slot takes beyond its
// smallest time stays its own, and so does the sum.
//
// ms are the times of segs, the segments of a, and are changed in place; times gives those
// of other networks with the same segments. It errs if times does. If the pool is not above
// 0, ms stays as it is.
func AllocateFixed(ms []float64, segs []pass.Segment, a space.Arch, times func(space.Arch) ([]float64, error)) error {
	fixed := alwaysAlone(a.Family)
	least := make([]float64, len(ms)) // smallest time of each fixed segment; 0 elsewhere
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

// alwaysAlone tells for each slot of a family whether it is fixed: it always runs, and is
// the only slot of its place in the layout.
func alwaysAlone(f *space.Family) []bool {
	slots := make([]int, len(f.Layout.Places)) // number of slots of each place
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

// shares gives the multiply-accumulates of the stem, head and fixed slots of a, and 0 for
// other segments. They are those of the family's reference space: the width, which a does
// not determine, hardly changes the proportions.
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

// NameSegments lists the segments of a with readable names and their times ms, which must
// be as long as segs. TrueMs, LabelMs and HostLimited of the Breakdown are left to the
// caller.
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

// nameChoice describes the choice of a slot: factors named kernel and expansion have fields
// of their own; with any other factor Choice is the choice's label.
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
