// Package explain says what a latency is made of, and what would shorten it: Explain
// takes a prediction apart and tries every smaller choice.
package explain

import (
	"cmp"
	"fmt"
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
// resolution below of those given, which may be nil.
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
	for _, s := range smaller(a, resolutions) {
		if p.PredictMs(one, []space.Arch{s.Arch}) != nil {
			continue // no part of what the predictor knows
		}
		if s.LatencyMs, s.SavesMs = one[0], e.LatencyMs-one[0]; s.SavesMs > 0 {
			e.Savings = append(e.Savings, s)
		}
	}
	slices.SortStableFunc(e.Savings, func(a, b Saving) int { return cmp.Compare(b.SavesMs, a.SavesMs) })
	return e, nil
}

// smaller lists the networks that differ from a in one smaller gene.
func smaller(a space.Arch, resolutions []int) []Saving {
	var out []Saving
	add := func(b space.Arch, format string, args ...any) {
		out = append(out, Saving{Change: fmt.Sprintf(format, args...), Arch: b})
	}
	for slot := range a.Slots() {
		if !a.Active(slot) {
			continue
		}
		stage, layer := slot/space.SlotsPerStage+1, slot%space.SlotsPerStage+1
		for _, k := range []uint8{5, 3} {
			if b := a; k < a.Kernel[slot] {
				b.Kernel[slot] = k
				add(b, "stage %d, layer %d: kernel %d, not %d", stage, layer, k, a.Kernel[slot])
			}
		}
		for _, x := range []uint8{4, 3} {
			if b := a; x < a.Expand[slot] {
				b.Expand[slot] = x
				add(b, "stage %d, layer %d: expansion %d, not %d", stage, layer, x, a.Expand[slot])
			}
		}
	}
	for stage := range a.Stages() {
		if d := a.Depth[stage]; d > 2 {
			b := a
			b.Depth[stage]--
			last := stage*space.SlotsPerStage + int(d) - 1
			b.Kernel[last], b.Expand[last] = 0, 0
			add(b, "stage %d: %d layers, not %d", stage+1, d-1, d)
		}
	}
	sorted := slices.Sorted(slices.Values(resolutions))
	if i, _ := slices.BinarySearch(sorted, a.Resolution); i > 0 {
		b := a
		b.Resolution = sorted[i-1]
		add(b, "resolution %d, not %d", b.Resolution, a.Resolution)
	}
	return out
}
