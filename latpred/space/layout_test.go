package space_test

import (
	"testing"

	"github.com/ofalat/ofalat/latpred/space"
)

// Files that were written before rest on these numbers: place × 9 + 3 × kernel +
// expansion, stem 108, head 109, for both of OFA's families.
func TestLayouts(t *testing.T) {
	for _, c := range []struct {
		family                *space.Family
		places, choices, stem int
		slots, stages         int
	}{
		{space.OFA5, 12, 9, 108, 21, 6},
		{space.OFA6, 12, 9, 108, 21, 6},
		{space.NASBench201, 6, 5, 30, 6, 1},
		{space.FBNet, 22, 9, 198, 22, 7},
	} {
		l := c.family.Layout
		if len(l.Places) != c.places || l.Choices != c.choices || l.Stem() != c.stem || l.Head() != c.stem+1 || l.Entries() != c.stem+2 || l.Slots != c.slots || l.Stages != c.stages {
			t.Errorf("%s: %d places × %d choices, stem %d, head %d, %d entries, %d slots, %d stages, want %+v", c.family.ID,
				len(l.Places), l.Choices, l.Stem(), l.Head(), l.Entries(), l.Slots, l.Stages, c)
		}
	}
	f := space.OFA5
	for _, c := range []struct{ slot, kernel, expand, entry int }{
		{0, 0, 0, 0}, {1, 0, 0, 9}, {3, 2, 2, 17}, {4, 1, 0, 21}, {19, 2, 1, 88},
	} {
		if got := f.Layout.Entry(c.slot, f.Choice(c.kernel, c.expand)); got != c.entry {
			t.Errorf("slot %d, levels %d and %d: entry %d, want %d", c.slot, c.kernel, c.expand, got, c.entry)
		}
	}
	if space.OFA5.Layout != space.OFA6.Layout {
		t.Error("OFA's families have different layouts")
	}
}

func TestNewFamilyRefuses(t *testing.T) {
	op := []space.Factor{{Name: "operation", Labels: []string{"a", "b"}}}
	one := []space.Stage{{Name: "stage 1", Slots: 1}}
	for want, f := range map[string]space.Family{
		"one plain word":            {ID: "two words", Factors: op, Stages: one},
		"no slots":                  {ID: "x", Factors: op},
		"stage 1 has 33 slots":      {ID: "x", Factors: op, Stages: []space.Stage{{Slots: 33}}},
		"2 slots and 1 names":       {ID: "x", Factors: op, Stages: []space.Stage{{Slots: 2, SlotNames: []string{"a"}}}},
		"factor kernel has 0 value": {ID: "x", Factors: []space.Factor{{Name: "kernel"}}, Stages: one},
		"not ascending":             {ID: "x", Factors: []space.Factor{{Name: "kernel", Values: []int{5, 3}}}, Stages: one},
		"label \"a-b\" of choice 0": {ID: "x", Factors: []space.Factor{{Name: "operation", Labels: []string{"a-b"}}}, Stages: one},
		"label \"a\" of choice 1":   {ID: "x", Factors: []space.Factor{{Name: "operation", Labels: []string{"a", "a"}}}, Stages: one},
		"layout of 1 stages":        {ID: "x", Factors: op, Stages: one, Layout: &space.Layout{Stages: 1, Slots: 1, Choices: 3, PlaceOf: []int{0}}},
		"layout puts slot 0":        {ID: "x", Factors: op, Stages: one, Layout: &space.Layout{Stages: 1, Slots: 1, Choices: 2, PlaceOf: []int{0}}},
	} {
		if _, err := space.NewFamily(f); !contains(err, want) {
			t.Errorf("NewFamily: %v, want …%s…", err, want)
		}
	}
}
