package space

import (
	"errors"
	"fmt"
)

// Arch is one sub-network of a family. It is comparable and canonical: a slot that does
// not run has no choice, so that equal networks are equal values. An Arch says nothing
// about widths, which belong to the Space.
//
// The zero Arch is no network. Choice may be read, but make and change architectures
// with NewArch, Parse, the methods that begin with With, and the methods of Space,
// which keep them canonical.
type Arch struct {
	Family     *Family         // nil only in the zero Arch
	Resolution int             // input height and width, pixels
	Choice     [MaxSlots]uint8 // by slot: 1 + the number of the choice; 0: the slot does not run
}

// NewArch makes an architecture from one choice for each slot of f, −1 for a slot that
// does not run. It errs if the length or a choice is wrong, if the resolution is not
// above 0, or if the result is not canonical.
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

// check explains why a is not canonical; nil if it is.
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

// Slots is the number of slots, whether they run or not; 0 for the zero Arch.
func (a Arch) Slots() int {
	if a.Family == nil {
		return 0
	}
	return a.Family.slots
}

// Active reports whether a slot runs.
func (a Arch) Active(slot int) bool { return a.Choice[slot] != 0 }

// Depth is the number of slots of a stage that run; 0 for a stage that the family does
// not have.
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

// Level is the level of a factor (its index in Family.Factors) in a slot; −1 if the slot
// does not run.
func (a Arch) Level(slot, factor int) int {
	if a.Choice[slot] == 0 {
		return -1
	}
	return a.Family.levels[factor][a.Choice[slot]]
}

// Value is the value of a factor in a slot, for example the kernel size; 0 if the slot
// does not run, or if the factor's levels are names.
func (a Arch) Value(slot, factor int) int {
	if a.Choice[slot] == 0 {
		return 0
	}
	return a.Family.values[factor][a.Choice[slot]]
}

// WithChoice returns a with another choice in one slot. It panics if the slot does not
// run, or if there is no such choice.
func (a Arch) WithChoice(slot, choice int) Arch {
	if !a.Active(slot) || choice < 0 || choice >= a.Family.choices {
		panic(fmt.Sprintf("space: choice %d for slot %d of %s", choice, slot, a))
	}
	a.Choice[slot] = uint8(choice + 1)
	return a
}

// WithLevel returns a with another level of one factor in one slot. It panics if the slot
// does not run, or if there is no such level.
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

// WithValue is WithLevel with the level given by its value: WithValue(0, OFAKernel, 7).
// It panics if the factor does not have the value.
func (a Arch) WithValue(slot, factor, value int) Arch {
	for level, v := range a.Family.Factors[factor].Values {
		if v == value {
			return a.WithLevel(slot, factor, level)
		}
	}
	panic(fmt.Sprintf("space: %s %d, want one of %v", a.Family.Factors[factor].Name, value, a.Family.Factors[factor].Values))
}

// WithDepth returns a with another depth of one stage. Slots that begin to run copy the
// choice of the last one that ran. It panics if the stage can't have the depth.
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

// String gives the canonical text, which Parse reads. The family defines its form:
//
//	r176 d43344 k5533-535-335-3557-5755 e6666-444-444-6666-6666
//	|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|
//
// Families without a form of their own share a common one: the family, the resolution,
// and for each stage the labels of its slots:
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

// MarshalText gives the canonical text. It errs for the zero Arch.
func (a Arch) MarshalText() ([]byte, error) {
	if a.Family == nil {
		return nil, errors.New("space: the zero architecture has no text")
	}
	return []byte(a.String()), nil
}

// UnmarshalText reads any text that Parse reads. On error a is unchanged.
func (a *Arch) UnmarshalText(text []byte) error {
	parsed, err := Parse(string(text))
	if err == nil {
		*a = parsed
	}
	return err
}

// MarshalBinary gives the canonical text, and no bytes for the zero Arch. It is for
// formats such as gob, which would otherwise follow the pointer to the family.
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
