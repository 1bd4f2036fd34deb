package measure

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"strings"
	"sync"

	"github.com/ofalat/ofalat/latpred/onnx"
	"github.com/ofalat/ofalat/latpred/space"
	"k8s.io/klog/v2"
)

// WriteONNX writes a network of s as an ONNX graph of convolutions. Its input is "image",
// [batch, 3, r, r] for resolution r, and its output "logits", [batch, classes]. batch
// must be at least 1. The weights are the made-up ones of Runner, so that the outputs
// are the same up to rounding. It errs if a is not in s or has a layer that can't be
// built.
func WriteONNX(w io.Writer, s *space.Space, a space.Arch, batch int) error {
	if err := s.Validate(a); err != nil {
		return err
	}
	g := onnx.New(s.ID, map[string]string{"arch": a.String(), "space": s.ID, "weights": "made up: for timing, not for classifying"})
	image := g.Input("image", batch, 3, a.Resolution, a.Resolution)
	layers := s.Layers(a)
	if err := check(layers); err != nil {
		return err
	}
	outputs := make([]onnx.Value, len(layers))
	for i, l := range layers {
		var x onnx.Value
		for k, from := range sources(l, i) {
			read := image
			if from >= 0 {
				read = outputs[from]
			}
			if k == 0 {
				x = read
			} else {
				x = g.Node("Add", nil, x, read)
			}
		}
		in, size := x, l.InSize
		for _, o := range opsOf(l) {
			x = onnxOp(g, x, o, weightsOf(place(l, i), o), batch, size)
			size = o.size(size)
		}
		if l.Shortcut {
			x = g.Node("Add", nil, x, in)
		}
		outputs[i] = x
	}
	classes := layers[len(layers)-1].Out
	x := g.Node("Reshape", nil, outputs[len(outputs)-1], g.Ints([]int64{int64(batch), int64(classes)}, 2))
	g.Output("logits", x, batch, classes)
	return g.Write(w)
}

// onnxOp applies an op to a batch of images of a size.
func onnxOp(g *onnx.Graph, x onnx.Value, o op, w []array, batch, size int) onnx.Value {
	switch o.kind {
	case shuffle:
		dims := []int64{int64(batch), int64(o.groups), int64(o.in / o.groups), int64(size), int64(size)}
		x = g.Node("Reshape", nil, x, g.Ints(dims, len(dims)))
		x = g.Node("Transpose", onnx.Attributes{"perm": []int{0, 2, 1, 3, 4}}, x)
		dims = []int64{int64(batch), int64(o.in), int64(size), int64(size)}
		return g.Node("Reshape", nil, x, g.Ints(dims, len(dims)))
	case avgPool:
		p := o.padding()
		return g.Node("AveragePool", onnx.Attributes{"kernel_shape": []int{o.kernel, o.kernel},
			"strides": []int{o.stride, o.stride}, "pads": []int{p, p, p, p}, "count_include_pad": 0}, x)
	case zeros:
		return g.Node("Mul", nil, x, g.Floats([]float32{0}))
	case activate:
		return onnxActivate(g, x, o.act)
	case normalise:
		x = g.Node("Mul", nil, x, g.Floats(w[0].values, o.out, 1, 1))
		return onnxActivate(g, g.Node("Add", nil, x, g.Floats(w[1].values, o.out, 1, 1)), o.act)
	case average:
		return g.Node("GlobalAveragePool", nil, x)
	case squeeze:
		y := g.Node("GlobalAveragePool", nil, x)
		y = g.Node("Relu", nil, onnxConv(g, y, op{kernel: 1, stride: 1, in: o.in, out: o.mid, pooled: true}, w[:2]))
		y = onnxConv(g, y, op{kernel: 1, stride: 1, in: o.mid, out: o.out, pooled: true}, w[2:])
		return g.Node("Mul", nil, x, g.Node("HardSigmoid", onnx.Attributes{"alpha": 1. / 6, "beta": .5}, y))
	case linear:
		o.kernel, o.stride = 1, 1
	}
	return onnxActivate(g, onnxConv(g, x, o, w), o.act)
}

func onnxActivate(g *onnx.Graph, x onnx.Value, a space.Activation) onnx.Value {
	switch a {
	case space.ReLU:
		return g.Node("Relu", nil, x)
	case space.ReLU6:
		return g.Node("Clip", nil, x, g.Floats([]float32{0}), g.Floats([]float32{6}))
	case space.HSwish:
		return g.Node("HardSwish", nil, x)
	}
	return x
}

// onnxConv is a convolution with weights in ONNX's order: output, input, height,
// width.
func onnxConv(g *onnx.Graph, x onnx.Value, o op, w []array) onnx.Value {
	groups := max(1, o.groups)
	in := o.in / groups
	if o.kind == depthwise {
		groups, in = o.out, 1
	}
	values := w[0].values
	if !o.pooled { // stored height, width, input, output
		values = transposed(array{dims: []int{o.kernel * o.kernel * in, o.out}, values: values}).values
		for c := range o.out { // of each output: height × width, input to input, height × width
			part := values[c*len(values)/o.out : (c+1)*len(values)/o.out]
			copy(part, transposed(array{dims: []int{o.kernel * o.kernel, in}, values: part}).values)
		}
	}
	inputs := []onnx.Value{x, g.Floats(values, o.out, in, o.kernel, o.kernel)}
	if len(w) > 1 {
		inputs = append(inputs, g.Floats(w[1].values, o.out))
	}
	p := o.padding()
	return g.Node("Conv", onnx.Attributes{
		"kernel_shape": []int{o.kernel, o.kernel}, "strides": []int{o.stride, o.stride}, "pads": []int{p, p, p, p}, "group": groups,
	}, inputs...)
}

var klogMu sync.Mutex

// StableHLO compiles a network on an XLA backend and returns the program as StableHLO
// text. Its parameters are the image, in NHWC order, then the weights. Calls wait for
// each other: the program is read from GoMLX's log, whose settings are process-wide and
// are changed meanwhile. It errs on other backends and if a is not in s.
func (r *Runner) StableHLO(s *space.Space, a space.Arch) (string, error) {
	if !r.be.XLA() {
		return "", errors.New("only XLA writes StableHLO, and this is " + r.be.Kind)
	}
	// GoMLX gives access to the program only through its log.
	klogMu.Lock()
	defer klogMu.Unlock()
	var log bytes.Buffer
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	klog.InitFlags(flags)
	set := func(name, value string) error { return flags.Set(name, value) }
	defer func() {
		klog.SetOutput(io.Discard)
		_ = errors.Join(set("v", "0"), set("logtostderr", "true")) // flags that exist
	}()
	if err := errors.Join(set("logtostderr", "false"), set("stderrthreshold", "FATAL"), set("v", "2")); err != nil {
		return "", err
	}
	klog.SetOutput(&log)
	c, err := r.Network(s, a)
	if err != nil {
		return "", err
	}
	c.Close()
	klog.Flush()
	_, program, ok := strings.Cut(log.String(), "StableHLO program:\n")
	end := strings.Index(program, "\n}\n") // of the module: what is inside is indented
	if !ok || end < 0 {
		return "", errors.New("GoMLX's log does not hold the program: has its version changed?")
	}
	return program[:end+3], nil
}
