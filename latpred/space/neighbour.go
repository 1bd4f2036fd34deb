package space

import (
	"fmt"
	"slices"
)

// Neighbour is a network that differs from another in a single gene.
type Neighbour struct {
	Arch   Arch
	Change string // "stage 1, layer 2: kernel 3, not 5"
	// Smaller and Larger tell whether the changed ordered factor, depth or resolution
	// is lower or higher. Both are false if the factor is not ordered.
	Smaller, Larger bool
}

// Neighbours lists the networks of s that differ from a in a single gene: one factor of
// one slot, the depth of one stage by one layer, or the resolution by one step in
// resolutions, which must be ascending (nil: the resolution stays).
//
// The order is fixed. Slots come first, factor by factor: lower levels, beginning with
// the nearest, then higher ones. Depths follow, then resolutions, each with the lower
// before the higher. A stage that grows repeats its last layer, and factors that s ties
// to the depth follow it. If a is in the space, and resolutions are allowed, so are all
// neighbours. Neighbours panics if a is of another family.
func (s *Space) Neighbours(a Arch, resolutions []int) []Neighbour {
	if a.Family != s.Family {
		panic("space: " + s.Validate(a).Error())
	}
	var out []Neighbour
	for slot := range a.Slots() {
		if a.Active(slot) {
			out = s.slotNeighbours(out, a, slot)
		}
	}
	for stage := range a.Stages() {
		out = s.depthNeighbours(out, a, stage)
	}
	i, found := slices.BinarySearch(resolutions, a.Resolution)
	if i > 0 {
		out = append(out, resolutionNeighbour(a, resolutions[i-1]))
	}
	if found {
		i++
	}
	if i < len(resolutions) {
		out = append(out, resolutionNeighbour(a, resolutions[i]))
	}
	return out
}

func resolutionNeighbour(a Arch, resolution int) Neighbour {
	n := Neighbour{Arch: a, Change: fmt.Sprintf("resolution %d, not %d", resolution, a.Resolution)}
	n.Arch.Resolution = resolution
	n.Smaller, n.Larger = resolution < a.Resolution, resolution > a.Resolution
	return n
}

func (s *Space) slotNeighbours(out []Neighbour, a Arch, slot int) []Neighbour {
	stage := s.Family.Stage(slot)
	depth := a.Depth(stage)
	for factor, f := range s.Family.Factors {
		now := a.Level(slot, factor)
		add := func(level int) {
			out = append(out, Neighbour{
				Arch:    a.WithLevel(slot, factor, level),
				Change:  fmt.Sprintf("%s: %s %s, not %s", s.Family.SlotName(slot), f.Name, f.Label(level), f.Label(now)),
				Smaller: f.Ordered && level < now,
				Larger:  f.Ordered && level > now,
			})
		}
		allowed := s.levels(stage, depth, factor)
		at := slices.Index(allowed, now)
		for i := at - 1; i >= 0; i-- {
			add(allowed[i])
		}
		for _, level := range allowed[at+1:] {
			add(level)
		}
	}
	return out
}

func (s *Space) depthNeighbours(out []Neighbour, a Arch, stage int) []Neighbour {
	now := a.Depth(stage)
	for _, d := range []int{now - 1, now + 1} {
		if !slices.Contains(s.depths(stage), d) {
			continue
		}
		b := a.WithDepth(stage, d)
		for slot := s.Family.First(stage); slot < s.Family.First(stage)+d; slot++ {
			b = s.tied(b, slot, d)
		}
		out = append(out, Neighbour{Arch: b, Change: fmt.Sprintf("%s: %d layers, not %d", s.Family.Stages[stage].Name, d, now),
			Smaller: d < now, Larger: d > now})
	}
	return out
}

// tied replaces each level of a slot that the ties forbid at the stage's depth by the
// lowest allowed one.
func (s *Space) tied(a Arch, slot, depth int) Arch {
	for factor := range s.Family.Factors {
		allowed := s.levels(s.Family.Stage(slot), depth, factor)
		if !slices.Contains(allowed, a.Level(slot, factor)) {
			a = a.WithLevel(slot, factor, allowed[0])
		}
	}
	return a
}
