package measure

import (
	"io"

	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/tflite"
)

// WriteTFLite writes a network of s for LiteRT and TensorFlow Lite, in float32. Its input
// is "image", [batch, r, r, 3] for resolution r, and its output "logits", [batch, classes].
// batch must be at least 1. Weights, outputs and errors are those of WriteONNX. Images are
// padded on all sides alike, as PyTorch does it: where a stride of 2 needs it, by an
// operation of its own.
func WriteTFLite(w io.Writer, s *space.Space, a space.Arch, batch int) error {
	if err := s.Validate(a); err != nil {
		return err
	}
	g := tflite.New(a.String() + " of " + s.ID + "; weights are made up: for timing, not for classifying")
	image := g.Input("image", batch, a.Resolution, a.Resolution, 3)
	layers := s.Layers(a)
	if err := check(layers); err != nil {
		return err
	}
	outputs := make([]tflite.Value, len(layers))
	for i, l := range layers {
		var x tflite.Value
		for k, from := range sources(l, i) {
			read := image
			if from >= 0 {
				read = outputs[from]
			}
			if k == 0 {
				x = read
			} else {
				x = g.Add(x, read, tflite.None)
			}
		}
		in := x
		for _, o := range opsOf(l) {
			x = tfliteOp(g, x, o, weightsOf(place(l, i), o))
		}
		if l.Shortcut {
			x = g.Add(x, in, tflite.None)
		}
		outputs[i] = x
	}
	classes := layers[len(layers)-1].Out
	g.Output("logits", g.Reshape(outputs[len(outputs)-1], batch, classes))
	return g.Write(w)
}

// tfliteOp applies an op to a batch of images.
func tfliteOp(g *tflite.Graph, x tflite.Value, o op, w []array) tflite.Value {
	window := tflite.Window{Kernel: o.kernel, Stride: o.stride, Padding: o.padding()}
	switch o.kind {
	case shuffle:
		d := g.Dims(x)
		y := g.Reshape(x, d[0], d[1]*d[2], o.groups, d[3]/o.groups)
		return g.Reshape(g.Transpose(y, 0, 1, 3, 2), d...)
	case avgPool:
		return g.AveragePool(x, window)
	case zeros:
		return g.Mul(x, g.Floats([]float32{0}), tflite.None)
	case activate:
		return tfliteActivate(g, o.act, func(a tflite.Activation) tflite.Value { return g.Activate(x, a) })
	case normalise:
		x = g.Mul(x, g.Floats(w[0].values, 1, 1, 1, o.out), tflite.None)
		return tfliteActivate(g, o.act, func(a tflite.Activation) tflite.Value { return g.Add(x, g.Floats(w[1].values, 1, 1, 1, o.out), a) })
	case average:
		return g.Mean(x)
	case squeeze:
		y := tfliteMatrix(g, g.Mean(x), o.in, o.mid, w[:2], tflite.ReLU)
		y = tfliteMatrix(g, y, o.mid, o.out, w[2:], tflite.None)
		gate := g.Add(y, g.Floats([]float32{3}), tflite.ReLU6)
		return g.Mul(x, g.Mul(gate, g.Floats([]float32{1. / 6}), tflite.None), tflite.None)
	case linear:
		return tfliteMatrix(g, x, o.in, o.out, w, tflite.None)
	case depthwise:
		weights, bias := g.Floats(w[0].values, 1, o.kernel, o.kernel, o.out), tfliteBias(g, w, o.out)
		return tfliteActivate(g, o.act, func(a tflite.Activation) tflite.Value { return g.Depthwise(x, weights, bias, window, a) })
	}
	in := o.in / max(1, o.groups)
	if o.pooled {
		return tfliteActivate(g, o.act, func(a tflite.Activation) tflite.Value { return tfliteMatrix(g, x, in, o.out, w, a) })
	}
	// Stored height, width, input, output; wanted output, height, width, input.
	values := transposed(array{dims: []int{o.kernel * o.kernel * in, o.out}, values: w[0].values}).values
	weights, bias := g.Floats(values, o.out, o.kernel, o.kernel, in), tfliteBias(g, w, o.out)
	return tfliteActivate(g, o.act, func(a tflite.Activation) tflite.Value { return g.Conv(x, weights, bias, window, a) })
}

// tfliteMatrix is a convolution of images of one pixel, with weights stored output ×
// input.
func tfliteMatrix(g *tflite.Graph, x tflite.Value, in, out int, w []array, a tflite.Activation) tflite.Value {
	return g.Conv(x, g.Floats(w[0].values, out, 1, 1, in), tfliteBias(g, w, out), tflite.Window{Kernel: 1, Stride: 1}, a)
}

// tfliteBias is the bias among the arrays of an op, or zeros.
func tfliteBias(g *tflite.Graph, w []array, out int) tflite.Value {
	if len(w) > 1 {
		return g.Floats(w[1].values, out)
	}
	return g.Floats(make([]float32, out), out)
}

// tfliteActivate makes an op with its activation, fused with it where the format can.
func tfliteActivate(g *tflite.Graph, a space.Activation, apply func(tflite.Activation) tflite.Value) tflite.Value {
	switch a {
	case space.ReLU:
		return apply(tflite.ReLU)
	case space.ReLU6:
		return apply(tflite.ReLU6)
	case space.HSwish:
		return g.HardSwish(apply(tflite.None))
	}
	return apply(tflite.None)
}
