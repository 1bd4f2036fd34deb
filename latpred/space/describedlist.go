package space

import (
	"fmt"
	"strings"

	"github.com/ofalat/ofalat/latpred/literal"
)

// heldBy finds the one dictionary of a list in which all else are numbers, as OFA's search
// gives a network between its accuracy and its latency.
func heldBy(v literal.Value) (held literal.Value, ok bool) {
	for _, e := range v.List {
		switch {
		case e.Kind == literal.Dict && !ok:
			held, ok = e, true
		case e.Kind != literal.Number:
			return held, false
		}
	}
	return held, ok && len(v.List) > 1
}

// describeList reads the numbers or the labels of all slots' choices.
func describeList(v literal.Value) (Arch, error) {
	var found []*Family
	var have []string
	for _, f := range Families() {
		if !f.elastic() {
			have = append(have, fmt.Sprintf("%d (%s)", f.slots, f.ID))
			if f.slots == len(v.List) {
				found = append(found, f)
			}
		}
	}
	switch {
	case len(found) == 0:
		return Arch{}, v.Errorf("a list of %d choices: there are families of %s", len(v.List), strings.Join(have, ", "))
	case len(found) > 1:
		return Arch{}, v.Errorf("a list of %d choices could be of %s or %s: use the canonical text", len(v.List), found[0].ID, found[1].ID)
	}
	f := found[0]
	a := Arch{Family: f}
	for slot, e := range v.List {
		c, ok := 0, true
		switch e.Kind {
		case literal.Text:
			if c, ok = f.ByLabel(e.Text); !ok {
				return Arch{}, e.Errorf("%q is no choice of %s: there are %s", e.Text, f.SlotName(slot), strings.Join(f.labels, " "))
			}
		default:
			var err error
			if c, err = e.Int(); err != nil {
				return Arch{}, err
			}
			if c < 0 || c >= f.choices {
				return Arch{}, e.Errorf("choice %d of %s, want 0 to %d", c, f.SlotName(slot), f.choices-1)
			}
		}
		if e.Kind != v.List[0].Kind {
			return Arch{}, e.Errorf("%v among others that are %v: a list has all numbers or all labels", e.Kind, v.List[0].Kind)
		}
		a.Choice[slot] = uint8(c + 1)
	}
	return a, nil
}
