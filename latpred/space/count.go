package space

import (
	"iter"
	"math/big"
)

// Size is the number of sub-networks at one resolution.
func (s *Space) Size() *big.Int {
	size := big.NewInt(1)
	for stage := range s.Family.Stages {
		sum := new(big.Int)
		for _, d := range s.depths(stage) {
			choices := big.NewInt(int64(len(s.choices(stage, d))))
			sum.Add(sum, choices.Exp(choices, big.NewInt(int64(d)), nil))
		}
		size.Mul(size, sum)
	}
	return size
}

// choices lists the choices that a slot of a stage may have at a depth of the stage,
// ascending.
func (s *Space) choices(stage, depth int) []int {
	out := []int{0}
	for factor, f := range s.Family.Factors {
		var next []int
		for _, c := range out {
			for _, l := range s.levels(stage, depth, factor) {
				next = append(next, c*f.Levels()+l)
			}
		}
		out = next
	}
	return out
}

// Networks iterates over all sub-networks at a resolution, each once. There are Size of
// them, which is too many to enumerate in most spaces.
func (s *Space) Networks(resolution int) iter.Seq[Arch] {
	return func(yield func(Arch) bool) {
		s.networks(Arch{Family: s.Family, Resolution: resolution}, 0, 0, 0, yield)
	}
}

// networks yields every completion of a from one position of a stage on. A depth of 0
// means that the stage's depth is not chosen yet. It returns false once yield does.
func (s *Space) networks(a Arch, stage, depth, position int, yield func(Arch) bool) bool {
	switch {
	case stage == len(s.Family.Stages):
		return yield(a)
	case depth == 0:
		for _, d := range s.depths(stage) {
			if !s.networks(a, stage, d, 0, yield) {
				return false
			}
		}
		return true
	case position == depth:
		return s.networks(a, stage+1, 0, 0, yield)
	}
	for _, c := range s.choices(stage, depth) {
		a.Choice[s.Family.First(stage)+position] = uint8(c + 1)
		if !s.networks(a, stage, depth, position+1, yield) {
			return false
		}
	}
	return true
}
