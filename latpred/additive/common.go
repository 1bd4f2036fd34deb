package additive

import (
	"math"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// ShareCommon divides among stem, head and the stages' first layers what all networks of
// a resolution have in common. Latencies of whole networks can't do that: every
// network has a stem, a head and one first layer a stage, so that a millisecond can
// go from one to another, even below 0, and no prediction changes. The least that
// each first layer can take, and stem and head, are shared out by
// multiply-accumulates; what a first layer takes beyond its least stays its own.
// The sum stays the same.
//
// ms are the times of segs, the segments of a; times gives those of other networks.
func ShareCommon(ms []float64, segs []pass.Segment, a space.Arch, times func(space.Arch) ([]float64, error)) error {
	least := make([]float64, len(ms)) // of stem, head and first layers; 0 elsewhere
	for i, s := range segs {
		switch {
		case s.Slot < 0:
			least[i] = ms[i]
		case !pass.Later(s.Entry):
			least[i] = math.Inf(1)
		}
	}
	smallest := a
	for choice := a.Family.Choices() - 1; choice >= 0; choice-- { // the last is the smallest
		for stage := range a.Stages() {
			smallest = smallest.WithChoice(a.Family.First(stage), choice)
		}
		other, err := times(smallest)
		if err != nil {
			return err
		}
		for i, s := range segs {
			if s.Slot >= 0 && !pass.Later(s.Entry) {
				least[i] = min(least[i], other[i])
			}
		}
	}
	var common, all float64
	share := shares(segs, smallest)
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

// shares are the multiply-accumulates of stem, head and first layers of a; 0 for the
// other segments. The width of the network, which a does not say, hardly matters.
func shares(segs []pass.Segment, a space.Arch) []float64 {
	out := make([]float64, len(segs))
	at := 0 // segments go as layers do, stem and head being several
	for _, l := range a.Family.Reference().Layers(a) {
		if l.Kind == space.Block || at > 0 && segs[at].Slot >= 0 {
			at++
		}
		if segs[at].Slot < 0 || !pass.Later(segs[at].Entry) {
			out[at] += float64(l.MACs())
		}
	}
	return out
}

// NameSegments lists the segments of a with names for people.
func NameSegments(a space.Arch, segs []pass.Segment, ms []float64) (b latpred.Breakdown) {
	for i, s := range segs {
		t := latpred.SegmentTime{Name: "head", Stage: -1, Layer: -1, Ms: ms[i]}
		switch {
		case s.Entry == pass.Stem:
			t.Name = "stem"
		case s.Slot >= 0:
			t.Stage, t.Layer = a.Family.Stage(s.Slot), a.Family.Position(s.Slot)
			t.Name = a.Family.SlotName(s.Slot)
			t.Kernel, t.Expand = a.Value(s.Slot, space.OFAKernel), a.Value(s.Slot, space.OFAExpand)
		}
		b.Segments = append(b.Segments, t)
	}
	return b
}
