package encode

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/space"
)

// oneHot is the encoding of a family: for each factor and each slot a one-hot of the
// level, then a one-hot of the resolution's bin. Slots that do not run are all zero, which
// alone encodes the depth.
type oneHot struct {
	name    string
	family  *space.Family
	factors []oneHotFactor
	bins    bins
	slots   int
	width   int
}

// oneHotFactor holds the indexes of a factor's one-hots.
type oneHotFactor struct {
	base, levels int        // index of the first slot's one-hot; length of a one-hot
	level        [256]uint8 // level by Arch.Choice; none if there is no such choice
}

const none = 255

// bins encode the resolution: bin i has step resolutions, from first + i·step pixels on.
// If n is 0, the resolution is always first and is not encoded.
type bins struct {
	first, step, n int
	exact          bool // a bin has only its first resolution
}

// find gives the index of a resolution's bin.
func (b bins) find(name string, r int) (int, error) {
	i := (r - b.first) / max(1, b.step)
	switch {
	case b.n == 0 && r != b.first:
		return 0, fmt.Errorf("%s: resolution %d: the code is for %d alone", name, r, b.first)
	case b.n == 0:
		return 0, nil
	case r < b.first || i >= b.n:
		return 0, fmt.Errorf("%s: resolution %d is outside its bins, %d to %d", name, r, b.first, b.first+b.step*b.n-1)
	case b.exact && (r-b.first)%b.step != 0:
		return 0, fmt.Errorf("%s: resolution %d is not a multiple of %d", name, r, b.step)
	}
	return i, nil
}

func newOneHot(name string, family *space.Family, b bins) *oneHot {
	o := &oneHot{name: name, family: family, bins: b, slots: family.Slots()}
	for factor, f := range family.Factors {
		at := oneHotFactor{base: o.width, levels: f.Levels()}
		for choice := range at.level {
			at.level[choice] = none
			if choice > 0 && choice <= family.Choices() {
				at.level[choice] = uint8(family.Level(choice-1, factor))
			}
		}
		o.factors = append(o.factors, at)
		o.width += at.levels * o.slots
	}
	o.width += b.n
	return o
}

// OFA128 is the encoding of OFA's tutorial, CompOFA and the paper: 60 inputs for kernels,
// 60 for expansions, and 8 for resolution bins of 112–127, … 224–239 pixels. (No
// published predictor was trained on the bins below 160.)
var OFA128 Encoder = newOneHot("ofa-128", space.OFA5, bins{first: 112, step: 16, n: 8})

// HELP145 is the encoding for every resolution of HELP's sets: 60 inputs for kernels, 60
// for expansions, and 25 for the resolutions 128, 132, … 224. Other resolutions are an
// error.
var HELP145 Encoder = newOneHot("help-145", space.OFA5, help)

// Proxyless151 is HELP145 for the 21 slots of OFA-ProxylessNAS: 63 + 63 + 25.
var Proxyless151 Encoder = newOneHot("proxyless-151", space.OFA6, help)

var help = bins{first: 128, step: space.ResolutionStep, n: 25, exact: true}

func (o *oneHot) Name() string { return o.name }
func (o *oneHot) Width() int   { return o.width }

func (o *oneHot) Encode(dst []float32, a space.Arch) error {
	if len(dst) != o.width {
		panic(fmt.Sprintf("encode: row of %d values for the %d of %s", len(dst), o.width, o.name))
	}
	clear(dst)
	bin, err := o.bins.find(o.name, a.Resolution)
	ok := err == nil && a.Family == o.family
	if ok {
		for i := range o.factors {
			ok = o.factors[i].encode(dst, a.Choice[:o.slots]) && ok
		}
	}
	if !ok { // Ones says why
		clear(dst)
		_, err = o.Ones(nil, a)
		return err
	}
	if o.bins.n > 0 {
		dst[o.width-o.bins.n+bin] = 1
	}
	return nil
}

// encode sets a factor's ones; it returns false if a slot has a choice that does not exist.
func (f *oneHotFactor) encode(dst []float32, choices []uint8) bool {
	at := f.base
	for _, c := range choices {
		if c != 0 {
			level := f.level[c]
			if level == none {
				return false
			}
			dst[at+int(level)] = 1
		}
		at += f.levels
	}
	return true
}

func (o *oneHot) Ones(dst []int, a space.Arch) ([]int, error) {
	switch {
	case a.Stages() != len(o.family.Stages):
		return nil, fmt.Errorf("%s: architecture has %d stages, the code %d", o.name, a.Stages(), len(o.family.Stages))
	case a.Family != o.family:
		return nil, fmt.Errorf("%s: architecture is of family %s, the code of %s", o.name, a.Family.ID, o.family.ID)
	}
	bin, err := o.bins.find(o.name, a.Resolution)
	if err != nil {
		return nil, err
	}
	for i := range o.factors {
		f := &o.factors[i]
		for slot, c := range a.Choice[:o.slots] {
			switch {
			case c == 0:
			case f.level[c] == none:
				return nil, fmt.Errorf("%s: choice %d of slot %d: there are %d", o.name, c-1, slot, o.family.Choices())
			default:
				dst = append(dst, f.base+slot*f.levels+int(f.level[c]))
			}
		}
	}
	if o.bins.n > 0 {
		dst = append(dst, o.width-o.bins.n+bin)
	}
	return dst, nil
}
