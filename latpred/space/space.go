package space

import (
	"errors"
	"fmt"
	"slices"
)

// Space is a search space: a family, the allowed resolutions and choices, and the
// macro-architecture around the choices, which determines their cost. Spaces that All
// and ByID return are shared and must not be changed.
type Space struct {
	ID         string  // "mbv3-w1.0"
	Name       string  // for people
	Family     *Family // the form of its networks
	Multiplier float64 // width multiplier; 0: the family has none
	Macro      Macro   // widths, strides and everything else that no choice changes

	Resolutions []int // pixels, ascending: those that searches and samples draw from
	Allowed     Range // pixels: all resolutions that a network may have

	// Depths lists the allowed depths of each stage, ascending; nil: all slots of every
	// stage run.
	Depths [][]int
	// Ties limit the levels of factors; the first tie that applies to a slot counts.
	// Nil: every level is allowed.
	Ties []Tie
}

// Macro is the macro-architecture of a space. The shapes that a slot reads and writes may
// depend on its position and on the resolution, but not on the choices of other slots.
// Chain helps to implement one.
type Macro interface {
	// Layers gives the layers of a that run, in order, with every shape. a is a network
	// of the space's family; ties of the space need not hold.
	Layers(a Arch) []Layer
}

// Range is the numbers Min, Min + Step, … Max. If Min equals Max it is one number.
type Range struct{ Min, Max, Step int }

// Fixed is the range with one number.
func Fixed(n int) Range { return Range{n, n, 1} }

// Contains reports whether n is in r.
func (r Range) Contains(n int) bool {
	return n >= r.Min && n <= r.Max && (n-r.Min)%max(1, r.Step) == 0
}

// String describes the range: "224", or "one of 128, 132, … 260".
func (r Range) String() string {
	if r.Min == r.Max {
		return fmt.Sprint(r.Min)
	}
	return fmt.Sprintf("one of %d, %d, … %d", r.Min, r.Min+r.Step, r.Max)
}

// Tie limits the levels of a factor in the slots of a stage, at one depth or at all.
type Tie struct {
	Factor int   // index in Family.Factors
	Stage  int   // from 0; −1: every stage
	Depth  int   // depth of the stage; 0: every depth
	Levels []int // the allowed levels, ascending
}

// levels lists the allowed levels of a factor in the slots of a stage at a depth.
func (s *Space) levels(stage, depth, factor int) []int {
	for i := range s.Ties {
		t := &s.Ties[i]
		if t.Factor == factor && (t.Stage < 0 || t.Stage == stage) && (t.Depth == 0 || t.Depth == depth) {
			return t.Levels
		}
	}
	return s.Family.all[factor]
}

// followsDepth reports whether the allowed levels of a factor depend on the depth.
func (s *Space) followsDepth(factor int) bool {
	return slices.ContainsFunc(s.Ties, func(t Tie) bool { return t.Factor == factor && t.Depth > 0 })
}

// depths lists the allowed depths of a stage.
func (s *Space) depths(stage int) []int {
	if s.Depths == nil {
		return []int{s.Family.Stages[stage].Slots}
	}
	return s.Depths[stage]
}

// check explains what is wrong with the definition of s; nil if nothing is.
func (s *Space) check() error {
	switch {
	case s.ID == "" || s.Name == "":
		return errors.New("a space needs an ID and a name")
	case s.Family == nil || s.Family.slots == 0:
		return errors.New("a space needs a family, made by NewFamily")
	case s.Macro == nil:
		return errors.New("a space needs a macro-architecture")
	case len(s.Resolutions) == 0 || !slices.IsSorted(s.Resolutions) || s.Resolutions[0] <= 0:
		return fmt.Errorf("resolutions %v: want ascending numbers of pixels", s.Resolutions)
	case s.Depths != nil && len(s.Depths) != len(s.Family.Stages):
		return fmt.Errorf("depths of %d stages, want %d", len(s.Depths), len(s.Family.Stages))
	case s.Depths == nil && s.Family.elastic():
		return errors.New("stages are elastic and no depths are given")
	}
	for _, r := range s.Resolutions {
		if !s.Allowed.Contains(r) {
			return fmt.Errorf("resolution %d is not allowed: want %v", r, s.Allowed)
		}
	}
	for i, st := range s.Family.Stages {
		d := s.depths(i)
		if len(d) == 0 || !slices.IsSorted(d) || d[0] < 1 || d[len(d)-1] > st.Slots || !st.Elastic && d[0] < st.Slots {
			return fmt.Errorf("depths %v of stage %d, which has %d slots", d, i+1, st.Slots)
		}
	}
	for i, t := range s.Ties {
		if t.Factor < 0 || t.Factor >= len(s.Family.Factors) || t.Stage < -1 || t.Stage >= len(s.Family.Stages) ||
			len(t.Levels) == 0 || !slices.IsSorted(t.Levels) || t.Levels[0] < 0 || t.Levels[len(t.Levels)-1] >= s.Family.Factors[t.Factor].Levels() {
			return fmt.Errorf("tie %d, %+v, is of a factor, a stage or levels that family %s does not have", i, t, s.Family.ID)
		}
	}
	return nil
}

// Slots is the number of slots of all stages.
func (s *Space) Slots() int { return s.Family.Slots() }

// Contains reports whether a is a sub-network of s; see Validate.
func (s *Space) Contains(a Arch) bool { return s.Validate(a) == nil }

// Validate returns nil if a is a sub-network of s, else an error that says why not. Its
// resolution may be any of Allowed, not only those of Resolutions.
func (s *Space) Validate(a Arch) error {
	if !s.Allowed.Contains(a.Resolution) {
		return fmt.Errorf("%s: resolution %d is not %v", s.ID, a.Resolution, s.Allowed)
	}
	if a.Family != s.Family {
		if a.Stages() != len(s.Family.Stages) {
			return fmt.Errorf("%s: %d stages, want %d", s.ID, a.Stages(), len(s.Family.Stages))
		}
		return fmt.Errorf("%s: a network of family %s, want %s", s.ID, a.Family.ID, s.Family.ID)
	}
	if err := a.check(); err != nil {
		return fmt.Errorf("%s: %w", s.ID, err)
	}
	for stage := range s.Family.Stages {
		if err := s.validateStage(&a, stage); err != nil {
			return err
		}
	}
	return nil
}

func (s *Space) validateStage(a *Arch, stage int) error {
	depth := a.Depth(stage)
	if s.Depths != nil && !slices.Contains(s.Depths[stage], depth) {
		return fmt.Errorf("%s: stage %d has depth %d, want one of %v", s.ID, stage+1, depth, s.Depths[stage])
	}
	for factor := range s.Family.Factors {
		if s.Ties == nil {
			break
		}
		f, allowed := &s.Family.Factors[factor], s.levels(stage, depth, factor)
		for p := range depth {
			if l := a.Level(s.Family.First(stage)+p, factor); !slices.Contains(allowed, l) {
				return fmt.Errorf("%s: %s %s of stage %d, block %d, want one of %v", s.ID, f.Name, f.Label(l), stage+1, p+1, f.labels(allowed))
			}
		}
	}
	return nil
}

func (s *Space) mustContain(a Arch) {
	if err := s.Validate(a); err != nil {
		panic("space: " + err.Error())
	}
}

// MACs is the number of multiply-accumulates of a for one image: the sum of Layer.MACs.
// It panics if a is not in the space.
func (s *Space) MACs(a Arch) int64 { return s.sum(a, (*Layer).MACs) }

// Params is the number of parameters of a: the sum of Layer.Params. It panics if a is not
// in the space.
func (s *Space) Params(a Arch) int64 { return s.sum(a, (*Layer).Params) }

func (s *Space) sum(a Arch, cost func(*Layer) int64) int64 {
	var sum int64
	layers := s.Layers(a)
	for i := range layers {
		sum += cost(&layers[i])
	}
	return sum
}

// Layers lists the layers of a that run, in order. It panics if a is not in the space;
// see Macro.Layers for such networks.
func (s *Space) Layers(a Arch) []Layer {
	s.mustContain(a)
	return s.Macro.Layers(a)
}
