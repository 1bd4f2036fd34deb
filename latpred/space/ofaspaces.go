package space

import "fmt"

// ofaSpaces are the spaces of OFA's and CompOFA's authors, with the widths of their
// supernets.
// Sources: mit-han-lab/once-for-all, ofa_mbv3.py and ofa_proxyless.py;
// gatech-sysml/CompOFA.
func ofaSpaces() []*Space {
	var fixed []Tie // CompOFA's kernel of each stage
	for stage, kernel := range []int{3, 5, 3, 3, 5} {
		fixed = append(fixed, Tie{Factor: OFAKernel, Stage: stage, Levels: []int{(kernel - 3) / 2}})
	}
	return []*Space{
		mobileNetV3("mbv3-w1.0", "OFA-MobileNetV3", 1.0),
		mobileNetV3("mbv3-w1.2", "OFA-MobileNetV3", 1.2),
		compOFA("compofa-fixed-w1.0", "CompOFA, fixed kernels", 1.0, fixed),
		compOFA("compofa-fixed-w1.2", "CompOFA, fixed kernels", 1.2, fixed),
		compOFA("compofa-elastic-w1.0", "CompOFA, elastic kernels", 1.0, nil),
		compOFA("compofa-elastic-w1.2", "CompOFA, elastic kernels", 1.2, nil),
		proxyless("proxyless-w1.3", "OFA-ProxylessNAS", 1.3),
	}
}

func ofaSpace(id, name string, multiplier float64, family *Family, macro *OFAMacro) *Space {
	s := &Space{
		ID: id, Name: fmt.Sprintf("%s, width %.1f", name, multiplier), Family: family, Multiplier: multiplier, Macro: macro,
		Resolutions: []int{160, 176, 192, 208, 224},
		Allowed:     Range{MinResolution, MaxResolution, ResolutionStep},
	}
	for _, st := range family.Stages {
		depths := []int{2, 3, 4}
		if st.Slots == 1 {
			depths = []int{1}
		}
		s.Depths = append(s.Depths, depths)
	}
	return s
}

func mobileNetV3(id, name string, multiplier float64) *Space {
	w := func(base float64) int { return round8(base * multiplier) }
	return ofaSpace(id, name, multiplier, OFA5, &OFAMacro{
		Stem: w(16), FixedBlock: w(16),
		Stages: []OFAStage{
			{Width: w(24), Stride: 2, Activation: ReLU},
			{Width: w(40), Stride: 2, Activation: ReLU, SE: true},
			{Width: w(80), Stride: 2, Activation: HSwish},
			{Width: w(112), Stride: 1, Activation: HSwish, SE: true},
			{Width: w(160), Stride: 2, Activation: HSwish, SE: true},
		},
		HeadExpand: w(960), FeatureMix: w(1280), Classes: 1000,
		Activation: HSwish, BlockAct: ReLU,
	})
}

// compOFA ties the expansion to the depth; kernels are free (nil, elastic) or fixed by
// stage.
func compOFA(id, name string, multiplier float64, kernels []Tie) *Space {
	s := mobileNetV3(id, name, multiplier)
	s.Ties = append(s.Ties, kernels...)
	for level, depth := range []int{2, 3, 4} { // expansions 3, 4, 6
		s.Ties = append(s.Ties, Tie{Factor: OFAExpand, Stage: -1, Depth: depth, Levels: []int{level}})
	}
	return s
}

func proxyless(id, name string, multiplier float64) *Space {
	w := func(base float64) int { return round8(base * multiplier) }
	m := &OFAMacro{
		Stem: w(32), FixedBlock: w(16),
		FeatureMix: w(1280), MixFirst: true, Classes: 1000,
		Activation: ReLU6, BlockAct: ReLU6,
	}
	strides := []int{2, 2, 2, 1, 2, 1}
	for i, base := range []float64{24, 40, 80, 96, 192, 320} {
		m.Stages = append(m.Stages, OFAStage{Width: w(base), Stride: strides[i], Activation: ReLU6})
	}
	return ofaSpace(id, name, multiplier, OFA6, m)
}

// round8 rounds a width to a multiple of 8, and never down by more than a tenth. Source:
// OFA, make_divisible.
func round8(v float64) int {
	n := max(8, int(v+4)/8*8)
	if float64(n) < 0.9*v {
		n += 8
	}
	return n
}
