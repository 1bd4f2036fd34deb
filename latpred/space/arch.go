package space

import (
	"errors"
	"fmt"
)

// Arch is one sub-network. It is comparable, and canonical: a slot that does not run
// has no choice, so that two architectures are equal where their networks are. Which
// widths the network has is the Space's affair.
//
// The zero Arch is no network. Loops may read Choice; what sets it are the methods
// that begin with With, Parse, and a Space.
type Arch struct {
	Family     *Family
	Resolution int             // input height and width, pixels
	Choice     [MaxSlots]uint8 // of each slot, 1 + the number of the choice; 0: the slot does not run
}

// NewArch makes an architecture from the choice of each slot, −1 where it does not
// run.
func (f *Family) NewArch(resolution int, choices []int) (Arch, error) {
	a := Arch{Family: f, Resolution: resolution}
	if len(choices) != f.slots {
		return Arch{}, fmt.Errorf("%d choices, want %d", len(choices), f.slots)
	}
	for slot, c := range choices {
		if c < -1 || c >= f.choices {
			return Arch{}, fmt.Errorf("choice %d of %s: want 0 to %d", c, f.SlotName(slot), f.choices-1)
		}
		a.Choice[slot] = uint8(c + 1)
	}
	if resolution <= 0 {
		return Arch{}, fmt.Errorf("resolution %d: want a number of pixels", resolution)
	}
	return a, a.check()
}

// check says in what a is not canonical.
func (a Arch) check() error {
	if a.Family == nil {
		return errors.New("an architecture without a family is no network")
	}
	for slot, c := range a.Choice {
		switch {
		case slot >= a.Family.slots:
			if c != 0 {
				return fmt.Errorf("slot %d has a choice: %s has %d slots", slot, a.Family.ID, a.Family.slots)
			}
		case int(c) > a.Family.choices:
			return fmt.Errorf("choice %d of %s: there are %d", c-1, a.Family.SlotName(slot), a.Family.choices)
		case c == 0 && (a.Family.Position(slot) == 0 || !a.Family.Stages[a.Family.Stage(slot)].Elastic):
			return fmt.Errorf("%s has no choice: it always runs", a.Family.SlotName(slot))
		case c != 0 && a.Family.Position(slot) > 0 && a.Choice[slot-1] == 0:
			return fmt.Errorf("%s runs and the slot before it does not: not canonical, make architectures with Parse or NewArch", a.Family.SlotName(slot))
		}
	}
	return nil
}

// Stages is the number of stages; 0 for the zero Arch.
func (a Arch) Stages() int {
	if a.Family == nil {
		return 0
	}
	return len(a.Family.Stages)
}

// Slots is the number of slots, those that run and those that don't.
func (a Arch) Slots() int {
	if a.Family == nil {
		return 0
	}
	return a.Family.slots
}

// Active reports whether slot runs.
func (a Arch) Active(slot int) bool { return a.Choice[slot] != 0 }

// Depth is how many slots of a stage run; 0 where there is no such stage.
func (a Arch) Depth(stage int) int {
	if stage >= a.Stages() {
		return 0
	}
	n := 0
	for _, c := range a.Choice[a.Family.first[stage]:a.Family.first[stage+1]] {
		if c == 0 {
			break
		}
		n++
	}
	return n
}

// Blocks is the number of slots that run.
func (a Arch) Blocks() int {
	n := 0
	for _, c := range a.Choice {
		if c != 0 {
			n++
		}
	}
	return n
}

// Level is that of a factor in a slot; −1 where the slot does not run.
func (a Arch) Level(slot, factor int) int {
	if a.Choice[slot] == 0 {
		return -1
	}
	return a.Family.levels[factor][a.Choice[slot]]
}

// Value is the number of a factor in a slot, for example the kernel's size; 0 where
// the slot does not run, or where the factor's levels are names.
func (a Arch) Value(slot, factor int) int {
	if a.Choice[slot] == 0 {
		return 0
	}
	return a.Family.values[factor][a.Choice[slot]]
}

// WithChoice is a with another choice for a slot that runs. A slot that does not, or
// a number that is no choice, panics.
func (a Arch) WithChoice(slot, choice int) Arch {
	if !a.Active(slot) || choice < 0 || choice >= a.Family.choices {
		panic(fmt.Sprintf("space: choice %d for slot %d of %s", choice, slot, a))
	}
	a.Choice[slot] = uint8(choice + 1)
	return a
}

// WithLevel is a with another level of one factor in a slot that runs.
func (a Arch) WithLevel(slot, factor, level int) Arch {
	if !a.Active(slot) || level < 0 || level >= a.Family.Factors[factor].Levels() {
		panic(fmt.Sprintf("space: level %d of factor %d for slot %d of %s", level, factor, slot, a))
	}
	period := 1
	for _, f := range a.Family.Factors[factor+1:] {
		period *= f.Levels()
	}
	change := (level - a.Level(slot, factor)) * period
	a.Choice[slot] = uint8(int(a.Choice[slot]) + change)
	return a
}

// WithValue is WithLevel by the number of the level: WithValue(0, OFAKernel, 7). A
// number that the factor does not have panics.
func (a Arch) WithValue(slot, factor, value int) Arch {
	for level, v := range a.Family.Factors[factor].Values {
		if v == value {
			return a.WithLevel(slot, factor, level)
		}
	}
	panic(fmt.Sprintf("space: %s %d, want one of %v", a.Family.Factors[factor].Name, value, a.Family.Factors[factor].Values))
}

// WithDepth is a with a stage of another depth. Slots that then run get the choice of
// the last that ran. A depth that the stage can't have panics.
func (a Arch) WithDepth(stage, depth int) Arch {
	was := a.Depth(stage)
	if st := a.Family.Stages[stage]; depth < 1 || depth > st.Slots || !st.Elastic && depth != st.Slots {
		panic(fmt.Sprintf("space: depth %d for stage %d of %s", depth, stage, a.Family.ID))
	}
	slots := a.Choice[a.Family.first[stage]:a.Family.first[stage+1]]
	for p := range slots {
		switch {
		case p >= depth:
			slots[p] = 0
		case p >= was:
			slots[p] = max(1, slots[max(0, p-1)])
		}
	}
	return a
}

// String gives the canonical text, which Parse reads. Its form is the family's:
//
//	r176 d43344 k5533-535-335-3557-5755 e6666-444-444-6666-6666
//	|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|
//
// and, common to families without a form of their own, the family, the resolution and
// for each stage the labels of its slots:
//
//	fbnet r224 skip k3_e3-k3_e1-skip-skip k5_e6-k3_e3-k5_e1-k3_e3 …
func (a Arch) String() string {
	switch {
	case a.Family == nil:
		return "no network"
	case a.Family.Text == nil:
		return formatCommon(a)
	}
	return a.Family.Text.Format(a)
}

// MarshalText gives the canonical text. The zero Arch has none.
func (a Arch) MarshalText() ([]byte, error) {
	if a.Family == nil {
		return nil, errors.New("space: the zero architecture has no text")
	}
	return []byte(a.String()), nil
}

// UnmarshalText reads what Parse reads.
func (a *Arch) UnmarshalText(text []byte) error {
	parsed, err := Parse(string(text))
	if err == nil {
		*a = parsed
	}
	return err
}

// MarshalBinary gives the canonical text, for formats such as gob, which would follow
// the pointer to the family; nothing for the zero Arch.
func (a Arch) MarshalBinary() ([]byte, error) {
	if a.Family == nil {
		return nil, nil
	}
	return a.MarshalText()
}

// UnmarshalBinary reads what MarshalBinary wrote.
func (a *Arch) UnmarshalBinary(text []byte) error {
	if len(text) == 0 {
		*a = Arch{}
		return nil
	}
	return a.UnmarshalText(text)
}
