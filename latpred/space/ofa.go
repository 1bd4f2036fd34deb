package space

import "fmt"

// Sizes of OFA's two families. They share a layout with room for the larger,
// ProxylessNAS with its six stages.
const (
	OFAStages        = 6  // MobileNetV3 networks have five
	OFASlotsPerStage = 4  // the sixth stage has one
	OFASlots         = 21 // MobileNetV3 networks have 20
)

// Factors of OFA's families.
const (
	OFAKernel = 0 // size of the depthwise kernel: 3, 5, 7
	OFAExpand = 1 // ratio of middle to input channels: 3, 4, 6
)

// Resolutions at which sub-networks of OFA were trained or published, in steps
// of 4 pixels. Source: OFA's repository; 260 is its note10_lat@64ms.
const (
	MinResolution  = 128
	MaxResolution  = 260
	ResolutionStep = 4
)

// OFA5 is the family of OFA-MobileNetV3 and of CompOFA: five stages of four slots.
// OFA6 is that of OFA-ProxylessNAS: a sixth stage has one slot.
var (
	OFA5 = ofaFamily("ofa-5", "OFA, five stages", 5)
	OFA6 = ofaFamily("ofa-6", "OFA, six stages", OFAStages)
)

func ofaFamily(id, name string, stages int) *Family {
	f := Family{ID: id, Name: name, Text: ofaText{}, Layout: ofaLayout,
		Factors: []Factor{
			OFAKernel: {Name: "kernel", Values: []int{3, 5, 7}, Ordered: true},
			OFAExpand: {Name: "expansion", Values: []int{3, 4, 6}, Ordered: true},
		}}
	for i := range stages {
		slots := min(OFASlotsPerStage, OFASlots-OFASlotsPerStage*i)
		f.Stages = append(f.Stages, Stage{Name: fmt.Sprintf("stage %d", i+1), Slots: slots, Elastic: true})
	}
	return MustFamily(f)
}

// ofaLayout has two places in each stage, one for the first slot, which alone strides and
// changes the width, and one for the later slots, which are alike.
var ofaLayout = func() *Layout {
	l := &Layout{Stages: OFAStages, Slots: OFASlots, Choices: 9}
	for stage := range OFAStages {
		l.Places = append(l.Places, Place{stage, false}, Place{stage, true})
	}
	for slot := range OFASlots {
		place := 2 * (slot / OFASlotsPerStage)
		if slot%OFASlotsPerStage > 0 {
			place++
		}
		l.PlaceOf = append(l.PlaceOf, place)
	}
	return l
}()

// OFAMacro is the macro-architecture of an OFA supernet.
type OFAMacro struct {
	Stem       int // output channels of the first convolution
	FixedBlock int // output channels of the block before the first stage
	Stages     []OFAStage
	HeadExpand int        // output channels of the 1×1 convolution after the last stage; 0: none
	FeatureMix int        // output channels of the last 1×1 convolution
	MixFirst   bool       // the feature mix, with normalisation, comes before the pooling
	Classes    int        // outputs of the classifier
	Activation Activation // of stem and head
	BlockAct   Activation // of the fixed block
}

// OFAStage holds what the slots of a stage have in common.
type OFAStage struct {
	Width      int        // output channels
	Stride     int        // of the first slot; later slots have stride 1 and a shortcut
	Activation Activation // after expansion and depthwise convolution
	SE         bool       // squeeze-and-excitation after the depthwise convolution
}

// Layers implements Macro.
func (m *OFAMacro) Layers(a Arch) []Layer {
	c := NewChain(a.Resolution, a.Blocks()+6)
	c.Add(Layer{Kind: Stem, Slot: -1, Out: m.Stem, Kernel: 3, Stride: 2, Activation: m.Activation, Norm: true})
	c.Add(Layer{Kind: FixedBlock, Slot: -1, Out: m.FixedBlock, Expand: 1, Kernel: 3, Stride: 1,
		Activation: m.BlockAct, Shortcut: m.Stem == m.FixedBlock, Norm: true})
	for slot := range a.Slots() {
		if !a.Active(slot) {
			continue
		}
		st, first := m.Stages[a.Family.Stage(slot)], a.Family.Position(slot) == 0
		l := Layer{Kind: Block, Slot: slot, Out: st.Width, Expand: a.Value(slot, OFAExpand), Kernel: a.Value(slot, OFAKernel),
			Stride: 1, Activation: st.Activation, Shortcut: !first, Norm: true}
		if first {
			l.Stride = st.Stride
		}
		if st.SE {
			l.SE = round8(float64(c.Width() * l.Expand / 4))
		}
		c.Add(l)
	}
	m.head(c)
	return c.Layers
}

func (m *OFAMacro) head(c *Chain) {
	mix := Layer{Kind: FeatureMix, Slot: -1, Out: m.FeatureMix, Kernel: 1, Stride: 1, Activation: m.Activation, Norm: m.MixFirst}
	if m.HeadExpand > 0 {
		c.Add(Layer{Kind: HeadExpand, Slot: -1, Out: m.HeadExpand, Kernel: 1, Stride: 1, Activation: m.Activation, Norm: true})
	}
	if m.MixFirst {
		c.Add(mix)
	}
	c.Add(Layer{Kind: Pool, Slot: -1})
	if !m.MixFirst {
		c.Add(mix)
	}
	c.Add(Layer{Kind: Classifier, Slot: -1, Out: m.Classes})
}
