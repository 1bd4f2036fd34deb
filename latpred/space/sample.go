package space

import (
	"math/rand/v2"
	"slices"
)

func pick(rng *rand.Rand, choices []int) int { return choices[rng.IntN(len(choices))] }

// Sample draws an architecture as OFA and CompOFA do: the resolution, the depth of each
// stage, and each factor of each slot, each uniformly among the allowed values. It is
// uniform in genes and not in networks: deep networks are not drawn more often, although
// there are more of them.
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

// drawChoice draws the choice of a slot of a stage at a depth, in the form of
// Arch.Choice.
func (s *Space) drawChoice(rng *rand.Rand, stage, depth int) uint8 {
	c := 0
	for factor := range s.Family.Factors {
		c = c*len(s.Family.all[factor]) + pick(rng, s.levels(stage, depth, factor))
	}
	return uint8(1 + c)
}

// redrawDepth draws a stage's depth again: choices of slots that become active are drawn,
// those of slots that become inactive are cleared, and factors tied to the depth follow.
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
// Where the depth allows only one level, nothing is drawn.
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

// Mutate draws genes of a again, each with probability p: the resolution, all factors of
// each active slot together, and the depth of each stage. The result is in the space.
// Mutate panics if a is not. Source: OFA, evolution_finder, except that OFA keeps the
// genes of inactive slots for when a stage grows again, and here they are drawn again.
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

// Crossover takes each gene from a or b with equal probability: the resolution, the depth
// of each stage, and each factor of each slot. If the slot does not run in the parent
// drawn, the gene is the other parent's. A factor that s ties to the depth stays
// allowed at the stage's new depth. Crossover panics if a parent is not in the space.
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

// inherit takes each factor of a slot from one of the parents; if the depth does not allow
// the level, from like, the parent that the depth came from.
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
