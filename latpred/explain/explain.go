// Package explain says what a latency is made of, and what would shorten it: Explain
// takes a prediction apart and tries every smaller choice.
package explain

import (
	"cmp"
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/space"
)

// Explanation is what Explain says.
type Explanation struct {
	Arch      space.Arch         `json:"arch"`
	LatencyMs float64            `json:"latency_ms"`
	Breakdown *latpred.Breakdown `json:"breakdown,omitempty"` // nil: the kind can't tell
	Savings   []Saving           `json:"savings"`             // the greatest first
}

// Saving is a single change that makes a network faster.
type Saving struct {
	Change    string     `json:"change"` // "stage 1: 3 layers, not 4"
	Arch      space.Arch `json:"arch"`
	LatencyMs float64    `json:"latency_ms"`
	SavesMs   float64    `json:"saves_ms"`
}

// Explain takes a prediction apart and tries every smaller choice of every gene:
// a smaller kernel or expansion of a layer, one layer less in a stage, the next
// resolution below of those given, which may be nil. Where choices have no order, as
// operations have none, it tries them all. See space.Space.Neighbours.
func Explain(p latpred.Predictor, a space.Arch, resolutions []int) (*Explanation, error) {
	e := &Explanation{Arch: a}
	one := make([]float64, 1)
	if err := p.PredictMs(one, []space.Arch{a}); err != nil {
		return nil, err
	}
	e.LatencyMs = one[0]
	if t, ok := p.(latpred.SegmentTimer); ok {
		b, err := t.Segments(a)
		if err != nil {
			return nil, err
		}
		e.Breakdown = &b
	}
	for _, n := range a.Family.Reference().Neighbours(a, slices.Sorted(slices.Values(resolutions))) {
		if n.Larger || p.PredictMs(one, []space.Arch{n.Arch}) != nil {
			continue // no saving, or no part of what the predictor knows
		}
		s := Saving{Change: n.Change, Arch: n.Arch}
		if s.LatencyMs, s.SavesMs = one[0], e.LatencyMs-one[0]; s.SavesMs > 0 {
			e.Savings = append(e.Savings, s)
		}
	}
	slices.SortStableFunc(e.Savings, func(a, b Saving) int { return cmp.Compare(b.SavesMs, a.SavesMs) })
	return e, nil
}
