package space

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// Activation is the non-linearity of a layer.
type Activation string

// The activations that OFA networks use.
const (
	Linear Activation = ""        // none
	ReLU   Activation = "relu"    // max(0, x)
	ReLU6  Activation = "relu6"   // min(6, max(0, x))
	HSwish Activation = "h_swish" // x·relu6(x+3)/6
)

// Stage is a run of slots of one output width.
type Stage struct {
	Width      int        // output channels
	Stride     int        // of the first slot; later slots have stride 1 and a shortcut
	Slots      int        // 4, or 1 for ProxylessNAS' last stage
	Depths     []int      // choices, ascending
	Activation Activation // after expansion and depthwise convolution
	SE         bool       // squeeze-and-excitation after the depthwise convolution
}

// Space is a search space over the sub-networks of one supernet. All its fields
// are data; those returned by ByID and All must not be changed.
type Space struct {
	ID         string  // "mbv3-w1.0"
	Name       string  // for people
	Multiplier float64 // of the base widths

	Stem       int // output channels of the first convolution
	FixedBlock int // output channels of the block before the first stage
	Stages     []Stage
	HeadExpand int  // output channels of the 1×1 convolution after the last stage; 0: none
	FeatureMix int  // output channels of the last 1×1 convolution
	MixFirst   bool // the feature mix, with normalisation, comes before the pooling
	Classes    int
	Activation Activation // of stem and head
	BlockAct   Activation // of the fixed block

	Kernels, Expands []int // choices of a slot, ascending
	Resolutions      []int // choices that searches and data sets draw from, ascending

	// What CompOFA ties. Nil where a gene is free.
	StageKernels   []int       // kernel of all slots of each stage
	ExpandForDepth map[int]int // expansion of all slots of a stage, by its depth
}

// Resolutions at which sub-networks of OFA were trained or published, in steps
// of 4 pixels. Source: OFA's repository; 260 is its note10_lat@64ms.
const (
	MinResolution  = 128
	MaxResolution  = 260
	ResolutionStep = 4
)

// round8 rounds a width to a multiple of 8, never by more than a tenth
// downwards. Source: OFA, make_divisible.
func round8(v float64) int {
	n := max(8, int(v+4)/8*8)
	if float64(n) < 0.9*v {
		n += 8
	}
	return n
}

func mobileNetV3(id, name string, multiplier float64) *Space {
	w := func(base float64) int { return round8(base * multiplier) }
	s := &Space{
		ID: id, Name: fmt.Sprintf("%s, width %.1f", name, multiplier), Multiplier: multiplier,
		Stem: w(16), FixedBlock: w(16),
		HeadExpand: w(960), FeatureMix: w(1280), Classes: 1000,
		Activation: HSwish, BlockAct: ReLU,
		Kernels: []int{3, 5, 7}, Expands: []int{3, 4, 6},
		Resolutions: []int{160, 176, 192, 208, 224},
	}
	for _, st := range []Stage{
		{Width: w(24), Stride: 2, Activation: ReLU},
		{Width: w(40), Stride: 2, Activation: ReLU, SE: true},
		{Width: w(80), Stride: 2, Activation: HSwish},
		{Width: w(112), Stride: 1, Activation: HSwish, SE: true},
		{Width: w(160), Stride: 2, Activation: HSwish, SE: true},
	} {
		st.Slots, st.Depths = SlotsPerStage, []int{2, 3, 4}
		s.Stages = append(s.Stages, st)
	}
	return s
}

// compOFA ties depth and expansion; kernels are free (elastic) or given by stage.
func compOFA(id, name string, multiplier float64, stageKernels []int) *Space {
	s := mobileNetV3(id, name, multiplier)
	s.ExpandForDepth = map[int]int{2: 3, 3: 4, 4: 6}
	s.StageKernels = stageKernels
	return s
}

func proxyless(id, name string, multiplier float64) *Space {
	w := func(base float64) int { return round8(base * multiplier) }
	s := &Space{
		ID: id, Name: fmt.Sprintf("%s, width %.1f", name, multiplier), Multiplier: multiplier,
		Stem: w(32), FixedBlock: w(16),
		FeatureMix: w(1280), MixFirst: true, Classes: 1000,
		Activation: ReLU6, BlockAct: ReLU6,
		Kernels: []int{3, 5, 7}, Expands: []int{3, 4, 6},
		Resolutions: []int{160, 176, 192, 208, 224},
	}
	strides := []int{2, 2, 2, 1, 2, 1}
	for i, base := range []float64{24, 40, 80, 96, 192, 320} {
		st := Stage{Width: w(base), Stride: strides[i], Slots: SlotsPerStage, Depths: []int{2, 3, 4}, Activation: ReLU6}
		if i == MaxStages-1 {
			st.Slots, st.Depths = 1, []int{1}
		}
		s.Stages = append(s.Stages, st)
	}
	return s
}

var spaces = func() []*Space {
	fixed := []int{3, 5, 3, 3, 5}
	return []*Space{
		mobileNetV3("mbv3-w1.0", "OFA-MobileNetV3", 1.0),
		mobileNetV3("mbv3-w1.2", "OFA-MobileNetV3", 1.2),
		compOFA("compofa-fixed-w1.0", "CompOFA, fixed kernels", 1.0, fixed),
		compOFA("compofa-fixed-w1.2", "CompOFA, fixed kernels", 1.2, fixed),
		compOFA("compofa-elastic-w1.0", "CompOFA, elastic kernels", 1.0, nil),
		compOFA("compofa-elastic-w1.2", "CompOFA, elastic kernels", 1.2, nil),
		proxyless("proxyless-w1.3", "OFA-ProxylessNAS", 1.3),
	}
}()

// All lists every space.
func All() []*Space { return slices.Clone(spaces) }

// ByID finds a space; the error lists those there are.
func ByID(id string) (*Space, error) {
	var ids []string
	for _, s := range spaces {
		if s.ID == id {
			return s, nil
		}
		ids = append(ids, s.ID)
	}
	return nil, fmt.Errorf("no search space %q: there are %s", id, strings.Join(ids, ", "))
}

// Validate says in what a is a sub-network of no space at all; nil where it is one
// of some. Widths apart, every other space lies within OFA-MobileNetV3 or
// OFA-ProxylessNAS, which differ in the number of stages.
func Validate(a Arch) error {
	id := "mbv3-w1.0"
	if a.Stages() == MaxStages {
		id = "proxyless-w1.3"
	}
	s, err := ByID(id)
	if err != nil {
		panic("space: " + err.Error())
	}
	return s.Validate(a)
}

// Slots is the number of slots of all stages.
func (s *Space) Slots() int {
	n := 0
	for _, st := range s.Stages {
		n += st.Slots
	}
	return n
}

// Contains reports whether Validate finds nothing.
func (s *Space) Contains(a Arch) bool { return s.Validate(a) == nil }

// Validate says in what a is no sub-network of s; nil where it is one. Any
// resolution from MinResolution to MaxResolution in steps of ResolutionStep is
// allowed, not only those that searches draw.
func (s *Space) Validate(a Arch) error {
	if r := a.Resolution; r < MinResolution || r > MaxResolution || r%ResolutionStep != 0 {
		return fmt.Errorf("%s: resolution %d is not one of %d, %d, … %d",
			s.ID, r, MinResolution, MinResolution+ResolutionStep, MaxResolution)
	}
	if a.Stages() != len(s.Stages) {
		return fmt.Errorf("%s: %d stages, want %d", s.ID, a.Stages(), len(s.Stages))
	}
	for i, st := range s.Stages {
		d := int(a.Depth[i])
		if !slices.Contains(st.Depths, d) {
			return fmt.Errorf("%s: stage %d has depth %d, want one of %v", s.ID, i+1, d, st.Depths)
		}
		for p := range st.Slots {
			if err := s.validateSlot(a, i, p); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Space) validateSlot(a Arch, stage, position int) error {
	slot := stage*SlotsPerStage + position
	k, e := int(a.Kernel[slot]), int(a.Expand[slot])
	if !a.Active(slot) {
		if k != 0 || e != 0 {
			return fmt.Errorf("%s: inactive slot %d has genes: not canonical, make architectures with Parse or FromSlots", s.ID, slot)
		}
		return nil
	}
	switch kernels, expands := s.choices(stage, int(a.Depth[stage])); {
	case !slices.Contains(kernels, k):
		return fmt.Errorf("%s: kernel %d of stage %d, block %d, want one of %v", s.ID, k, stage+1, position+1, kernels)
	case !slices.Contains(expands, e):
		return fmt.Errorf("%s: expansion %d of stage %d, block %d, want one of %v", s.ID, e, stage+1, position+1, expands)
	}
	return nil
}

// choices gives what a slot of the stage may be when the stage is depth deep.
func (s *Space) choices(stage, depth int) (kernels, expands []int) {
	kernels, expands = s.Kernels, s.Expands
	if s.StageKernels != nil {
		kernels = s.StageKernels[stage : stage+1]
	}
	if s.ExpandForDepth != nil {
		expands = []int{s.ExpandForDepth[depth]}
	}
	return kernels, expands
}

// Size is the number of sub-networks, without the choice of resolution.
func (s *Space) Size() *big.Int {
	size := big.NewInt(1)
	for i, st := range s.Stages {
		sum := new(big.Int)
		for _, d := range st.Depths {
			kernels, expands := s.choices(i, d)
			genes := int64(len(kernels) * len(expands))
			sum.Add(sum, new(big.Int).Exp(big.NewInt(genes), big.NewInt(int64(d)), nil))
		}
		size.Mul(size, sum)
	}
	return size
}

// Smallest is the network with the fewest blocks, the smallest kernels and
// expansions, at the lowest resolution that searches draw.
func (s *Space) Smallest() Arch { return s.extreme(slices.Min[[]int]) }

// Largest is the network with the most blocks, the largest kernels and expansions,
// at the highest resolution that searches draw.
func (s *Space) Largest() Arch { return s.extreme(slices.Max[[]int]) }

func (s *Space) extreme(of func([]int) int) Arch {
	a := Arch{Resolution: of(s.Resolutions)}
	for i, st := range s.Stages {
		a.Depth[i] = uint8(of(st.Depths))
		kernels, expands := s.choices(i, int(a.Depth[i]))
		for p := range int(a.Depth[i]) {
			a.Kernel[i*SlotsPerStage+p], a.Expand[i*SlotsPerStage+p] = uint8(of(kernels)), uint8(of(expands))
		}
	}
	return a
}
