package pass

import (
	"errors"
	"fmt"

	"github.com/ofalat/ofalat/latpred/space"
)

// Slots of the segments that are of no slot.
const (
	Stem = -1 // all that comes before the first slot
	Head = -2 // what comes after it and is of no slot
)

// maxSegments is how many a network has at most.
const maxSegments = space.MaxSlots + 2

// Segment is a part of a pass: the stem, an active slot or the head.
type Segment struct {
	Entry    int // in the family's layout, see space.Layout: where tables keep its time
	Slot     int // or Stem, or Head
	In, Out  int // height and width of the feature maps it reads and writes, pixels
	Launches int // GPU launches of PyTorch for it
}

// Segments appends the segments of a to dst, in the order in which they run, with the
// shapes that the reference of a's family gives them. It errs where a is no network.
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

// Gather adds f(i) of each layer i of a network, as space.Space.Layers lists them, to
// the segment that it is part of. dst and segs, the network's, have one length.
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

// slotsOf gives the slot of each layer: its own, or Stem before the first that has one,
// or Head.
func slotsOf(layers []space.Layer) []int {
	slots, none := make([]int, len(layers)), Stem
	for i, l := range layers {
		if slots[i] = none; l.Slot >= 0 {
			slots[i], none = l.Slot, Head
		}
	}
	return slots
}

// sameFamily says in what a is no network that a model of family f knows.
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
