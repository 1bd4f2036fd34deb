package space

// dense reports whether l is a dense convolution.
func (l Layer) dense() bool {
	return l.Kind == Stem || l.Kind == HeadExpand || l.Kind == FeatureMix || l.Kind == Conv
}

// MACs is the number of multiply-accumulate operations for one image: of every
// convolution, the two of squeeze-and-excitation and the classifier. As in OFA's and
// in NAS-Bench-201's counters, normalisation, activations, pooling, biases, sums and
// shortcuts are free.
func (l Layer) MACs() int64 {
	in, out, mid := int64(l.In), int64(l.Out), int64(l.Mid)
	inPixels, outPixels := int64(l.InSize*l.InSize), int64(l.OutSize*l.OutSize)
	kernel, groups := int64(l.Kernel*l.Kernel), int64(max(1, l.Groups))
	switch {
	case l.Kind == Classifier:
		return in * out
	case l.dense():
		return in * out * kernel * outPixels
	case l.Expand == 0:
		return 0
	}
	macs := mid*kernel*outPixels + 2*mid*int64(l.SE) + mid*out*outPixels/groups
	if l.Expands() {
		macs += in * mid * inPixels / groups
	}
	return macs
}

// Params is the number of trained values: weights, biases, and scale and shift
// of normalisations (their running statistics are not counted).
func (l Layer) Params() int64 {
	in, out, mid, se := int64(l.In), int64(l.Out), int64(l.Mid), int64(l.SE)
	kernel, groups := int64(l.Kernel*l.Kernel), int64(max(1, l.Groups))
	norm := func(channels int64) int64 {
		if l.Norm {
			return 2 * channels
		}
		return 0
	}
	switch {
	case l.Kind == Classifier:
		return in*out + out
	case l.dense():
		return in*out*kernel + norm(out)
	case l.Kind == Norm:
		return 2 * in
	case l.Expand == 0:
		return 0
	}
	params := mid*kernel + norm(mid) + mid*out/groups + norm(out)
	if se > 0 {
		params += 2*mid*se + se + mid
	}
	if l.Expands() {
		params += in*mid/groups + norm(mid)
	}
	return params
}

// GPU launches of a squeeze-and-excitation, and of the global average pooling, which
// OFA's code writes as two means: over height and over width.
const (
	launchesSE   = 11
	launchesPool = 2
)

// launches is the number of GPU launches of an activation. OFA writes h_swish as
// x·relu6(x+3)/6: an addition, a clamp, a division and a product.
func (a Activation) launches() int {
	switch a {
	case Linear:
		return 0
	case HSwish:
		return 4
	}
	return 1
}

// Launches is the number of GPU launches of the layer when PyTorch runs it eagerly,
// with batch normalisation folded into the convolution before it: one for
// each convolution and for a linear layer, one for ReLU and ReLU6, four for h_swish,
// eleven for squeeze-and-excitation, one for each two tensors added, one for a channel
// shuffle, two for the global average. Source: OFA's network code, and NAS-Bench-201's
// for Zero, which it computes as a product.
func (l Layer) Launches() int {
	n := max(0, len(l.From)-1)
	act := l.Activation.launches()
	switch {
	case l.Kind == Pool:
		return n + launchesPool
	case l.Kind == Classifier || l.Kind == AvgPool || l.Kind == Zero:
		return n + 1
	case l.dense() || l.Kind == Norm:
		return n + 1 + act
	case l.Expand == 0: // identity, sum
		return n
	}
	n += 2 + act // depthwise and project
	if l.Expands() {
		n += 1 + act
	}
	if l.Groups > 1 {
		n++
	}
	if l.SE > 0 {
		n += launchesSE
	}
	if l.Shortcut {
		n++
	}
	return n
}
