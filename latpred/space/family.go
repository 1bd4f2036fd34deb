package space

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// MaxSlots is how many slots an architecture of any family has at most, and
// maxChoices how many choices a slot.
const (
	MaxSlots   = 32
	maxChoices = 255 // what a uint8 can number, 0 being no choice
)

// Factor is one of the things that a choice is made of: the kernel of a block, its
// expansion, an operation.
type Factor struct {
	Name    string   // "kernel"
	Values  []int    // its levels as numbers, ascending; nil where they are names
	Labels  []string // its levels as they are written; nil: the numbers
	Ordered bool     // of two levels the lower costs less, whatever else is chosen
}

// Levels is the number of levels of f.
func (f Factor) Levels() int { return max(len(f.Values), len(f.Labels)) }

// Label is how a level is written.
func (f Factor) Label(level int) string {
	if f.Labels != nil {
		return f.Labels[level]
	}
	return strconv.Itoa(f.Values[level])
}

// labels writes several levels: "[3 5 7]".
func (f Factor) labels(levels []int) []string {
	out := make([]string, len(levels))
	for i, l := range levels {
		out[i] = f.Label(l)
	}
	return out
}

// Stage is a run of slots.
type Stage struct {
	Name      string   // "stage 1"
	Slots     int      // how many it has
	Elastic   bool     // only the first slots run, as many as the stage is deep; false: all do, always
	SlotNames []string // of each slot, for people; nil: "stage 1, layer 2"
}

// Family is a form of networks: which slots they have, what each may be, and how an
// architecture is written. Spaces of one family differ in widths, in input
// resolutions and in which of the choices they allow; encodings and additive tables
// belong to a family.
//
// A choice of a slot has a level of each factor. Choices are numbered from 0; the
// last factor varies fastest.
//
// Families are made by NewFamily, and must not be changed then.
type Family struct {
	ID      string // "ofa-5"
	Name    string // for people
	Factors []Factor
	Stages  []Stage
	Layout  *Layout // nil: a place for each slot
	Text    Text    // nil: the common form, see Arch.String

	slots, choices  int
	first           []int           // slot of each stage, and after the last the number of slots
	stage, position [MaxSlots]uint8 // of each slot
	levels, values  [][]int         // factor × (1 + choice); of no choice −1 and 0
	all             [][]int         // of each factor: 0, 1, … levels − 1
	labels          []string        // of each choice
}

// NewFamily checks a family and prepares it for use.
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

// MustFamily is NewFamily for families in programs; it panics where NewFamily errs.
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

// First is the first slot of a stage; after the last stage comes the number of slots.
func (f *Family) First(stage int) int { return f.first[stage] }

// Stage is the stage of a slot, Position where in its stage the slot is, both from 0.
func (f *Family) Stage(slot int) int { return int(f.stage[slot]) }

// Position see Stage.
func (f *Family) Position(slot int) int { return int(f.position[slot]) }

// Level is that of a factor in a choice.
func (f *Family) Level(choice, factor int) int { return f.levels[factor][1+choice] }

// Value is the number of a factor in a choice; 0 where its levels are names.
func (f *Family) Value(choice, factor int) int { return f.values[factor][1+choice] }

// Label is how a choice is written: the labels of its factors, with colons between.
func (f *Family) Label(choice int) string { return f.labels[choice] }

// Choice is the choice with these levels, one for each factor.
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

// ByLabel finds a choice by how it is written.
func (f *Family) ByLabel(label string) (choice int, ok bool) {
	c := slices.Index(f.labels, label)
	return c, c >= 0
}

// SlotName names a slot for people: "stage 1, layer 2".
func (f *Family) SlotName(slot int) string {
	stage := f.Stage(slot)
	if names := f.Stages[stage].SlotNames; names != nil {
		return names[f.Position(slot)]
	}
	return fmt.Sprintf("%s, layer %d", f.Stages[stage].Name, f.Position(slot)+1)
}

// elastic reports whether slots can be switched off.
func (f *Family) elastic() bool {
	return slices.ContainsFunc(f.Stages, func(st Stage) bool { return st.Elastic })
}
