package lut

import (
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/tensor"
)

// LinearHeader is what a file says of a Linear; the tensor times has four numbers for
// each time: resolution, slot (−1: the constant), number of the choice, milliseconds.
type LinearHeader struct {
	Slots int `json:"slots"`
}

// choiceGenes are the genes of a slot by the number of the choice.
var choiceGenes = func() (genes []int) {
	for _, kernel := range []int{3, 5, 7} {
		for _, expand := range []int{3, 4, 6} {
			genes = append(genes, kernel*geneValues+expand)
		}
	}
	return genes
}()

// Store puts the times into b, under a name that starts with prefix.
func (m *Linear) Store(b *tensor.Bundle, prefix string) LinearHeader {
	var times []float64
	for _, r := range m.Resolutions() {
		for f, ms := range m.weights[r] {
			switch choice := slices.Index(choiceGenes, (f-1)%genesPerSlot); {
			case f == 0:
				times = append(times, float64(r), -1, 0, ms)
			case ms != 0:
				times = append(times, float64(r), float64((f-1)/genesPerSlot), float64(choice), ms)
			}
		}
	}
	b.PutFloat64(prefix+"times", times)
	return LinearHeader{m.slots}
}

// Load makes the model that Store took in; it checks what it reads.
func (h LinearHeader) Load(b *tensor.Bundle, prefix string) (*Linear, error) {
	if h.Slots < 1 || h.Slots > space.MaxSlots {
		return nil, fmt.Errorf("model: %d slots", h.Slots)
	}
	times, err := b.Float64(prefix+"times", -1)
	if err != nil {
		return nil, err
	}
	m := &Linear{weights: map[int][]float64{}, slots: h.Slots}
	for ; len(times) >= 4; times = times[4:] {
		r, slot, choice := int(times[0]), int(times[1]), int(times[2])
		if r < 1 || r > 1<<16 || slot < -1 || slot >= m.slots || choice < 0 || choice >= len(choiceGenes) {
			return nil, fmt.Errorf("model: a time of choice %d of slot %d at resolution %d", choice, slot, r)
		}
		if m.weights[r] == nil {
			m.weights[r] = make([]float64, 1+m.slots*genesPerSlot)
		}
		at := 0
		if slot >= 0 {
			at = 1 + slot*genesPerSlot + choiceGenes[choice]
		}
		m.weights[r][at] = times[3]
	}
	if len(times) != 0 || len(m.weights) == 0 {
		return nil, fmt.Errorf("model: times are missing")
	}
	return m, nil
}
