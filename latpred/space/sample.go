package space

import (
	"math/rand/v2"
	"slices"
)

func pick(rng *rand.Rand, choices []int) int { return choices[rng.IntN(len(choices))] }

// Sample draws an architecture as OFA and CompOFA do: a resolution, a depth for
// each stage, and each factor of each slot, each uniformly among what the space
// still offers. (Uniform in genes: deep networks, of which there are more, are not
// drawn more often.)
func (s *Space) Sample(rng *rand.Rand) Arch {
	a := Arch{Family: s.Family, Resolution: pick(rng, s.Resolutions)}
	for stage := range s.Family.Stages {
		depth := s.drawDepth(rng, stage)
		for p := range depth {
			a.Choice[s.Family.First(stage)+p] = s.drawChoice(rng, stage, depth)
		}
	}
	return a
}

func (s *Space) drawDepth(rng *rand.Rand, stage int) int {
	if s.Depths == nil {
		return s.Family.Stages[stage].Slots
	}
	return pick(rng, s.Depths[stage])
}

// drawChoice draws what a slot of a stage is when the stage is so deep, as Arch.Choice
// has it.
func (s *Space) drawChoice(rng *rand.Rand, stage, depth int) uint8 {
	c := 0
	for factor := range s.Family.Factors {
		c = c*len(s.Family.all[factor]) + pick(rng, s.levels(stage, depth, factor))
	}
	return uint8(1 + c)
}

// redrawDepth draws a stage's depth anew: slots that become active are drawn, slots
// that become inactive are cleared, and factors tied to the depth follow.
func (s *Space) redrawDepth(rng *rand.Rand, a *Arch, stage int) {
	depth := s.drawDepth(rng, stage)
	for p := range s.Family.Stages[stage].Slots {
		slot := s.Family.First(stage) + p
		switch {
		case p >= depth:
			a.Choice[slot] = 0
		case a.Choice[slot] == 0:
			a.Choice[slot] = s.drawChoice(rng, stage, depth)
		default:
			s.follow(rng, a, slot, depth)
		}
	}
}

// follow redraws the factors of a slot that its stage's new depth does not allow.
// Where the depth allows but one level nothing is drawn.
func (s *Space) follow(rng *rand.Rand, a *Arch, slot, depth int) {
	if s.Ties == nil {
		return
	}
	for factor := range s.Family.Factors {
		allowed := s.levels(s.Family.Stage(slot), depth, factor)
		switch {
		case slices.Contains(allowed, a.Level(slot, factor)):
		case len(allowed) == 1:
			*a = a.WithLevel(slot, factor, allowed[0])
		default:
			*a = a.WithLevel(slot, factor, pick(rng, allowed))
		}
	}
}

// Mutate redraws genes of a, each with probability p: first the resolution, then
// all factors of each active slot together, then the depth of each stage. The result
// is in the space. Source: OFA, evolution_finder; OFA keeps genes of inactive slots
// and brings them back when a stage grows, here they are drawn anew. An a outside the
// space panics.
func (s *Space) Mutate(rng *rand.Rand, a Arch, p float64) Arch {
	s.mustContain(a)
	if rng.Float64() < p {
		a.Resolution = pick(rng, s.Resolutions)
	}
	for stage := range s.Family.Stages {
		depth := a.Depth(stage)
		for at := range depth {
			if rng.Float64() < p {
				a.Choice[s.Family.First(stage)+at] = s.drawChoice(rng, stage, depth)
			}
		}
	}
	if s.Depths == nil {
		return a
	}
	for stage := range s.Depths {
		if rng.Float64() < p {
			s.redrawDepth(rng, &a, stage)
		}
	}
	return a
}

// Crossover takes each gene from a or b with equal chance: the resolution, the
// depth of each stage, and each factor of each slot. Where the parent so chosen has
// no gene for an active slot the other's serves. In a space that ties a factor to the
// depth, a stage's depth and the factor come from one parent. Both parents must be in
// the space, or Crossover panics.
func (s *Space) Crossover(rng *rand.Rand, a, b Arch) Arch {
	s.mustContain(a)
	s.mustContain(b)
	parents := [2]*Arch{&a, &b}
	child := Arch{Family: s.Family, Resolution: parents[rng.IntN(2)].Resolution}
	for stage := range s.Family.Stages {
		like := 0
		if s.Depths != nil {
			like = rng.IntN(2)
		}
		depth := parents[like].Depth(stage)
		for p := range depth {
			slot := s.Family.First(stage) + p
			child.Choice[slot] = s.inherit(rng, parents, parents[like], slot, depth)
		}
	}
	return child
}

// inherit takes each factor of a slot from one of the parents, or where it must follow
// the depth from the parent whose depth it is.
func (s *Space) inherit(rng *rand.Rand, parents [2]*Arch, like *Arch, slot, depth int) uint8 {
	c := 0
	for factor := range s.Family.Factors {
		allowed := s.levels(s.Family.Stage(slot), depth, factor)
		level := allowed[0]
		if len(allowed) > 1 || !s.followsDepth(factor) {
			first := rng.IntN(2)
			if level = parents[first].Level(slot, factor); level < 0 {
				level = parents[1-first].Level(slot, factor)
			}
			if !slices.Contains(allowed, level) {
				level = like.Level(slot, factor)
			}
		}
		c = c*len(s.Family.all[factor]) + level
	}
	return uint8(1 + c)
}
