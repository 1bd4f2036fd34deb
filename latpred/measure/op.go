package measure

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/space"
)

// opKind says what a step of a layer computes.
type opKind string

const (
	fullConv  opKind = "conv"      // dense convolution, k×k
	pointwise opKind = "pointwise" // dense convolution, 1×1
	depthwise opKind = "depthwise" // one k×k kernel for each channel
	squeeze   opKind = "se"        // squeeze and excitation: two products and a gate
	average   opKind = "pool"      // global average
	linear    opKind = "linear"    // product with bias, on pooled channels
)

// op is one step of a layer: what every way to write a network is made from.
type op struct {
	kind           opKind
	name           string // within the layer: "expand"
	kernel, stride int    // of a convolution
	in, out        int    // channels
	mid            int    // bottleneck of squeeze
	act            space.Activation
	pooled         bool    // on images of one pixel: matrices are stored output × input
	norm           bool    // batch normalisation follows
	epsilon        float64 // of the normalisation
}

// check errs where a network has layers that opsOf does not list: those of other
// networks than OFA's.
func check(layers []space.Layer) error {
	for i, l := range layers {
		switch l.Kind {
		case space.Stem, space.FixedBlock, space.Block, space.HeadExpand, space.Pool, space.FeatureMix, space.Classifier:
			if l.Groups <= 1 && !l.Widen && l.From == nil {
				continue
			}
		}
		return fmt.Errorf("measure: layer %d, %s, is of another network than OFA's: it can't be built", i, l.Kind)
	}
	return nil
}

// opsOf lists the steps of a layer. A block's shortcut is not among them: see
// space.Layer.Shortcut.
func opsOf(l space.Layer) []op {
	// OFA normalises with 1e-5, ProxylessNAS networks, all of relu6, with 1e-3.
	epsilon := 1e-5
	if l.Activation == space.ReLU6 {
		epsilon = 1e-3
	}
	conv := func(kind opKind, name string, kernel, stride, in, out int, act space.Activation) op {
		return op{kind: kind, name: name, kernel: kernel, stride: stride, in: in, out: out, act: act, norm: l.Norm, epsilon: epsilon}
	}
	switch l.Kind {
	case space.Stem:
		return []op{conv(fullConv, "conv", l.Kernel, l.Stride, l.In, l.Out, l.Activation)}
	case space.HeadExpand, space.FeatureMix:
		o := conv(pointwise, "conv", 1, 1, l.In, l.Out, l.Activation)
		o.pooled = l.InSize == 1
		return []op{o}
	case space.Pool:
		return []op{{kind: average, name: "pool", in: l.In, out: l.Out}}
	case space.Classifier:
		return []op{{kind: linear, name: "linear", pooled: true, in: l.In, out: l.Out}}
	case space.Block, space.FixedBlock:
		var ops []op
		if l.Expand > 1 {
			ops = append(ops, conv(pointwise, "expand", 1, 1, l.In, l.Mid, l.Activation))
		}
		ops = append(ops, conv(depthwise, "depthwise", l.Kernel, l.Stride, l.Mid, l.Mid, l.Activation))
		if l.SE > 0 {
			ops = append(ops, op{kind: squeeze, name: "se", in: l.Mid, out: l.Mid, mid: l.SE})
		}
		return append(ops, conv(pointwise, "project", 1, 1, l.Mid, l.Out, space.Linear))
	}
	panic(fmt.Sprintf("measure: no layer of kind %q", l.Kind))
}

// size is the height and width of the op's output for an input of the given one.
func (o op) size(in int) int {
	switch {
	case o.kind == average:
		return 1
	case o.stride > 0:
		return (in-1)/o.stride + 1
	}
	return in
}
