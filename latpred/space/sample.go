package space

import "math/rand/v2"

func pick(rng *rand.Rand, choices []int) int { return choices[rng.IntN(len(choices))] }

// Sample draws an architecture as OFA and CompOFA do: a resolution, a depth for
// each stage, a kernel and an expansion for each slot, each uniformly among what
// the space still offers. (Uniform in genes: deep networks, of which there are
// more, are not drawn more often.)
func (s *Space) Sample(rng *rand.Rand) Arch {
	a := Arch{Resolution: pick(rng, s.Resolutions)}
	for i, st := range s.Stages {
		a.Depth[i] = uint8(pick(rng, st.Depths))
		s.redrawStage(rng, &a, i)
	}
	return a
}

// redrawStage draws every active slot of a stage anew and clears the others.
func (s *Space) redrawStage(rng *rand.Rand, a *Arch, stage int) {
	for p := range s.Stages[stage].Slots {
		slot := stage*SlotsPerStage + p
		a.Kernel[slot], a.Expand[slot] = 0, 0
		if a.Active(slot) {
			s.redrawSlot(rng, a, slot)
		}
	}
}

func (s *Space) redrawSlot(rng *rand.Rand, a *Arch, slot int) {
	stage := slot / SlotsPerStage
	kernels, expands := s.choices(stage, int(a.Depth[stage]))
	a.Kernel[slot], a.Expand[slot] = uint8(pick(rng, kernels)), uint8(pick(rng, expands))
}

// setDepth changes a stage's depth: slots that become active are drawn, slots
// that become inactive are cleared, and a tied expansion follows.
func (s *Space) setDepth(rng *rand.Rand, a *Arch, stage int, depth uint8) {
	a.Depth[stage] = depth
	_, expands := s.choices(stage, int(depth))
	for p := range s.Stages[stage].Slots {
		slot := stage*SlotsPerStage + p
		switch {
		case !a.Active(slot):
			a.Kernel[slot], a.Expand[slot] = 0, 0
		case a.Kernel[slot] == 0:
			s.redrawSlot(rng, a, slot)
		case len(expands) == 1:
			a.Expand[slot] = uint8(expands[0])
		}
	}
}

// Mutate redraws genes of a, each with probability p: first the resolution, then
// kernel and expansion of each active slot together, then the depth of each
// stage. The result is in the space. Source: OFA, evolution_finder; OFA keeps
// genes of inactive slots and brings them back when a stage grows, here they
// are drawn anew. An a outside the space panics.
func (s *Space) Mutate(rng *rand.Rand, a Arch, p float64) Arch {
	s.mustContain(a)
	if rng.Float64() < p {
		a.Resolution = pick(rng, s.Resolutions)
	}
	for slot := range s.Slots() {
		if a.Active(slot) && rng.Float64() < p {
			s.redrawSlot(rng, &a, slot)
		}
	}
	for i, st := range s.Stages {
		if rng.Float64() < p {
			s.setDepth(rng, &a, i, uint8(pick(rng, st.Depths)))
		}
	}
	return a
}

// Crossover takes each gene from a or b with equal chance: the resolution, the
// depth of each stage, and kernel and expansion of each slot. Where the parent
// so chosen has no gene for an active slot the other's serves. In a space that
// ties expansion to depth, a stage's depth and expansions come from one parent.
// Both parents must be in the space, or Crossover panics.
func (s *Space) Crossover(rng *rand.Rand, a, b Arch) Arch {
	s.mustContain(a)
	s.mustContain(b)
	parents := [2]*Arch{&a, &b}
	child := Arch{Resolution: parents[rng.IntN(2)].Resolution}
	for i, st := range s.Stages {
		child.Depth[i] = parents[rng.IntN(2)].Depth[i]
		_, expands := s.choices(i, int(child.Depth[i]))
		for p := range st.Slots {
			slot := i*SlotsPerStage + p
			if !child.Active(slot) {
				continue
			}
			inherit := func(gene func(*Arch) uint8) uint8 {
				first := rng.IntN(2)
				if g := gene(parents[first]); g != 0 {
					return g
				}
				return gene(parents[1-first])
			}
			child.Kernel[slot] = inherit(func(a *Arch) uint8 { return a.Kernel[slot] })
			child.Expand[slot] = uint8(expands[0])
			if len(expands) > 1 {
				child.Expand[slot] = inherit(func(a *Arch) uint8 { return a.Expand[slot] })
			}
		}
	}
	return child
}

func (s *Space) mustContain(a Arch) {
	if err := s.Validate(a); err != nil {
		panic("space: " + err.Error())
	}
}
