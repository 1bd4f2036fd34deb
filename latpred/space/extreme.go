package space

import "slices"

// Smallest is the network with the fewest multiply-accumulates, at the lowest of
// Resolutions. Its stages have their lowest depths. If all factors are ordered, slots
// have the lowest allowed levels; else each slot has the choice with the fewest
// multiply-accumulates, the first one if several are equal.
func (s *Space) Smallest() Arch {
	return s.extreme(func(from []int) int { return from[0] }, func(a, b int64) bool { return a < b })
}

// Largest is the network with the most multiply-accumulates, at the highest of
// Resolutions; see Smallest.
func (s *Space) Largest() Arch {
	return s.extreme(func(from []int) int { return from[len(from)-1] }, func(a, b int64) bool { return a > b })
}

// extreme makes Smallest or Largest: end picks the first or last of an ascending list,
// and beats compares MACs where a factor is not ordered.
func (s *Space) extreme(end func([]int) int, beats func(a, b int64) bool) Arch {
	a := Arch{Family: s.Family, Resolution: end(s.Resolutions)}
	for stage := range s.Family.Stages {
		depth := end(s.depths(stage))
		for p := range depth {
			a.Choice[s.Family.First(stage)+p] = uint8(1 + end(s.choices(stage, depth)))
		}
	}
	if !slices.ContainsFunc(s.Family.Factors, func(f Factor) bool { return !f.Ordered }) {
		return a
	}
	for stage := range s.Family.Stages {
		for p := range a.Depth(stage) {
			a = s.extremeSlot(a, s.Family.First(stage)+p, s.choices(stage, a.Depth(stage)), beats)
		}
	}
	return a
}

// extremeSlot gives one slot the choice, of those in among, whose MACs beat all others.
func (s *Space) extremeSlot(a Arch, slot int, among []int, beats func(a, b int64) bool) Arch {
	best := a.WithChoice(slot, among[0])
	most := s.MACs(best)
	for _, c := range among[1:] {
		b := a.WithChoice(slot, c)
		if macs := s.MACs(b); beats(macs, most) {
			best, most = b, macs
		}
	}
	return best
}

// Uniform is the deepest network at a resolution, with the same choice in every slot. It
// ignores s.Ties, so it need not be in the space: use s.Macro.Layers for its layers, since
// Space.Layers panics for networks outside the space. They are the layers that a lookup
// table of the space needs for the choice.
func (s *Space) Uniform(resolution, choice int) Arch {
	a := Arch{Family: s.Family, Resolution: resolution}
	for stage := range s.Family.Stages {
		depths := s.depths(stage)
		for p := range depths[len(depths)-1] {
			a.Choice[s.Family.First(stage)+p] = uint8(1 + choice)
		}
	}
	return a
}
