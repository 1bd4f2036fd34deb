package encode

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/space"
)

func (o *oneHot) Decode(row []float32) (space.Arch, error) {
	if len(row) != o.width {
		return space.Arch{}, fmt.Errorf("%s: row of %d values, want %d", o.name, len(row), o.width)
	}
	a := space.Arch{Family: o.family, Resolution: o.bins.first}
	if o.bins.n > 0 {
		bin, err := o.hot(row, o.width-o.bins.n, o.bins.n)
		if err != nil {
			return space.Arch{}, err
		}
		if bin < 0 {
			return space.Arch{}, fmt.Errorf("%s: no resolution is set", o.name)
		}
		a.Resolution += o.bins.step * bin
	}
	levels := make([]int, len(o.factors))
	for slot := range o.slots {
		runs, err := o.slotLevels(levels, row, slot)
		stage, position := o.family.Stage(slot), o.family.Position(slot)
		switch {
		case err != nil:
			return space.Arch{}, err
		case !runs && position == 0:
			return space.Arch{}, fmt.Errorf("%s: stage %d is empty", o.name, stage+1)
		case !runs && !o.family.Stages[stage].Elastic:
			return space.Arch{}, fmt.Errorf("%s: slot %d is empty, and always runs", o.name, slot)
		case !runs:
		case position > 0 && !a.Active(slot-1):
			return space.Arch{}, fmt.Errorf("%s: slot %d follows an inactive one", o.name, slot)
		default:
			a.Choice[slot] = uint8(1 + o.family.Choice(levels...))
		}
	}
	return a, nil
}

// slotLevels writes the level of each factor of a slot to levels; runs is false if none is
// set. It errs if only some are set.
func (o *oneHot) slotLevels(levels []int, row []float32, slot int) (runs bool, err error) {
	set := 0
	for i := range o.factors {
		f := &o.factors[i]
		if levels[i], err = o.hot(row, f.base+slot*f.levels, f.levels); err != nil {
			return false, err
		}
		if levels[i] >= 0 {
			set++
		}
	}
	if set > 0 && set < len(levels) {
		return false, fmt.Errorf("%s: slot %d has %d of its %d factors, not all", o.name, slot, set, len(levels))
	}
	return set > 0, nil
}

// hot gives the index, in row[from:from+n], of the single 1; −1 if all are 0.
func (o *oneHot) hot(row []float32, from, n int) (int, error) {
	at := -1
	for i, v := range row[from : from+n] {
		switch {
		case v == 0:
		case v == 1 && at < 0:
			at = i
		default:
			return 0, fmt.Errorf("%s: value %g at index %d is not one-hot", o.name, v, from+i)
		}
	}
	return at, nil
}
