package serve

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/space"
)

// listedSpace describes the networks of a space for the page.
type listedSpace struct {
	Width   float64        `json:"width"`             // width multiplier; 0: the family has only one width
	Depths  [][]int        `json:"depths"`            // possible depths of each stage; empty: all slots are always active
	Kernels []int          `json:"kernels,omitempty"` // OFA's
	Expands []int          `json:"expands,omitempty"` // OFA's
	Family  string         `json:"family"`
	Factors []listedFactor `json:"factors"` // that a slot's choice consists of
	Stages  []listedStage  `json:"stages"`
}

// listedFactor is one factor of a slot's choice, such as the kernel. The last factor
// varies fastest in the number of a choice.
type listedFactor struct {
	Name   string   `json:"name"`
	Levels []string `json:"levels"`
}

// listedStage is a run of slots.
type listedStage struct {
	Name   string   `json:"name"`
	Slots  []string `json:"slots"`            // names of the slots
	Depths []int    `json:"depths,omitempty"` // possible numbers of active slots; absent: all are active
}

func listSpace(s *space.Space) listedSpace {
	f := s.Family
	l := listedSpace{Width: s.Multiplier, Depths: [][]int{}, Family: f.ID}
	if s.Depths != nil {
		l.Depths = s.Depths
	}
	if s.Smallest().OFA() != nil {
		l.Kernels, l.Expands = f.Factors[space.OFAKernel].Values, f.Factors[space.OFAExpand].Values
	}
	for _, factor := range f.Factors {
		levels := make([]string, factor.Levels())
		for i := range levels {
			levels[i] = factor.Label(i)
		}
		l.Factors = append(l.Factors, listedFactor{factor.Name, levels})
	}
	for i, stage := range f.Stages {
		listed := listedStage{Name: stage.Name}
		for p := range stage.Slots {
			listed.Slots = append(listed.Slots, f.SlotName(f.First(i)+p))
		}
		if s.Depths != nil {
			listed.Depths = s.Depths[i]
		}
		l.Stages = append(l.Stages, listed)
	}
	return l
}

// network is an architecture by the numbers of its choices.
type network struct {
	Family     string `json:"family"`
	Resolution int    `json:"resolution"`
	Choices    []int  `json:"choices"` // for each slot, counted from 0; −1: the slot is inactive
}

func networkOf(a space.Arch) *network {
	n := &network{Family: a.Family.ID, Resolution: a.Resolution, Choices: []int{}}
	for slot := range a.Slots() {
		n.Choices = append(n.Choices, int(a.Choice[slot])-1)
	}
	return n
}

func (n network) arch() (space.Arch, error) {
	f, err := space.FamilyByID(n.Family)
	if err != nil {
		return space.Arch{}, err
	}
	a, err := f.NewArch(n.Resolution, n.Choices)
	if err != nil {
		return a, fmt.Errorf("choices: %w", err)
	}
	return a, nil
}
