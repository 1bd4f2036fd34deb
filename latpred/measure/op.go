package measure

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/space"
)

// opKind is the operation of a step of a layer.
type opKind string

const (
	fullConv  opKind = "conv"      // dense convolution, k×k
	pointwise opKind = "pointwise" // dense convolution, 1×1
	depthwise opKind = "depthwise" // one k×k kernel for each channel
	squeeze   opKind = "se"        // squeeze and excitation: two products and a gate
	average   opKind = "pool"      // global average
	linear    opKind = "linear"    // product with bias, on pooled channels
	shuffle   opKind = "shuffle"   // channel shuffle: interleaves the channels of the groups
	avgPool   opKind = "avg_pool"  // average of k×k pixels, those outside the image left out
	zeros     opKind = "zeros"     // the input times 0
	normalise opKind = "norm"      // batch normalisation as a step by itself
	activate  opKind = "act"       // activation as a step by itself
)

// op is one step of a layer. GoMLX graphs, ONNX and JSON are all written from these.
type op struct {
	kind           opKind
	name           string // within the layer: "expand"
	kernel, stride int    // of a convolution or avgPool
	groups         int    // of pointwise and shuffle; 0: one
	in, out        int    // channels
	mid            int    // bottleneck of squeeze
	act            space.Activation
	pooled         bool    // on images of one pixel: matrices are stored output × input
	norm           bool    // batch normalisation follows
	epsilon        float64 // of the normalisation
}

// check errs if a layer is of a kind that opsOf does not know; a new space may have
// such.
func check(layers []space.Layer) error {
	for i, l := range layers {
		switch l.Kind {
		case space.Stem, space.FixedBlock, space.Block, space.HeadExpand, space.Pool, space.FeatureMix, space.Classifier,
			space.Conv, space.AvgPool, space.Identity, space.Zero, space.Sum, space.Norm:
		default:
			return fmt.Errorf("measure: layer %d is of kind %q, which can't be built", i, l.Kind)
		}
	}
	return nil
}

// opsOf lists the steps of a layer, applied in order to the sum of its inputs. They do
// not include a block's shortcut, see space.Layer.Shortcut. An identity and a sum have
// no steps. It panics on a kind that check rejects.
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
	case space.Identity, space.Sum:
		return nil
	case space.Zero:
		return []op{{kind: zeros, in: l.In, out: l.Out}}
	case space.Norm:
		return []op{{kind: normalise, name: "norm", in: l.In, out: l.Out, act: l.Activation, norm: true, epsilon: epsilon}}
	case space.AvgPool:
		return []op{{kind: avgPool, kernel: l.Kernel, stride: l.Stride, in: l.In, out: l.Out}}
	case space.Stem, space.Conv:
		kind := fullConv
		if l.Kernel == 1 && l.Stride == 1 {
			kind = pointwise
		}
		if l.ActFirst {
			return []op{{kind: activate, in: l.In, out: l.In, act: l.Activation}, conv(kind, "conv", l.Kernel, l.Stride, l.In, l.Out, space.Linear)}
		}
		return []op{conv(kind, "conv", l.Kernel, l.Stride, l.In, l.Out, l.Activation)}
	case space.HeadExpand, space.FeatureMix:
		o := conv(pointwise, "conv", 1, 1, l.In, l.Out, l.Activation)
		o.pooled = l.InSize == 1
		return []op{o}
	case space.Pool:
		return []op{{kind: average, name: "pool", in: l.In, out: l.Out}}
	case space.Classifier:
		return []op{{kind: linear, name: "linear", pooled: true, in: l.In, out: l.Out}}
	case space.Block, space.FixedBlock:
		grouped := func(o op) op { o.groups = l.Groups; return o }
		var ops []op
		if l.Expands() {
			ops = append(ops, grouped(conv(pointwise, "expand", 1, 1, l.In, l.Mid, l.Activation)))
			if l.Groups > 1 {
				ops = append(ops, op{kind: shuffle, groups: l.Groups, in: l.Mid, out: l.Mid})
			}
		}
		ops = append(ops, conv(depthwise, "depthwise", l.Kernel, l.Stride, l.Mid, l.Mid, l.Activation))
		if l.SE > 0 {
			ops = append(ops, op{kind: squeeze, name: "se", in: l.Mid, out: l.Mid, mid: l.SE})
		}
		return append(ops, grouped(conv(pointwise, "project", 1, 1, l.Mid, l.Out, space.Linear)))
	}
	panic(fmt.Sprintf("measure: no layer of kind %q", l.Kind))
}

// padding is the number of zero pixels added on each side.
func (o op) padding() int { return (o.kernel - 1) / 2 }

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

// sources are the indexes in the network of the layers whose sum is layer i's input; −1
// is the network's input.
func sources(l space.Layer, i int) []int {
	if l.From != nil {
		return l.From
	}
	return []int{i - 1}
}
