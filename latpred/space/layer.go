package space

// Kind says what a layer is.
type Kind string

// The layers of a network, in the order in which they run; a ProxylessNAS
// network has no HeadExpand, and its FeatureMix comes before its Pool.
const (
	Stem       Kind = "stem"        // 3×3 convolution of the image
	FixedBlock Kind = "fixed_block" // the block that no choice changes
	Block      Kind = "block"       // an elastic slot: inverted residual with depthwise convolution
	HeadExpand Kind = "head_expand" // 1×1 convolution to the head's width
	Pool       Kind = "pool"        // global average
	FeatureMix Kind = "feature_mix" // 1×1 convolution after (or before) the pooling
	Classifier Kind = "classifier"  // linear, with bias
)

// Layer is one layer or block of a network with everything that its cost
// depends on.
type Layer struct {
	Kind       Kind
	Slot       int        // of a Block, -1 elsewhere
	InSize     int        // input height and width
	OutSize    int        // output height and width
	In, Out    int        // channels
	Mid        int        // channels between expansion and projection; In where there is no expansion
	Expand     int        // ratio; 1: no expanding convolution; 0: not a block
	Kernel     int        // of the (depthwise) convolution; 0: none
	Stride     int        // 0 where there is no convolution
	Activation Activation // Linear: none
	SE         int        // channels of the squeeze-and-excitation bottleneck; 0: none
	Shortcut   bool       // input added to the output
	Norm       bool       // every convolution is followed by batch normalisation
}

// Layers unfolds a into the layers that run. An a outside the space panics.
func (s *Space) Layers(a Arch) []Layer {
	s.mustContain(a)
	size, width := a.Resolution, 3
	layers := make([]Layer, 0, a.Blocks()+6)
	add := func(l Layer) {
		l.InSize, l.In = size, width
		if l.Stride > 0 {
			size = (size-1)/l.Stride + 1
		}
		width = l.Out
		l.OutSize = size
		if l.Expand > 0 {
			l.Mid = l.In
			if l.Expand > 1 {
				l.Mid = round8(float64(l.In * l.Expand))
			}
			if l.SE > 0 {
				l.SE = round8(float64(l.Mid / 4))
			}
		}
		layers = append(layers, l)
	}

	add(Layer{Kind: Stem, Slot: -1, Out: s.Stem, Kernel: 3, Stride: 2, Activation: s.Activation, Norm: true})
	add(Layer{Kind: FixedBlock, Slot: -1, Out: s.FixedBlock, Expand: 1, Kernel: 3, Stride: 1,
		Activation: s.BlockAct, Shortcut: s.Stem == s.FixedBlock, Norm: true})
	for i, st := range s.Stages {
		for p := range int(a.Depth[i]) {
			slot := i*SlotsPerStage + p
			l := Layer{Kind: Block, Slot: slot, Out: st.Width, Expand: int(a.Expand[slot]), Kernel: int(a.Kernel[slot]),
				Stride: 1, Activation: st.Activation, Shortcut: p > 0, Norm: true}
			if p == 0 {
				l.Stride = st.Stride
			}
			if st.SE {
				l.SE = 1 // add works out how wide
			}
			add(l)
		}
	}
	if s.HeadExpand > 0 {
		add(Layer{Kind: HeadExpand, Slot: -1, Out: s.HeadExpand, Kernel: 1, Stride: 1, Activation: s.Activation, Norm: true})
	}
	mix := Layer{Kind: FeatureMix, Slot: -1, Out: s.FeatureMix, Kernel: 1, Stride: 1, Activation: s.Activation, Norm: s.MixFirst}
	if s.MixFirst {
		add(mix)
	}
	add(Layer{Kind: Pool, Slot: -1, Out: width})
	layers[len(layers)-1].OutSize, size = 1, 1
	if !s.MixFirst {
		add(mix)
	}
	add(Layer{Kind: Classifier, Slot: -1, Out: s.Classes})
	return layers
}

// MACs is the number of multiply-accumulate operations for one image: of every
// convolution, the two of squeeze-and-excitation and the classifier. As in OFA's
// counter, normalisation, activations, pooling, biases and shortcuts are free.
func (l Layer) MACs() int64 {
	in, out, mid := int64(l.In), int64(l.Out), int64(l.Mid)
	inPixels, outPixels := int64(l.InSize*l.InSize), int64(l.OutSize*l.OutSize)
	kernel := int64(l.Kernel * l.Kernel)
	switch {
	case l.Kind == Pool:
		return 0
	case l.Kind == Classifier:
		return in * out
	case l.Expand == 0:
		return in * out * kernel * outPixels
	}
	macs := mid*kernel*outPixels + 2*mid*int64(l.SE) + mid*out*outPixels
	if l.Expand > 1 {
		macs += in * mid * inPixels
	}
	return macs
}

// Params is the number of trained values: weights, biases, and scale and shift
// of normalisations (their running statistics are not counted).
func (l Layer) Params() int64 {
	in, out, mid, se := int64(l.In), int64(l.Out), int64(l.Mid), int64(l.SE)
	kernel := int64(l.Kernel * l.Kernel)
	norm := func(channels int64) int64 {
		if l.Norm {
			return 2 * channels
		}
		return 0
	}
	switch {
	case l.Kind == Pool:
		return 0
	case l.Kind == Classifier:
		return in*out + out
	case l.Expand == 0:
		return in*out*kernel + norm(out)
	}
	params := mid*kernel + norm(mid) + mid*out + norm(out)
	if se > 0 {
		params += 2*mid*se + se + mid
	}
	if l.Expand > 1 {
		params += in*mid + norm(mid)
	}
	return params
}

// MACs is the sum of Layer.MACs over the network.
func (s *Space) MACs(a Arch) int64 {
	var sum int64
	for _, l := range s.Layers(a) {
		sum += l.MACs()
	}
	return sum
}

// Params is the sum of Layer.Params over the network.
func (s *Space) Params(a Arch) int64 {
	var sum int64
	for _, l := range s.Layers(a) {
		sum += l.Params()
	}
	return sum
}
