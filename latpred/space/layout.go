package space

import "fmt"

// Layout says how the vectors of a family are laid out in which tables, few-shot
// models and learned corrections keep what they know: an entry for each choice of
// each place, and after them one for all that comes before the first slot (stem) and
// one for all that comes after the last (head). Slots of one place cost the same
// wherever they have the same choice.
//
// Families may share a layout, which then has room for the largest of them: models
// fitted to one and files written for it keep their order. Slots of a family are the
// first of the layout's.
type Layout struct {
	Stages  int     // of the largest family
	Slots   int     // of the largest family
	Choices int     // of a slot
	Places  []Place // in the order of their slots
	PlaceOf []int   // place of each slot
}

// Place is a set of slots that cost alike.
type Place struct {
	Stage int  // from 0
	Later bool // slots after the first of their stage
}

// natural is the layout in which each slot is a place.
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

// Stem is the entry of all that comes before the first slot.
func (l *Layout) Stem() int { return len(l.Places) * l.Choices }

// Head is the entry of all that comes after the last slot.
func (l *Layout) Head() int { return l.Stem() + 1 }

// Entries is the number of entries.
func (l *Layout) Entries() int { return l.Stem() + 2 }

// Entry is that of a slot with a choice.
func (l *Layout) Entry(slot, choice int) int { return l.PlaceOf[slot]*l.Choices + choice }

// PlaceAndChoice takes an entry apart; ok is false for stem and head.
func (l *Layout) PlaceAndChoice(entry int) (place, choice int, ok bool) {
	if entry >= l.Stem() {
		return 0, 0, false
	}
	return entry / l.Choices, entry % l.Choices, true
}
