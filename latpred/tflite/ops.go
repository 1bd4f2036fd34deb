package tflite

import "fmt"

// Window is how a kernel moves over an image.
type Window struct {
	Kernel, Stride int // pixels, the same along both axes
	Padding        int // zeros on each side
}

// size is the height or width of the result for an image of the given one.
func (w Window) size(in int) int { return (in+2*w.Padding-w.Kernel)/w.Stride + 1 }

// same says whether padding as the format's SAME, which may be larger behind than before
// the image, gives the same result as w.
func (w Window) same(in int) bool {
	out := (in + w.Stride - 1) / w.Stride
	before := max(0, (out-1)*w.Stride+w.Kernel-in) / 2
	return out == w.size(in) && before == w.Padding
}

// The format's kinds of padding.
const (
	paddingSame  = 0
	paddingValid = 1
)

// padded gives the image, surrounded by zeros where the format can't pad as w does, and
// the kind of padding to write.
func (g *Graph) padded(x Value, w Window) (Value, int) {
	d := g.Dims(x)
	switch {
	case w.same(d[1]) && w.same(d[2]):
		return x, paddingSame
	case w.Padding == 0:
		return x, paddingValid
	}
	return g.Pad(x, w.Padding), paddingValid
}

// Pad surrounds an image by p zeros on each side.
func (g *Graph) Pad(x Value, p int) Value {
	d, n := g.Dims(x), int32(p)
	sides := g.Ints([]int32{0, 0, n, n, n, n, 0, 0}, 4, 2)
	return g.apply(opPad, nil, []int{d[0], d[1] + 2*p, d[2] + 2*p, d[3]}, x, sides)
}

// Conv is a convolution with weights [outputs, kernel, kernel, inputs of a group] and a
// bias [outputs]. The inputs are divided into as many groups as the weights' last
// dimension is contained in them.
func (g *Graph) Conv(x, weights, bias Value, w Window, a Activation) Value {
	d, k := g.Dims(x), g.Dims(weights)
	if k[1] != w.Kernel || d[3]%k[3] != 0 {
		panic(fmt.Sprintf("tflite: weights %v of a kernel of %d on an image %v", k, w.Kernel, d))
	}
	out := []int{d[0], w.size(d[1]), w.size(d[2]), k[0]}
	x, padding := g.padded(x, w)
	options := []field{{0, int8(padding)}, {1, int32(w.Stride)}, {2, int32(w.Stride)}, {3, int8(a)}, {4, int32(1)}, {5, int32(1)}}
	return g.apply(opConv, options, out, x, weights, bias)
}

// Depthwise is a convolution of each channel by itself, with weights [1, kernel, kernel,
// channels] and a bias [channels].
func (g *Graph) Depthwise(x, weights, bias Value, w Window, a Activation) Value {
	d, k := g.Dims(x), g.Dims(weights)
	if k[1] != w.Kernel || k[3] != d[3] {
		panic(fmt.Sprintf("tflite: depthwise weights %v of a kernel of %d on an image %v", k, w.Kernel, d))
	}
	out := []int{d[0], w.size(d[1]), w.size(d[2]), d[3]}
	x, padding := g.padded(x, w)
	options := []field{{0, int8(padding)}, {1, int32(w.Stride)}, {2, int32(w.Stride)}, {3, int32(1)}, {4, int8(a)}, {5, int32(1)}, {6, int32(1)}}
	return g.apply(opDepthwise, options, out, x, weights, bias)
}

// AveragePool is the mean over the pixels of a window that lie inside the image. It panics
// for a padding that the format doesn't have.
func (g *Graph) AveragePool(x Value, w Window) Value {
	d, padding := g.Dims(x), paddingValid
	switch {
	case w.same(d[1]) && w.same(d[2]):
		padding = paddingSame
	case w.Padding != 0:
		panic(fmt.Sprintf("tflite: no average over windows %+v of an image %v", w, d))
	}
	n, stride := int32(w.Kernel), int32(w.Stride)
	return g.apply(opAveragePool, []field{{0, int8(padding)}, {1, stride}, {2, stride}, {3, n}, {4, n}, {5, int8(None)}},
		[]int{d[0], w.size(d[1]), w.size(d[2]), d[3]}, x)
}

// Mean is the mean over all pixels of an image, which keeps its four dimensions.
func (g *Graph) Mean(x Value) Value {
	d := g.Dims(x)
	return g.apply(opMean, []field{{0, true}}, []int{d[0], 1, 1, d[3]}, x, g.Ints([]int32{1, 2}, 2))
}

// FullyConnected multiplies rows [n, inputs] by weights [outputs, inputs] and adds a bias
// [outputs].
func (g *Graph) FullyConnected(x, weights, bias Value, a Activation) Value {
	return g.apply(opFullyConnected, []field{{0, int8(a)}}, []int{g.Dims(x)[0], g.Dims(weights)[0]}, x, weights, bias)
}

// Add is x + y. y has the dimensions of x, or is broadcast to them.
func (g *Graph) Add(x, y Value, a Activation) Value {
	return g.apply(opAdd, []field{{0, int8(a)}}, g.Dims(x), x, y)
}

// Mul is x · y. y has the dimensions of x, or is broadcast to them.
func (g *Graph) Mul(x, y Value, a Activation) Value {
	return g.apply(opMul, []field{{0, int8(a)}}, g.Dims(x), x, y)
}

// Activate applies ReLU or ReLU6 as an operation by itself; None gives x.
func (g *Graph) Activate(x Value, a Activation) Value {
	switch a {
	case None:
		return x
	case ReLU:
		return g.apply(opReLU, nil, g.Dims(x), x)
	}
	return g.apply(opReLU6, nil, g.Dims(x), x)
}

// HardSwish is x · relu6(x + 3) / 6.
func (g *Graph) HardSwish(x Value) Value { return g.apply(opHardSwish, nil, g.Dims(x), x) }

// Reshape gives x other dimensions of the same product.
func (g *Graph) Reshape(x Value, dims ...int) Value {
	checkSize(product(g.Dims(x)), dims)
	return g.apply(opReshape, nil, dims, x, g.Ints(int32s(dims), len(dims)))
}

// Transpose reorders axes: axis i of the result is axis perm[i] of x.
func (g *Graph) Transpose(x Value, perm ...int) Value {
	dims := make([]int, len(perm))
	for i, p := range perm {
		dims[i] = g.Dims(x)[p]
	}
	return g.apply(opTranspose, nil, dims, x, g.Ints(int32s(perm), len(perm)))
}

func int32s(values []int) []int32 {
	out := make([]int32, len(values))
	for i, v := range values {
		out[i] = int32(v)
	}
	return out
}
