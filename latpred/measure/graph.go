package measure

import (
	. "github.com/gomlx/gomlx/core/graph" //lint:ignore ST1001 graph code reads as formulas

	"github.com/gomlx/compute"
	"github.com/ofalat/ofalat/latpred/space"
)

// Formulation is how convolutions are written in a GoMLX graph. The network is the same;
// which formulation is fast depends on the device.
type Formulation string

const (
	// Products writes dense convolutions as matrix products and depthwise ones as sums
	// of shifted products. On XLA's CPU plugin it is forty times faster than
	// Convolutions.
	Products Formulation = "dot"
	// Convolutions writes convolutions as such, depthwise ones as grouped convolutions.
	// It is for GPUs, whose libraries implement them.
	Convolutions Formulation = "conv"
	// Mixed writes dense convolutions of one pixel as matrix products and all others as
	// convolutions. It is for GPUs as well, whose libraries choose better kernels for
	// products when they do not try them out.
	Mixed Formulation = "mix"
)

// Formulations lists all of them.
func Formulations() []Formulation { return []Formulation{Products, Convolutions, Mixed} }

// Everything here builds graphs in NHWC order. The panics of GoMLX are stopped in
// pjrt.go.

// layer applies a layer to the sum of its inputs; next returns the nodes of an op's
// weights.
func (f Formulation) layer(inputs []*Node, l space.Layer, next func(op) []*Node) *Node {
	x := inputs[0]
	for _, more := range inputs[1:] {
		x = Add(x, more)
	}
	in := x
	for _, o := range opsOf(l) {
		x = f.op(x, o, next(o))
	}
	if l.Shortcut {
		x = Add(x, in)
	}
	return x
}

func (f Formulation) op(x *Node, o op, w []*Node) *Node {
	switch o.kind {
	case average:
		return ReduceAndKeep(x, ReduceMean, 1, 2)
	case linear:
		return Add(pooledProduct(x, w[0]), vector(w[1]))
	case shuffle:
		return shuffled(x, o.groups)
	case avgPool:
		return f.averages(x, o)
	case zeros:
		return MulScalar(x, 0)
	case activate:
		return f.activate(x, o.act)
	case normalise:
		return f.activate(Add(Mul(x, vector(w[0])), vector(w[1])), o.act)
	case squeeze:
		gate := ReduceAndKeep(x, ReduceMean, 1, 2)
		gate = f.activate(Add(pooledProduct(gate, w[0]), vector(w[1])), space.ReLU)
		return Mul(x, hardSigmoid(Add(pooledProduct(gate, w[2]), vector(w[3]))))
	}
	var y *Node
	switch {
	case f == Convolutions && !o.pooled, f == Mixed && o.kernel > 1:
		y = convolve(x, o, w[0])
	case o.groups > 1:
		y = groupedProduct(x, o, w[0])
	case o.kind == depthwise:
		y = shiftAndAdd(x, o, w[0])
	case o.kind == fullConv:
		y = product(shifts(x, o), Reshape(w[0], o.kernel*o.kernel*o.in, o.out))
	case o.pooled:
		y = pooledProduct(x, w[0])
	default:
		y = product(x, Reshape(w[0], o.in, o.out))
	}
	if len(w) > 1 {
		y = Add(y, vector(w[1]))
	}
	return f.activate(y, o.act)
}

// product multiplies the channels of every pixel with a matrix.
func product(x, w *Node) *Node {
	d := x.Shape().Dimensions
	in, out := w.Shape().Dimensions[0], w.Shape().Dimensions[1]
	y := Dot(Reshape(x, d[0]*d[1]*d[2], in), w).Product()
	return Reshape(y, d[0], d[1], d[2], out)
}

// groupedProduct is product for each group of channels by itself.
func groupedProduct(x *Node, o op, w *Node) *Node {
	in, out := o.in/o.groups, o.out/o.groups
	w = Reshape(w, in, o.out)
	var parts []*Node
	for g := range o.groups {
		part := Slice(x, AxisRange(), AxisRange(), AxisRange(), AxisRange(g*in, (g+1)*in))
		parts = append(parts, product(part, Slice(w, AxisRange(), AxisRange(g*out, (g+1)*out))))
	}
	return Concatenate(parts, 3)
}

// shuffled takes the channels of groups in turn: the first of each, then the second.
func shuffled(x *Node, groups int) *Node {
	d := x.Shape().Dimensions
	y := Transpose(Reshape(x, d[0], d[1], d[2], groups, d[3]/groups), 3, 4)
	return Reshape(y, d...)
}

// averages are the means over k×k pixels, counting only those inside the image.
func (f Formulation) averages(x *Node, o op) *Node {
	in := x.Shape().Dimensions[1]
	counts := make([]float32, o.size(in)) // of rows, and of columns
	for i := range counts {
		first := i*o.stride - o.padding()
		counts[i] = float32(min(in, first+o.kernel) - max(0, first))
	}
	n := ConvertDType(Const(x.Graph(), counts), x.DType())
	along := func(axis int) *Node {
		d := []int{1, 1, 1, 1}
		d[axis] = len(counts)
		return Reshape(n, d...)
	}
	return Div(f.sums(x, o), Mul(along(1), along(2)))
}

// sums are the sums over k×k pixels, with zeros outside the image.
func (f Formulation) sums(x *Node, o op) *Node {
	p := [2]int{o.padding(), o.padding()}
	if f != Products {
		return SumPool(x).Window(o.kernel).Strides(o.stride).PaddingPerDim([][2]int{p, p}).Done()
	}
	size := o.size(x.Shape().Dimensions[1])
	x = padded(x, o)
	var sum *Node
	for ky := range o.kernel {
		for kx := range o.kernel {
			sum = plus(sum, shifted(x, o, size, ky, kx))
		}
	}
	return sum
}

// pooledProduct multiplies the channels of images of one pixel by a matrix that is
// stored output × input, so that each output's weights lie together in memory. Down a
// column of an input × output matrix with 1280 columns, all elements map to four sets of
// the cache, which was 13 times slower.
func pooledProduct(x, w *Node) *Node {
	batch, in, out := x.Shape().Dimensions[0], w.Shape().Dimensions[1], w.Shape().Dimensions[0]
	return Reshape(EinsumAxes(Reshape(x, batch, in), w, [][2]int{{1, 1}}, nil), batch, 1, 1, out)
}

// vector reshapes one number for each channel to the last axis of an image.
func vector(b *Node) *Node { return Reshape(b, 1, 1, 1, b.Shape().Dimensions[0]) }

// padded surrounds the image by zeros.
func padded(x *Node, o op) *Node {
	if o.padding() == 0 {
		return x
	}
	p := compute.PadAxis{Start: o.padding(), End: o.padding()}
	return Pad(x, ScalarZero(x.Graph(), x.DType()), compute.PadAxis{}, p, p, compute.PadAxis{})
}

// shifted is the part of the padded image that the kernel's element (ky, kx) multiplies,
// size × size pixels.
func shifted(x *Node, o op, size, ky, kx int) *Node {
	along := func(from int) SliceAxisSpec { return AxisRange(from, from+(size-1)*o.stride+1).Stride(o.stride) }
	return Slice(x, AxisRange(), along(ky), along(kx), AxisRange())
}

// shifts concatenates the shifted images of all elements of the kernel along the
// channels (im2col).
func shifts(x *Node, o op) *Node {
	size := o.size(x.Shape().Dimensions[1])
	x = padded(x, o)
	var parts []*Node
	for ky := range o.kernel {
		for kx := range o.kernel {
			parts = append(parts, shifted(x, o, size, ky, kx))
		}
	}
	return Concatenate(parts, 3)
}

// shiftAndAdd is a depthwise convolution: shifted images, each times its element of
// the kernels, summed by rows first.
func shiftAndAdd(x *Node, o op, w *Node) *Node {
	size := o.size(x.Shape().Dimensions[1])
	x = padded(x, o)
	var sum *Node
	for ky := range o.kernel {
		var row *Node
		for kx := range o.kernel {
			part := shifted(x, o, size, ky, kx)
			element := Reshape(Slice(w, AxisElem(ky), AxisElem(kx), AxisRange()), 1, 1, 1, o.out)
			row = plus(row, Mul(part, element))
		}
		sum = plus(sum, row)
	}
	return sum
}

func plus(sum, x *Node) *Node {
	if sum == nil {
		return x
	}
	return Add(sum, x)
}

// convolve is a convolution in o.groups groups; a depthwise one has a group for each
// channel.
func convolve(x *Node, o op, w *Node) *Node {
	groups := max(1, o.groups)
	if o.kind == depthwise {
		groups, w = o.out, Reshape(w, o.kernel, o.kernel, 1, o.out)
	}
	p := [2]int{o.padding(), o.padding()}
	return Convolve(x, w).Strides(o.stride).PaddingPerDim([][2]int{p, p}).ChannelGroupCount(groups).Done()
}

func (f Formulation) activate(x *Node, a space.Activation) *Node {
	switch a {
	case space.ReLU:
		if f != Products {
			return MaxScalar(x, 0)
		}
		// (x + |x|)/2 equals max(x, 0) to the bit. Since x occurs twice in it, XLA
		// computes x once; with max(x, 0) it computes a depthwise convolution twice, for
		// the pooling of squeeze and excitation and for its product.
		return MulScalar(Add(x, Abs(x)), .5)
	case space.ReLU6:
		return ClipScalar(x, 0, 6)
	case space.HSwish:
		return Mul(x, hardSigmoid(x))
	}
	return x
}

// hardSigmoid is relu6(x+3)/6.
func hardSigmoid(x *Node) *Node { return MulScalar(ClipScalar(AddScalar(x, 3), 0, 6), 1./6) }
