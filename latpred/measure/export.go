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

// WriteONNX writes a network of s as an ONNX graph of convolutions: input image,
// [batch, 3, r, r], output logits, [batch, 1000]. Weights are the made-up ones that
// Runner takes, so that outputs are the same.
func WriteONNX(w io.Writer, s *space.Space, a space.Arch, batch int) error {
	if err := s.Validate(a); err != nil {
		return err
	}
	g := onnx.New(s.ID, map[string]string{"arch": a.String(), "space": s.ID, "weights": "made up: for timing, not for classifying"})
	x := g.Input("image", batch, 3, a.Resolution, a.Resolution)
	layers := s.Layers(a)
	if err := check(layers); err != nil {
		return err
	}
	for _, l := range layers {
		in := x
		for _, o := range opsOf(l) {
			x = onnxOp(g, x, o, weightsOf(l, o))
		}
		if l.Shortcut {
			x = g.Node("Add", nil, x, in)
		}
	}
	classes := layers[len(layers)-1].Out
	x = g.Node("Reshape", nil, x, g.Ints([]int64{int64(batch), int64(classes)}, 2))
	g.Output("logits", x, batch, classes)
	return g.Write(w)
}

func onnxOp(g *onnx.Graph, x onnx.Value, o op, w []array) onnx.Value {
	switch o.kind {
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
	x = onnxConv(g, x, o, w)
	switch o.act {
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
	groups, in := 1, o.in
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
	p := o.kernel / 2
	return g.Node("Conv", onnx.Attributes{
		"kernel_shape": []int{o.kernel, o.kernel}, "strides": []int{o.stride, o.stride}, "pads": []int{p, p, p, p}, "group": groups,
	}, inputs...)
}

var klogMu sync.Mutex

// StableHLO compiles a network on an XLA backend and gives the program in StableHLO,
// as text. Its weights are parameters, after the image, in NHWC order.
func (r *Runner) StableHLO(s *space.Space, a space.Arch) (string, error) {
	if !r.be.XLA() {
		return "", errors.New("only XLA writes StableHLO, and this is " + r.be.Kind)
	}
	// GoMLX shows the program to nobody but its log.
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
