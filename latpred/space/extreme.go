package space

import "slices"

// Smallest is the network with the fewest multiply-accumulates, at the lowest
// resolution that searches draw: the shallowest stages, the lowest levels of ordered
// factors, and where factors are not ordered the choice that costs least in its slot,
// the first of several.
func (s *Space) Smallest() Arch {
	return s.extreme(func(from []int) int { return from[0] }, func(a, b int64) bool { return a < b })
}

// Largest is the network with the most multiply-accumulates, at the highest resolution
// that searches draw; see Smallest.
func (s *Space) Largest() Arch {
	return s.extreme(func(from []int) int { return from[len(from)-1] }, func(a, b int64) bool { return a > b })
}

// extreme takes the end of what is ascending, and beats where MACs decide.
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

// extremeSlot gives one slot the choice that beats all others.
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

// Uniform is the deepest network, all of whose slots have one choice, whether or not
// the space ties them to something: its Layers are those that a table of the space
// needs for the choice. They are s.Macro.Layers's; Space.Layers takes networks of the
// space alone.
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
