package lut

import (
	"fmt"
	"strings"

	"github.com/ofalat/ofalat/latpred/space"
)

// Style is the form of a table's keys.
type Style int

const (
	// OFAStyle is the form of the Note10 table: see Key.
	OFAStyle Style = iota
	// ProxylessStyle is the form of ProxylessNAS' Pixel 1 table: expand is the ratio, se
	// and hs are missing, the last convolution is Conv_1, and Logits includes the
	// pooling.
	ProxylessStyle
)

// Keys lists the key of each layer of a network, in order; "" for a layer that costs
// nothing or that the row of another layer includes.
func (s Style) Keys(layers []space.Layer) []string {
	list := make([]string, len(layers))
	for i, l := range layers {
		switch {
		case s == OFAStyle:
			list[i] = Key(l)
		case l.Kind == space.Block || l.Kind == space.FixedBlock:
			list[i] = fmt.Sprintf("expanded_conv-input:%s-output:%s-expand:%d-kernel:%d-stride:%d-idskip:%d",
				shape(l.InSize, l.In), shape(l.OutSize, l.Out), l.Expand, l.Kernel, l.Stride, flag(l.Shortcut))
		case l.Kind == space.FeatureMix:
			list[i] = fmt.Sprintf("Conv_1-input:%s-output:%s", shape(l.InSize, l.In), shape(l.OutSize, l.Out))
		case l.Kind == space.Pool:
			list[i] = fmt.Sprintf("Logits-input:%s-output:%d", shape(l.InSize, l.In), layers[len(layers)-1].Out)
		case l.Kind == space.Classifier || l.Kind == space.HeadExpand:
		default:
			list[i] = Key(l)
		}
	}
	return list
}

// Key is the key of a layer in OFAStyle. Layers that OFA's tables don't have get a key of
// the same form: the kind, and everything that the time depends on. It is "" for an
// identity, which costs nothing.
func Key(l space.Layer) string {
	in, out := shape(l.InSize, l.In), shape(l.OutSize, l.Out)
	names := map[space.Kind]string{
		space.Stem: "Conv", space.HeadExpand: "Conv_1", space.Pool: "AvgPool2D", space.FeatureMix: "Conv_2",
	}
	switch l.Kind {
	case space.Classifier:
		return fmt.Sprintf("Logits-input:%s-output:%d", in, l.Out)
	case space.Block, space.FixedBlock:
		key := fmt.Sprintf("expanded_conv-input:%s-output:%s-expand:%d-kernel:%d-stride:%d-idskip:%d-se:%d-hs:%d",
			in, out, l.Mid, l.Kernel, l.Stride, flag(l.Shortcut), flag(l.SE > 0), flag(l.Activation == space.HSwish))
		if l.Groups > 1 || l.Expand == 1 && l.Expands() {
			key += fmt.Sprintf("-groups:%d", max(1, l.Groups))
		}
		return key
	case space.Identity:
		return ""
	case space.Stem, space.HeadExpand, space.Pool, space.FeatureMix:
		return fmt.Sprintf("%s-input:%s-output:%s", names[l.Kind], in, out)
	}
	return genericKey(l, in, out)
}

// genericKey is the key, in lower case, of a layer that OFA's networks don't have.
func genericKey(l space.Layer, in, out string) string {
	key := fmt.Sprintf("%s-input:%s-output:%s", l.Kind, in, out)
	if len(l.From) > 1 {
		key += fmt.Sprintf("-inputs:%d", len(l.From))
	}
	if l.Kernel > 0 {
		key += fmt.Sprintf("-kernel:%d-stride:%d", l.Kernel, l.Stride)
	}
	if l.Activation != space.Linear {
		key += "-act:" + string(l.Activation)
		if l.ActFirst {
			key += "-first:1"
		}
	}
	return key
}

// isBlock reports whether a key, of either style, belongs to a layer that not every
// network has exactly once: a choice, or a kind that networks repeat.
func isBlock(key string) bool {
	kind, _, _ := strings.Cut(key, "-")
	switch space.Kind(kind) {
	case "expanded_conv", space.Conv, space.AvgPool, space.Zero, space.Sum:
		return true
	}
	return false
}

func shape(size, channels int) string { return fmt.Sprintf("%dx%dx%d", size, size, channels) }

func flag(on bool) int {
	if on {
		return 1
	}
	return 0
}
