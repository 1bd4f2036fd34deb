package space

import (
	"errors"
	"fmt"
	"slices"
)

// Space is a search space: a family, the resolutions and choices that are allowed,
// and the macro-architecture around the choices, which says what each costs. All of
// it is data; what All and ByID return must not be changed.
type Space struct {
	ID         string  // "mbv3-w1.0"
	Name       string  // for people
	Family     *Family // the form of its networks
	Multiplier float64 // of the widths, where the family has several; 0: there is but one
	Macro      Macro   // widths, strides and all that no choice changes

	Resolutions []int // choices that searches and data sets draw from, ascending
	Allowed     Range // resolutions that a network may have at all

	// Depths are the choices of each stage's depth, ascending; nil: all slots of
	// every stage run.
	Depths [][]int
	// Ties limit factors; the first that is meant counts. Nil: all choices are free.
	Ties []Tie
}

// Macro is the macro-architecture of a space: it unfolds a network of the space's
// family into the layers that run, in their order, with every shape. Choices of
// slots must be independent of each other in shapes: what a slot reads and writes may
// depend on where it is and on the resolution, not on what other slots chose. Chain
// helps to write one.
type Macro interface {
	Layers(a Arch) []Layer
}

// Range is Min, Min + Step, … Max. Where both ends are equal there is but one number.
type Range struct{ Min, Max, Step int }

// Fixed is the range of one number.
func Fixed(n int) Range { return Range{n, n, 1} }

// Contains reports whether n is in r.
func (r Range) Contains(n int) bool {
	return n >= r.Min && n <= r.Max && (n-r.Min)%max(1, r.Step) == 0
}

func (r Range) String() string {
	if r.Min == r.Max {
		return fmt.Sprint(r.Min)
	}
	return fmt.Sprintf("one of %d, %d, … %d", r.Min, r.Min+r.Step, r.Max)
}

// Tie limits the levels of a factor: in the slots of a stage, at a depth of it.
type Tie struct {
	Factor int   // of Family.Factors
	Stage  int   // −1: every stage
	Depth  int   // 0: every depth
	Levels []int // those allowed, ascending
}

// levels are those of a factor that a slot of a stage may have when the stage is so
// deep.
func (s *Space) levels(stage, depth, factor int) []int {
	for i := range s.Ties {
		t := &s.Ties[i]
		if t.Factor == factor && (t.Stage < 0 || t.Stage == stage) && (t.Depth == 0 || t.Depth == depth) {
			return t.Levels
		}
	}
	return s.Family.all[factor]
}

// followsDepth reports whether what a factor may be depends on the stage's depth.
func (s *Space) followsDepth(factor int) bool {
	return slices.ContainsFunc(s.Ties, func(t Tie) bool { return t.Factor == factor && t.Depth > 0 })
}

// depths are the choices of a stage's depth.
func (s *Space) depths(stage int) []int {
	if s.Depths == nil {
		return []int{s.Family.Stages[stage].Slots}
	}
	return s.Depths[stage]
}

// check says what is wrong with the definition of s.
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

// Contains reports whether Validate finds nothing.
func (s *Space) Contains(a Arch) bool { return s.Validate(a) == nil }

// Validate says in what a is no sub-network of s; nil where it is one. Every
// resolution of Allowed will do, not only those that searches draw.
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

// MACs is the sum of Layer.MACs over the network. An a outside the space panics.
func (s *Space) MACs(a Arch) int64 { return s.sum(a, (*Layer).MACs) }

// Params is the sum of Layer.Params over the network. An a outside the space panics.
func (s *Space) Params(a Arch) int64 { return s.sum(a, (*Layer).Params) }

func (s *Space) sum(a Arch, cost func(*Layer) int64) int64 {
	var sum int64
	layers := s.Layers(a)
	for i := range layers {
		sum += cost(&layers[i])
	}
	return sum
}

// Layers unfolds a into the layers that run, in their order. An a outside the space
// panics.
func (s *Space) Layers(a Arch) []Layer {
	s.mustContain(a)
	return s.Macro.Layers(a)
}
