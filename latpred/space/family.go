package space

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Limits of families.
const (
	MaxSlots   = 32  // slots of an architecture
	maxChoices = 255 // choices of a slot: a uint8 without 0, which means no choice
)

// Factor is one component of a choice: the kernel size of a block, its expansion, or an
// operation. Levels are numbered from 0.
type Factor struct {
	Name    string   // "kernel"
	Values  []int    // the value of each level, ascending; nil if levels are names
	Labels  []string // the text of each level; nil: the values
	Ordered bool     // a lower level always costs less, whatever the other choices are
}

// Levels is the number of levels of f.
func (f Factor) Levels() int { return max(len(f.Values), len(f.Labels)) }

// Label is the text of a level.
func (f Factor) Label(level int) string {
	if f.Labels != nil {
		return f.Labels[level]
	}
	return strconv.Itoa(f.Values[level])
}

// labels gives the texts of several levels.
func (f Factor) labels(levels []int) []string {
	out := make([]string, len(levels))
	for i, l := range levels {
		out[i] = f.Label(l)
	}
	return out
}

// Stage is a group of consecutive slots.
type Stage struct {
	Name      string   // "stage 1"
	Slots     int      // number of slots, at least 1
	Elastic   bool     // the depth is a choice: only the first slots run; false: all slots always run
	SlotNames []string // name of each slot, for people; nil: "stage 1, layer 2"
}

// Family is a form of networks: their slots, the choices of a slot, and the text of an
// architecture. Spaces of one family differ in widths, in input resolutions and in the
// choices that they allow; encodings and additive tables belong to a family.
//
// A choice has one level of each factor. Choices are numbered from 0; the level of the
// last factor varies fastest.
//
// Make families with NewFamily and do not change them afterwards.
type Family struct {
	ID      string // "ofa-5"
	Name    string // for people
	Factors []Factor
	Stages  []Stage
	Layout  *Layout // nil: each slot is a place of its own
	Text    Text    // nil: the common form, see Arch.String

	slots, choices  int
	first           []int           // first slot of each stage, then the number of slots
	stage, position [MaxSlots]uint8 // by slot
	levels, values  [][]int         // factor × (1 + choice); at 0, no choice, −1 and 0
	all             [][]int         // by factor: all its levels, 0, 1, …
	labels          []string        // by choice
}

// NewFamily checks a family and prepares it for use. It errs if the ID is not one plain
// word, if there are no slots or more than MaxSlots, if there are more than 255 choices,
// if labels are not unique plain words, or if the layout does not fit.
func NewFamily(f Family) (*Family, error) {
	if f.ID == "" || strings.ContainsAny(f.ID, " \t,|[{") {
		return nil, fmt.Errorf("space: family %q: the ID must be one plain word", f.ID)
	}
	if err := f.numberSlots(); err != nil {
		return nil, fmt.Errorf("space: family %s: %w", f.ID, err)
	}
	if err := f.numberChoices(); err != nil {
		return nil, fmt.Errorf("space: family %s: %w", f.ID, err)
	}
	if f.Layout == nil {
		f.Layout = f.natural()
	}
	if err := f.Layout.check(&f); err != nil {
		return nil, fmt.Errorf("space: family %s: %w", f.ID, err)
	}
	return &f, nil
}

// MustFamily is NewFamily for package variables: it panics where NewFamily errs.
func MustFamily(f Family) *Family {
	family, err := NewFamily(f)
	if err != nil {
		panic(err.Error())
	}
	return family
}

func (f *Family) numberSlots() error {
	f.first = []int{0}
	for i, st := range f.Stages {
		if st.Slots < 1 || f.slots+st.Slots > MaxSlots {
			return fmt.Errorf("stage %d has %d slots: want at least one, and at most %d in all", i+1, st.Slots, MaxSlots)
		}
		if st.SlotNames != nil && len(st.SlotNames) != st.Slots {
			return fmt.Errorf("stage %d has %d slots and %d names of slots", i+1, st.Slots, len(st.SlotNames))
		}
		for p := range st.Slots {
			f.stage[f.slots], f.position[f.slots] = uint8(i), uint8(p)
			f.slots++
		}
		f.first = append(f.first, f.slots)
	}
	if f.slots == 0 {
		return fmt.Errorf("no slots")
	}
	return nil
}

func (f *Family) numberChoices() error {
	f.choices = 1
	for _, factor := range f.Factors {
		n := factor.Levels()
		if n == 0 || factor.Values != nil && factor.Labels != nil && len(factor.Values) != len(factor.Labels) {
			return fmt.Errorf("factor %s has %d values and %d labels", factor.Name, len(factor.Values), len(factor.Labels))
		}
		if !slices.IsSorted(factor.Values) {
			return fmt.Errorf("factor %s: %v are not ascending", factor.Name, factor.Values)
		}
		all := make([]int, n)
		for l := range all {
			all[l] = l
		}
		if f.choices *= n; f.choices > maxChoices {
			return fmt.Errorf("more than %d choices", maxChoices)
		}
		f.all = append(f.all, all)
	}
	period := f.choices
	for _, factor := range f.Factors {
		period /= factor.Levels()
		levels, values := []int{-1}, []int{0}
		for c := range f.choices {
			level := c / period % factor.Levels()
			levels = append(levels, level)
			if factor.Values == nil {
				values = append(values, 0)
			} else {
				values = append(values, factor.Values[level])
			}
		}
		f.levels, f.values = append(f.levels, levels), append(f.values, values)
	}
	for c := range f.choices {
		var parts []string
		for i, factor := range f.Factors {
			parts = append(parts, factor.Label(f.Level(c, i)))
		}
		label := strings.Join(parts, ":")
		if label == "" || strings.ContainsAny(label, " \t,-") || slices.Contains(f.labels, label) {
			return fmt.Errorf("label %q of choice %d is written with separators or twice", label, c)
		}
		f.labels = append(f.labels, label)
	}
	return nil
}

// Slots is the number of slots of all stages.
func (f *Family) Slots() int { return f.slots }

// Choices is the number of choices of a slot.
func (f *Family) Choices() int { return f.choices }

// First is the first slot of a stage. For the stage after the last it is the number of
// slots.
func (f *Family) First(stage int) int { return f.first[stage] }

// Stage is the stage of a slot, from 0.
func (f *Family) Stage(slot int) int { return int(f.stage[slot]) }

// Position is the place of a slot in its stage, from 0.
func (f *Family) Position(slot int) int { return int(f.position[slot]) }

// Level is the level of a factor in a choice; −1 for choice −1, which is none.
func (f *Family) Level(choice, factor int) int { return f.levels[factor][1+choice] }

// Value is the value of a factor in a choice; 0 for choice −1, which is none, and if the
// factor's levels are names.
func (f *Family) Value(choice, factor int) int { return f.values[factor][1+choice] }

// Label is the text of a choice: the labels of its levels, joined by colons.
func (f *Family) Label(choice int) string { return f.labels[choice] }

// Choice is the number of the choice with the given levels, one for each factor. It
// panics if the number of levels or one of them is wrong.
func (f *Family) Choice(levels ...int) int {
	if len(levels) != len(f.Factors) {
		panic(fmt.Sprintf("space: %d levels for the %d factors of %s", len(levels), len(f.Factors), f.ID))
	}
	c := 0
	for i, l := range levels {
		n := f.Factors[i].Levels()
		if l < 0 || l >= n {
			panic(fmt.Sprintf("space: level %d of %s: there are %d", l, f.Factors[i].Name, n))
		}
		c = c*n + l
	}
	return c
}

// ByLabel finds a choice by its Label.
func (f *Family) ByLabel(label string) (choice int, ok bool) {
	c := slices.Index(f.labels, label)
	return c, c >= 0
}

// SlotName names a slot for people: its stage's SlotNames, or else "stage 1, layer 2".
func (f *Family) SlotName(slot int) string {
	stage := f.Stage(slot)
	if names := f.Stages[stage].SlotNames; names != nil {
		return names[f.Position(slot)]
	}
	return fmt.Sprintf("%s, layer %d", f.Stages[stage].Name, f.Position(slot)+1)
}

// elastic reports whether a stage of the family is elastic.
func (f *Family) elastic() bool {
	return slices.ContainsFunc(f.Stages, func(st Stage) bool { return st.Elastic })
}
