package space

import "fmt"

// FBNet is the family of FBNet: 22 blocks in seven stages, each with one of nine
// operations. kK_eE is an inverted residual with a depthwise kernel of K×K and expansion
// E. In those with g2 the 1×1 convolutions have two groups, and channels are shuffled
// after the first. skip is the identity, or a 1×1 convolution where the shape changes.
//
// Source: Wu et al., FBNet: Hardware-Aware Efficient ConvNet Design via Differentiable
// Neural Architecture Search, CVPR 2019, tables 1 and 2; order of the operations as in
// HW-NAS-Bench and HELP.
var FBNet = MustFamily(Family{
	ID: "fbnet", Name: "FBNet",
	Factors: []Factor{{Name: "operation", Labels: []string{
		"k3_e1", "k3_e1_g2", "k3_e3", "k3_e6", "k5_e1", "k5_e1_g2", "k5_e3", "k5_e6", "skip"}}},
	Stages: fbnetStages(),
})

func fbnetStages() []Stage {
	var stages []Stage
	for i, slots := range []int{1, 4, 4, 4, 4, 4, 1} {
		stages = append(stages, Stage{Name: fmt.Sprintf("stage %d", i+1), Slots: slots})
	}
	return stages
}

// fbnetOps are the choices of FBNet; the last is to skip.
var fbnetOps = [...]struct{ kernel, expand, groups int }{
	{3, 1, 1}, {3, 1, 2}, {3, 3, 1}, {3, 6, 1}, {5, 1, 1}, {5, 1, 2}, {5, 3, 1}, {5, 6, 1}, {},
}

// fbnetSpaces are the space of the paper and that of HW-NAS-Bench for CIFAR-100 (Li et
// al., ICLR 2021), which HELP's latencies are for. The last convolution has 1984 channels
// in the paper's table, in FBNet-B and in FBNet-C, but 1504, as here, in FBNet-A and in
// HW-NAS-Bench.
func fbnetSpaces() []*Space {
	widths := []int{16, 24, 32, 64, 112, 184, 352}
	return []*Space{{
		ID: "fbnet-imagenet", Name: "FBNet, ImageNet", Family: FBNet,
		Macro: &FBNetMacro{First: 16, FirstStride: 2, Widths: widths, Strides: []int{1, 2, 2, 2, 1, 2, 1},
			Last: 1504, Classes: 1000},
		Resolutions: []int{224}, Allowed: Fixed(224),
	}, {
		ID: "fbnet-cifar100", Name: "FBNet, CIFAR-100", Family: FBNet,
		Macro: &FBNetMacro{First: 16, FirstStride: 1, Widths: widths, Strides: []int{1, 1, 2, 2, 1, 2, 1},
			Last: 1504, Classes: 100},
		Resolutions: []int{cifarResolution}, Allowed: Fixed(cifarResolution),
	}}
}

// FBNetMacro is the macro-architecture around FBNet's blocks.
type FBNetMacro struct {
	First, FirstStride int   // output channels and stride of the first convolution
	Widths             []int // output channels of each stage
	Strides            []int // of the first block of each stage
	Last               int   // output channels of the last 1×1 convolution
	Classes            int   // outputs of the classifier
}

// Layers implements Macro.
func (m *FBNetMacro) Layers(a Arch) []Layer {
	c := NewChain(a.Resolution, a.Slots()+4)
	c.Add(Layer{Kind: Stem, Slot: -1, Out: m.First, Kernel: 3, Stride: m.FirstStride, Activation: ReLU, Norm: true})
	for slot := range a.Slots() {
		stage, stride := a.Family.Stage(slot), 1
		if a.Family.Position(slot) == 0 {
			stride = m.Strides[stage]
		}
		same := stride == 1 && c.Width() == m.Widths[stage]
		op := fbnetOps[a.Choice[slot]-1]
		l := Layer{Kind: Block, Slot: slot, Out: m.Widths[stage], Expand: op.expand, Widen: true, Groups: op.groups,
			Kernel: op.kernel, Stride: stride, Activation: ReLU, Shortcut: same, Norm: true}
		switch {
		case op.kernel > 0:
		case same:
			l = Layer{Kind: Identity, Slot: slot}
		default:
			l = Layer{Kind: Conv, Slot: slot, Out: m.Widths[stage], Kernel: 1, Stride: stride, Activation: ReLU, Norm: true}
		}
		c.Add(l)
	}
	c.Add(Layer{Kind: FeatureMix, Slot: -1, Out: m.Last, Kernel: 1, Stride: 1, Activation: ReLU, Norm: true})
	c.Add(Layer{Kind: Pool, Slot: -1})
	c.Add(Layer{Kind: Classifier, Slot: -1, Out: m.Classes})
	return c.Layers
}
