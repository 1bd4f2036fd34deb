package pass

import (
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred/ridge"
	"github.com/ofalat/ofalat/latpred/space"
)

// tied has one column for each resolution and entry, resolution by resolution.
type tied struct {
	resolutions []int
}

// tiedPenalty is the ridge penalty of a time, for rows of weight 1 with labels in
// milliseconds; see ridge.System.Solve.
const tiedPenalty = .1

// Tied returns the basis "tied": a time for each entry at each of the given resolutions,
// ascending. At other resolutions it interpolates or extrapolates linearly in the number
// of pixels that the segment writes, and errs if it has only one resolution.
func Tied(resolutions []int) Basis { return tied{slices.Clone(resolutions)} }

func (b tied) Name() string       { return "tied" }
func (b tied) Resolutions() []int { return b.resolutions }

func (b tied) Of(f *space.Family) Columns {
	return &tiedColumns{resolutions: b.resolutions, family: f, entries: f.Layout.Entries()}
}

// tiedColumns are the columns of Tied for one family.
type tiedColumns struct {
	resolutions []int
	family      *space.Family
	entries     int
}

func (b *tiedColumns) Width() int          { return len(b.resolutions) * b.entries }
func (b *tiedColumns) Penalty(int) float64 { return tiedPenalty }

func (b *tiedColumns) Terms(dst []ridge.Term, s Segment, resolution int, weight float64) ([]ridge.Term, error) {
	i, ok := slices.BinarySearch(b.resolutions, resolution)
	switch n := len(b.resolutions); {
	case ok:
		return append(dst, ridge.Term{Column: i*b.entries + s.Entry, Value: weight}), nil
	case n < 2 || resolution <= 0:
		return dst, fmt.Errorf("pass: resolution %d was not measured: the table has %v", resolution, b.resolutions)
	default:
		i = max(1, min(n-1, i))
	}
	// Between two resolutions, or beyond them, time is linear in the pixels written.
	low, high := b.pixels(s.Entry, b.resolutions[i-1]), b.pixels(s.Entry, b.resolutions[i])
	share := .5
	if low != high {
		share = (float64(s.Out*s.Out) - low) / (high - low)
	}
	return append(dst, ridge.Term{Column: (i-1)*b.entries + s.Entry, Value: weight * (1 - share)}, ridge.Term{Column: i*b.entries + s.Entry, Value: weight * share}), nil
}

// pixels is the number of pixels that an entry's segment writes at a resolution.
func (b *tiedColumns) pixels(entry, resolution int) float64 {
	out := mustPlan(b.family, resolution).entries[entry].Out
	return float64(out * out)
}

func (b *tiedColumns) prior(dst []float64, ms [costKinds]float64) {
	table := costs(b.family)
	for i, r := range b.resolutions {
		for e, s := range mustPlan(b.family, r).entries {
			if s.Slot != absent {
				dst[i*b.entries+e] = dot(table[e].at(s), ms)
			}
		}
	}
}
