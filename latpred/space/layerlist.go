package space

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ofalat/ofalat/latpred/literal"
)

// describeLayers reads the net.config that OFA's code leaves beside a specialised network:
// its layers one by one. The channels tell the space. The result has the resolution 0,
// which the file does not tell, see Describe.
func describeLayers(v literal.Value) (Described, error) {
	name, _ := v.Get("name")
	if strings.Contains(name.Text, "ResNet") {
		return Described{}, foreignError(v, "OFA-ResNet50", "layers of "+name.Text)
	}
	blocks, err := readBlocks(v)
	if err != nil {
		return Described{}, err
	}
	// Of the spaces that don't have this network, the one that gets farthest tells why.
	farthest, reason, nearest := -1, error(nil), ""
	for _, s := range All() {
		m, ok := s.Macro.(*OFAMacro)
		if !ok || s.Ties != nil || !s.mayBe(name.Text) {
			continue
		}
		a, at, err := s.fromBlocks(m, v, blocks)
		if err == nil {
			return Described{Arch: a, Space: s}, nil
		}
		if at > farthest {
			farthest, reason, nearest = at, err, s.ID
		}
	}
	var mistake *literal.Error
	if errors.As(reason, &mistake) {
		mistake.Reason = fmt.Sprintf("no network of a space that there is (%s): in %s, the nearest, %s", spaceIDs(), nearest, mistake.Reason)
	}
	return Described{}, reason
}

// mayBe reports whether the networks of s have a name in OFA's code, as far as it tells.
func (s *Space) mayBe(name string) bool {
	name = strings.ToLower(name)
	switch {
	case strings.Contains(name, "proxyless"):
		return s.Family == OFA6
	case strings.Contains(name, "mobilenetv3"):
		return s.Family == OFA5
	}
	return true
}

// block is an inverted residual block in a list of layers.
type block struct {
	v                                    literal.Value
	in, out, kernel, stride, expand, mid int // mid 0: not told
	act                                  string
	se, shortcut                         bool
}

// readBlocks reads the blocks, whatever their space.
func readBlocks(v literal.Value) ([]block, error) {
	list, _ := v.Get("blocks")
	if list.Kind != literal.List || len(list.List) == 0 {
		return nil, v.Errorf("blocks is %v of %d, want a list of blocks", list.Kind, len(list.List))
	}
	out := make([]block, len(list.List))
	for i, e := range list.List {
		b := &out[i]
		b.v = e
		conv, ok := e.Get("mobile_inverted_conv")
		if !ok {
			conv, ok = e.Get("conv")
		}
		if kind, _ := conv.Get("name"); strings.Contains(kind.Text, "Zero") {
			return nil, conv.Errorf("block %d is a %s, which no space has that there is: %s", i+1, kind.Text, spaceIDs())
		}
		if !ok || conv.Kind != literal.Dict {
			return nil, e.Errorf("block %d has no mobile_inverted_conv: no network of OFA's that is known", i+1)
		}
		for _, field := range []struct {
			key      string
			to       *int
			optional bool
		}{
			{"in_channels", &b.in, false}, {"out_channels", &b.out, false}, {"kernel_size", &b.kernel, false},
			{"stride", &b.stride, false}, {"expand_ratio", &b.expand, false}, {"mid_channels", &b.mid, true},
		} {
			x, _ := conv.Get(field.key)
			if field.optional && x.Kind == literal.Null {
				continue
			}
			if x.Kind == literal.Null {
				return nil, conv.Errorf("block %d has no %s", i+1, field.key)
			}
			n, err := flatNumber(x).Int()
			if err != nil {
				return nil, x.Errorf("%s of block %d is no whole number", field.key, i+1)
			}
			*field.to = n
		}
		act, _ := conv.Get("act_func")
		se, _ := conv.Get("use_se")
		shortcut, _ := e.Get("shortcut")
		if name, _ := shortcut.Get("name"); strings.Contains(name.Text, "Zero") {
			shortcut = literal.Value{}
		}
		b.act, b.se, b.shortcut = act.Text, se.Number == 1, shortcut.Kind != literal.Null
	}
	return out, nil
}

// flatNumber takes a number out of a list of equal numbers, as of height and width.
func flatNumber(v literal.Value) literal.Value {
	v = flat(v)
	if v.Kind != literal.List || len(v.List) == 0 {
		return v
	}
	for _, e := range v.List {
		if e.Kind != literal.Number || e.Number != v.List[0].Number {
			return v
		}
	}
	return v.List[0]
}

// fromBlocks reads the blocks as a network of s. On error at says how many layers agreed.
func (s *Space) fromBlocks(m *OFAMacro, v literal.Value, blocks []block) (a Arch, at int, err error) {
	if err := outer(v, "first_conv", m.Stem, m.Activation); err != nil {
		return a, 0, err
	}
	a = Arch{Family: s.Family, Resolution: s.Resolutions[0]}
	i := 1 // after the fixed block
	for stage, st := range m.Stages {
		first := i
		for i < len(blocks) && i-first < s.Family.Stages[stage].Slots && blocks[i].out == st.Width && (i == first || blocks[i].stride == 1) {
			b, slot := blocks[i], s.Family.First(stage)+i-first
			k, err := levelOf(s.Family, OFAKernel, "kernel_size", slot, number(b.v, b.kernel))
			if err != nil {
				return a, i, b.v.Errorf("kernel_size of block %d is %d, want one of %v", i+1, b.kernel, s.Family.Factors[OFAKernel].Values)
			}
			e, err := levelOf(s.Family, OFAExpand, "expand_ratio", slot, number(b.v, b.expand))
			if err != nil {
				return a, i, b.v.Errorf("expand_ratio of block %d is %d, want one of %v", i+1, b.expand, s.Family.Factors[OFAExpand].Values)
			}
			a.Choice[slot] = uint8(1 + s.Family.Choice(k, e))
			i++
		}
		if i == first {
			if i >= len(blocks) {
				return a, i, v.Errorf("there are %d blocks, and none for stage %d", len(blocks), stage+1)
			}
			return a, i, blocks[i].v.Errorf("block %d has %d channels, where stage %d has %d", i+1, blocks[i].out, stage+1, st.Width)
		}
	}
	if i < len(blocks) {
		return a, i, blocks[i].v.Errorf("block %d is one too many", i+1)
	}
	if err := s.Validate(a); err != nil {
		return a, i, v.Errorf("%v", err)
	}
	at, err = compareLayers(v, blocks, m.Layers(a))
	a.Resolution = 0
	return a, at, err
}

// number is an integer as a value at the place of v.
func number(v literal.Value, n int) literal.Value {
	return literal.Value{Kind: literal.Number, Number: float64(n), Line: v.Line, Column: v.Column}
}

// compareLayers errs where a list of layers is not that of the network which its blocks
// were read as.
func compareLayers(v literal.Value, blocks []block, layers []Layer) (at int, err error) {
	for _, l := range layers {
		key := map[Kind]string{HeadExpand: "final_expand_layer", FeatureMix: "feature_mix_layer", Classifier: "classifier"}[l.Kind]
		switch {
		case key != "":
			if err := outer(v, key, l.Out, l.Activation); err != nil {
				return at, err
			}
		case l.Kind == FixedBlock || l.Kind == Block:
			if err := blocks[at].differs(at+1, l); err != nil {
				return at, err
			}
			at++
		}
	}
	return at, nil
}

// differs says in what a block differs from a layer; nil: in nothing.
func (b block) differs(number int, l Layer) error {
	mid := b.mid
	if mid == 0 {
		mid = b.in * b.expand
	}
	for _, f := range []struct {
		key        string
		have, want int
	}{
		{"in_channels", b.in, l.In}, {"out_channels", b.out, l.Out}, {"kernel_size", b.kernel, l.Kernel},
		{"stride", b.stride, l.Stride}, {"mid_channels", mid, l.Mid},
	} {
		if f.have != f.want {
			return b.v.Errorf("%s of block %d is %d, want %d", f.key, number, f.have, f.want)
		}
	}
	switch {
	case b.act != "" && b.act != string(l.Activation):
		return b.v.Errorf("act_func of block %d is %s, want %s", number, b.act, l.Activation)
	case b.se != (l.SE > 0):
		return b.v.Errorf("use_se of block %d is %v, want %v", number, b.se, l.SE > 0)
	case b.shortcut != l.Shortcut:
		return b.v.Errorf("shortcut of block %d: %v, want %v", number, b.shortcut, l.Shortcut)
	}
	return nil
}

// outer compares a layer outside the blocks, as far as the list tells it.
func outer(v literal.Value, key string, want int, act Activation) error {
	layer, _ := v.Get(key)
	if have, ok := layer.Get("act_func"); ok && have.Text != string(act) {
		return have.Errorf("act_func of %s is %q, want %q", key, have.Text, act)
	}
	out, ok := layer.Get("out_channels")
	if !ok {
		out, ok = layer.Get("out_features")
	}
	if !ok {
		return nil
	}
	n, err := out.Int()
	if err == nil && n != want {
		err = out.Errorf("%s has %d channels, want %d", key, n, want)
	}
	return err
}
