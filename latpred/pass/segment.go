package pass

import (
	"errors"
	"fmt"

	"github.com/ofalat/ofalat/latpred/space"
)

// Values of Segment.Slot for the two segments that don't belong to a slot.
const (
	Stem = -1 // all layers before the first slot
	Head = -2 // all later layers that belong to no slot
)

// maxSegments is the largest number of segments of a network.
const maxSegments = space.MaxSlots + 2

// Segment is a part of a pass: the stem, an active slot or the head.
type Segment struct {
	Entry    int // index in the family's layout, see space.Layout: tables keep its time there
	Slot     int // slot of the family from 0, or Stem, or Head
	In, Out  int // height (= width) of the feature maps it reads and writes, pixels
	Launches int // number of GPU launches that PyTorch makes for it
}

// Segments appends the segments of a to dst: stem, active slots in order, head. Shapes
// are those of the reference space of a's family. It errs if a has no family, a choice
// that its family lacks, or a resolution that is not in 1 to 32,768. It is safe for
// concurrent use.
func Segments(dst []Segment, a space.Arch) ([]Segment, error) {
	p, err := planFor(a.Family, a.Resolution)
	if err != nil {
		return dst, err
	}
	dst = append(dst, p.stem)
	at := 0
	for slot := range p.count {
		if c := int(a.Choice[slot]); c > 0 {
			if c > p.choices {
				return dst, fmt.Errorf("pass: slot %d has choice %d: there are %d", slot, c-1, p.choices)
			}
			dst = append(dst, p.slots[at+c-1])
		}
		at += p.choices
	}
	return append(dst, p.head), nil
}

// Gather adds f(i), for each layer i of a network, to the element of dst of the segment
// that the layer is part of. layers are in the order of space.Space.Layers, segs are the
// network's segments, and dst must be as long as segs.
func Gather(dst []float64, segs []Segment, layers []space.Layer, f func(i int) float64) {
	var at [space.MaxSlots]int
	for i, s := range segs {
		if s.Slot >= 0 {
			at[s.Slot] = i
		}
	}
	for i, slot := range slotsOf(layers) {
		switch slot {
		case Stem:
			dst[0] += f(i)
		case Head:
			dst[len(segs)-1] += f(i)
		default:
			dst[at[slot]] += f(i)
		}
	}
}

// slotsOf gives the slot of each layer: its own; without one, Stem before the first
// layer that has a slot and Head after it.
func slotsOf(layers []space.Layer) []int {
	slots, none := make([]int, len(layers)), Stem
	for i, l := range layers {
		if slots[i] = none; l.Slot >= 0 {
			slots[i], none = l.Slot, Head
		}
	}
	return slots
}

// sameFamily returns nil if a is of family f, else an error that says how they differ.
func sameFamily(a space.Arch, f *space.Family) error {
	switch {
	case a.Family == f:
		return nil
	case a.Family == nil:
		return errors.New("pass: an architecture without a family is no network")
	case a.Stages() != len(f.Stages):
		return fmt.Errorf("pass: %s has %d stages: the model was fitted to networks of %d", a, a.Stages(), len(f.Stages))
	}
	return fmt.Errorf("pass: %s is of family %s: the model was fitted to networks of %s", a, a.Family.ID, f.ID)
}
