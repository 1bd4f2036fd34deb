package space

// Kind says what a layer is.
type Kind string

// The layers of a network. Those of OFA's come in the order of the first block; a
// ProxylessNAS network has no HeadExpand, and its FeatureMix comes before its Pool.
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
	Zero     Kind = "zero"     // zeros of the input's shape
	Sum      Kind = "sum"      // the sum of the layers in From
	Norm     Kind = "norm"     // batch normalisation that follows no convolution, and activation
)

// Activation is the non-linearity of a layer.
type Activation string

// The activations that layers have.
const (
	Linear Activation = ""        // none
	ReLU   Activation = "relu"    // max(0, x)
	ReLU6  Activation = "relu6"   // min(6, max(0, x))
	HSwish Activation = "h_swish" // x·relu6(x+3)/6
)

// Layer is one layer or block of a network with everything that its cost
// depends on.
type Layer struct {
	Kind Kind
	Slot int // whose choice the layer is; -1: of none
	// From are the layers that it reads, by their indexes in the network; several: it
	// reads their sum. Nil: it reads the layer before it, the first the image.
	From       []int
	InSize     int        // input height and width
	OutSize    int        // output height and width
	In, Out    int        // channels
	Mid        int        // of a block, channels between expansion and projection; In where there is no expansion
	Expand     int        // of a block, Mid to In; 0: not a block
	Groups     int        // of every 1×1 convolution of a block, with channels shuffled after the first; 0: one
	Kernel     int        // of the (depthwise) convolution or of AvgPool; 0: none
	Stride     int        // 0 where nothing slides over the image
	Activation Activation // Linear: none
	SE         int        // channels of the squeeze-and-excitation bottleneck; 0: none
	Widen      bool       // a block has the expanding convolution even where Expand is 1
	ActFirst   bool       // the activation comes before the convolution
	Shortcut   bool       // input added to the output
	Norm       bool       // every convolution is followed by batch normalisation
}

// Expands reports whether a block begins with an expanding 1×1 convolution.
func (l Layer) Expands() bool { return l.Expand > 1 || l.Expand == 1 && l.Widen }

// Chain makes a list of layers in which each reads what those before it write.
type Chain struct {
	Layers []Layer
	size   int // height and width of the image
	width  int // channels of the image
}

// NewChain begins a network of an RGB image of so many pixels height and width.
// layers is how many there will be, about.
func NewChain(resolution, layers int) *Chain {
	return &Chain{make([]Layer, 0, layers), resolution, 3}
}

// Add appends a layer and gives its index. Of l, the caller sets what it is, what it
// reads (see Layer.From) and Out; Add works out InSize, In, OutSize and Mid. An Out of
// 0 is In.
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

// Width is the number of channels that the last layer writes.
func (c *Chain) Width() int {
	if len(c.Layers) == 0 {
		return c.width
	}
	return c.Layers[len(c.Layers)-1].Out
}
