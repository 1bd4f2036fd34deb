// Package explain tells where the time of a network goes and what would shorten it:
// Explain divides a prediction among the network's parts and tries every smaller choice.
package explain

import (
	"cmp"
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/space"
)

// Explanation is the result of Explain.
type Explanation struct {
	Arch      space.Arch         `json:"arch"`
	LatencyMs float64            `json:"latency_ms"`
	Breakdown *latpred.Breakdown `json:"breakdown,omitempty"` // nil: the predictor is no latpred.SegmentTimer
	Savings   []Saving           `json:"savings"`             // the greatest first; nil: no change is faster
}

// Saving is a single change that makes a network faster.
type Saving struct {
	Change    string     `json:"change"` // "stage 1: 3 layers, not 4"
	Arch      space.Arch `json:"arch"`
	LatencyMs float64    `json:"latency_ms"` // predicted for Arch, the changed network
	SavesMs   float64    `json:"saves_ms"`   // above 0
}

// Explain predicts the latency of a, divides it among segments if p can, and tries every
// smaller choice of every gene: a smaller kernel or expansion of a layer, one layer fewer
// in a stage, the next lower of resolutions (nil: none). Choices without an order, such
// as operations, are all tried; see space.Space.Neighbours. Changes that p can't predict
// are left out. It errs if p can't predict a, or
// gives what is no latency.
func Explain(p latpred.Predictor, a space.Arch, resolutions []int) (*Explanation, error) {
	e := &Explanation{Arch: a}
	one, predict := make([]float64, 1), latpred.Checked(p)
	if err := predict(one, []space.Arch{a}); err != nil {
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
		if n.Larger || predict(one, []space.Arch{n.Arch}) != nil {
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
