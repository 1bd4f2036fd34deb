package lut

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/tensor"
)

// LinearHeader is the JSON part of a Linear in a file. The tensor "times" has four numbers
// for each time: resolution, slot (−1: the constant), choice, milliseconds. Times of
// choices that are 0 are left out.
type LinearHeader struct {
	Family string `json:"family"` // its ID
}

// Store puts the times into b, as a tensor whose name is prefix and "times".
func (m *Linear) Store(b *tensor.Bundle, prefix string) LinearHeader {
	var times []float64
	for _, r := range m.Resolutions() {
		for f, ms := range m.weights[r] {
			switch slot, choice := m.slotAndChoice(f); {
			case f == 0:
				times = append(times, float64(r), -1, 0, ms)
			case ms != 0:
				times = append(times, float64(r), float64(slot), float64(choice), ms)
			}
		}
	}
	b.PutFloat64(prefix+"times", times)
	return LinearHeader{m.family.ID}
}

// slotAndChoice gives the slot and the choice of a feature other than the constant.
func (m *Linear) slotAndChoice(feature int) (slot, choice int) {
	return (feature - 1) / m.family.Choices(), (feature - 1) % m.family.Choices()
}

// Load makes the model again that Store wrote. It errs if the family is not known, or if
// the tensor is missing or inconsistent.
func (h LinearHeader) Load(b *tensor.Bundle, prefix string) (*Linear, error) {
	family, err := space.FamilyByID(h.Family)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	times, err := b.Float64(prefix+"times", -1)
	if err != nil {
		return nil, err
	}
	m := newLinear(family)
	for ; len(times) >= 4; times = times[4:] {
		r, slot, choice := int(times[0]), int(times[1]), int(times[2])
		if r < 1 || slot < -1 || slot >= family.Slots() || choice < 0 || choice >= family.Choices() {
			return nil, fmt.Errorf("model: a time of choice %d of slot %d at resolution %d", choice, slot, r)
		}
		if m.weights[r] == nil {
			m.weights[r] = make([]float64, m.width())
		}
		at := 0
		if slot >= 0 {
			at = 1 + slot*family.Choices() + choice
		}
		m.weights[r][at] = times[3]
	}
	if len(times) != 0 || len(m.weights) == 0 {
		return nil, fmt.Errorf("model: times are missing")
	}
	return m, nil
}
