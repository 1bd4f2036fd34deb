package space

import "fmt"

// Layout is the layout of a family's parameter vectors in fitted tables, few-shot models
// and learned corrections: an entry for each choice of each place, then one for
// everything before the first slot (the stem), then one for everything after the last
// (the head). Slots of one place cost the same if they have the same choice.
//
// Families may share a layout, which then has room for the largest of them, so that
// models and files of one keep their order. A family's slots are the first of the
// layout's slots.
type Layout struct {
	Stages  int     // of the largest family
	Slots   int     // of the largest family
	Choices int     // of a slot
	Places  []Place // in the order of their first slots
	PlaceOf []int   // index in Places, by slot
}

// Place is a set of slots of one stage that cost the same for the same choice.
type Place struct {
	Stage int  // from 0
	Later bool // the slots come after the first of their stage
}

// natural is the layout in which each slot is a place of its own.
func (f *Family) natural() *Layout {
	l := &Layout{Stages: len(f.Stages), Slots: f.slots, Choices: f.choices}
	for slot := range f.slots {
		l.Places = append(l.Places, Place{f.Stage(slot), f.Position(slot) > 0})
		l.PlaceOf = append(l.PlaceOf, slot)
	}
	return l
}

func (l *Layout) check(f *Family) error {
	if l.Stages < len(f.Stages) || l.Slots < f.slots || l.Choices != f.choices || len(l.PlaceOf) != l.Slots {
		return fmt.Errorf("layout of %d stages, %d slots, %d choices and %d places of slots for %d stages, %d slots and %d choices",
			l.Stages, l.Slots, l.Choices, len(l.PlaceOf), len(f.Stages), f.slots, f.choices)
	}
	for slot := range f.slots {
		if p := l.PlaceOf[slot]; p < 0 || p >= len(l.Places) || l.Places[p].Stage != f.Stage(slot) {
			return fmt.Errorf("layout puts slot %d, of stage %d, in place %d", slot, f.Stage(slot)+1, p)
		}
	}
	return nil
}

// Depth is the position of a stage of f between stem and head, from −1 in the first stage to 1 in
// the last, of the family with the fewest stages among those that share f's layout, so that a
// place is as deep in all of them. It is 0 where that has a single stage.
func (f *Family) Depth(stage int) float64 {
	stages := len(f.Stages)
	for _, other := range Families() {
		if other.Layout == f.Layout {
			stages = min(stages, len(other.Stages))
		}
	}
	half := float64(stages-1) / 2
	if half == 0 {
		return 0
	}
	return (float64(stage) - half) / half
}

// ResolutionScale gives the resolution that counts as 0 and the distance that counts as 1, so
// that the smallest resolution that the family's reference space allows is −1 and the largest
// that it samples is 1. The distance is 0 if there is only one resolution.
func (f *Family) ResolutionScale() (zero, unit float64) {
	s := f.Reference()
	low, high := float64(s.Allowed.Min), float64(s.Resolutions[len(s.Resolutions)-1])
	return (low + high) / 2, (high - low) / 2
}

// Stem is the index of the entry for everything before the first slot.
func (l *Layout) Stem() int { return len(l.Places) * l.Choices }

// Head is the index of the entry for everything after the last slot.
func (l *Layout) Head() int { return l.Stem() + 1 }

// Entries is the number of entries: the length of a vector.
func (l *Layout) Entries() int { return l.Stem() + 2 }

// Entry is the index of the entry of a choice in a slot.
func (l *Layout) Entry(slot, choice int) int { return l.PlaceOf[slot]*l.Choices + choice }

// PlaceAndChoice gives the place (an index in Places) and the choice of an entry; ok is
// false for the stem and the head.
func (l *Layout) PlaceAndChoice(entry int) (place, choice int, ok bool) {
	if entry >= l.Stem() {
		return 0, 0, false
	}
	return entry / l.Choices, entry % l.Choices, true
}
