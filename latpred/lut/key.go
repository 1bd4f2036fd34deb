package lut

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/space"
)

// Style is a way to spell the keys of a table.
type Style int

const (
	// OFAStyle is that of Note10's table: see Key.
	OFAStyle Style = iota
	// ProxylessStyle is that of ProxylessNAS' Pixel 1 table: expand is the ratio,
	// there is no se and hs, the last convolution is Conv_1, and Logits stands for
	// the pooling and the classifier together.
	ProxylessStyle
)

// checkKeys errs where networks of s have layers that keys can't tell apart: they name
// those of OFA's supernets.
func checkKeys(s *space.Space) error {
	if _, ok := s.Macro.(*space.OFAMacro); !ok {
		return fmt.Errorf("lut: tables have layers of OFA's networks, not those of space %s", s.ID)
	}
	return nil
}

// Keys names the row of each layer of a network, in order; "" where the row of
// another layer includes it.
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
		case l.Kind == space.Stem:
			list[i] = Key(l)
		}
	}
	return list
}

// Key names a layer as OFA's tables do.
func Key(l space.Layer) string {
	in, out := shape(l.InSize, l.In), shape(l.OutSize, l.Out)
	names := map[space.Kind]string{
		space.Stem: "Conv", space.HeadExpand: "Conv_1", space.Pool: "AvgPool2D", space.FeatureMix: "Conv_2",
	}
	switch l.Kind {
	case space.Classifier:
		return fmt.Sprintf("Logits-input:%s-output:%d", in, l.Out)
	case space.Block, space.FixedBlock:
		return fmt.Sprintf("expanded_conv-input:%s-output:%s-expand:%d-kernel:%d-stride:%d-idskip:%d-se:%d-hs:%d",
			in, out, l.Mid, l.Kernel, l.Stride, flag(l.Shortcut), flag(l.SE > 0), flag(l.Activation == space.HSwish))
	default:
		return fmt.Sprintf("%s-input:%s-output:%s", names[l.Kind], in, out)
	}
}

func shape(size, channels int) string { return fmt.Sprintf("%dx%dx%d", size, size, channels) }

func flag(on bool) int {
	if on {
		return 1
	}
	return 0
}
