package space

// Kind is the kind of a layer.
type Kind string

// The kinds of layers. OFA's networks have those of the first group, in this order,
// except that a ProxylessNAS network has no HeadExpand and its FeatureMix comes before
// its Pool.
const (
	Stem       Kind = "stem"        // convolution of the image
	FixedBlock Kind = "fixed_block" // the block that no choice changes
	Block      Kind = "block"       // inverted residual: 1×1, depthwise and 1×1 convolution
	HeadExpand Kind = "head_expand" // 1×1 convolution to the head's width
	Pool       Kind = "pool"        // global average
	FeatureMix Kind = "feature_mix" // 1×1 convolution after (or before) the pooling
	Classifier Kind = "classifier"  // linear, with bias

	Conv     Kind = "conv"     // dense convolution, its input padded by half a kernel
	AvgPool  Kind = "avg_pool" // average of Kernel × Kernel pixels
	Identity Kind = "identity" // the input
	Zero     Kind = "zero"     // zeros in the shape of the input
	Sum      Kind = "sum"      // the sum of the layers in From
	Norm     Kind = "norm"     // batch normalisation that follows no convolution, and activation
)

// Activation is the non-linearity of a layer.
type Activation string

// The activations of layers.
const (
	Linear Activation = ""        // none
	ReLU   Activation = "relu"    // max(0, x)
	ReLU6  Activation = "relu6"   // min(6, max(0, x))
	HSwish Activation = "h_swish" // x·relu6(x+3)/6
)

// Layer is one layer or block of a network, with everything that its cost depends on.
// Sizes are in pixels.
type Layer struct {
	Kind Kind
	Slot int // the slot whose choice made the layer; −1: no slot
	// From lists the layers that it reads, as indexes in the network; of several it
	// reads the sum. Nil: it reads the layer before it, and the first reads the image.
	From       []int
	InSize     int        // input height and width
	OutSize    int        // output height and width
	In, Out    int        // input and output channels
	Mid        int        // channels between expansion and projection of a block: In × Expand
	Expand     int        // ratio of Mid to In; 0: not a block
	Groups     int        // groups of a block's 1×1 convolutions, with channels shuffled after the first; 0: one group
	Kernel     int        // of the (depthwise) convolution or of AvgPool; 0: none
	Stride     int        // 0 for layers without a sliding window
	Activation Activation // Linear: none
	SE         int        // channels of the squeeze-and-excitation bottleneck; 0: none
	Widen      bool       // a block has the expanding convolution even if Expand is 1
	ActFirst   bool       // the activation comes before the convolution
	Shortcut   bool       // the input is added to the output
	Norm       bool       // batch normalisation follows every convolution
}

// Expands reports whether a block begins with an expanding 1×1 convolution.
func (l Layer) Expands() bool { return l.Expand > 1 || l.Expand == 1 && l.Widen }

// Chain builds the list of a network's layers and works out their shapes.
type Chain struct {
	Layers []Layer // added so far
	size   int     // height and width of the image
	width  int     // channels of the image
}

// NewChain begins a network that reads an RGB image of resolution × resolution pixels.
// layers is the expected number of layers, a hint for allocation.
func NewChain(resolution, layers int) *Chain {
	return &Chain{make([]Layer, 0, layers), resolution, 3}
}

// Add appends a layer and returns its index. Add works out InSize, In, OutSize and Mid;
// the caller sets the other fields of l. An Out of 0 means In. If l.From lists several
// layers, their shapes must agree; that of the first counts.
func (c *Chain) Add(l Layer) int {
	l.InSize, l.In = c.size, c.width
	if from := len(c.Layers) - 1; from >= 0 {
		if l.From != nil {
			from = l.From[0]
		}
		l.InSize, l.In = c.Layers[from].OutSize, c.Layers[from].Out
	}
	l.OutSize = l.InSize
	switch {
	case l.Kind == Pool:
		l.OutSize = 1
	case l.Stride > 0:
		l.OutSize = (l.InSize-1)/l.Stride + 1
	}
	if l.Out == 0 {
		l.Out = l.In
	}
	if l.Expand > 0 {
		l.Mid = l.In * l.Expand
	}
	c.Layers = append(c.Layers, l)
	return len(c.Layers) - 1
}

// Width is the number of output channels of the last layer; 3, those of the image, before
// the first.
func (c *Chain) Width() int {
	if len(c.Layers) == 0 {
		return c.width
	}
	return c.Layers[len(c.Layers)-1].Out
}
