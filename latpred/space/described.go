package space

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred/literal"
)

// Described is what a description tells of a network.
type Described struct {
	Arch  Arch   // Resolution 0: not told
	Space *Space // the space that has the widths in the description; nil: it tells none
}

// In errs if d is of another family than s, or tells other widths. The error is a
// *ParseError.
func (d Described) In(s *Space) error {
	switch {
	case d.Arch.Family != s.Family:
		return &ParseError{Reason: fmt.Sprintf("a network of family %s, space %s has networks of %s", d.Arch.Family.ID, s.ID, s.Family.ID)}
	case d.Space != nil && d.Space.Multiplier != s.Multiplier:
		return &ParseError{Reason: fmt.Sprintf("the channels are those of %s, not of %s", d.Space.ID, s.ID)}
	}
	return nil
}

// holders are keys under which programs keep a network, beside other facts.
var holders = []string{
	"arch", "arch_config", "arch_str", "architecture", "config", "net", "net_config", "network", "ofa", "op_idx_list",
	"sample", "sub_network", "subnet", "subnet_config",
}

// resolutionKeys are the keys of a resolution in pixels.
var resolutionKeys = []string{"r", "image_size", "img_size", "resolution", "input_size", "input_resolution"}

// Describe reads a network from a value, as JSON or Python write it:
//
//   - a text that Parse reads;
//   - OFA's dictionary: ks, e and d, each a list or one number that stands for every
//     element, with r or image_size, and wid, which must be null;
//   - OFA's net.config: a dictionary with the layers of a network, which tells the space;
//   - a list of the numbers, from 0, or the labels of all choices;
//   - a dictionary that has one of these under a key such as arch or config.
//
// Values of slots that don't run are ignored. What a description tells twice must agree.
// Errors are of type *literal.Error, with the place of the mistake.
func Describe(v literal.Value) (Described, error) { return describe(v, 0) }

// describe is Describe, in a dictionary within depth others.
func describe(v literal.Value, depth int) (Described, error) {
	switch v.Kind {
	case literal.Text:
		return describeText(v, depth)
	case literal.List:
		if held, ok := heldBy(v); ok && depth < maxHeld {
			return describe(held, depth+1)
		}
		a, err := describeList(v)
		return Described{Arch: a}, err
	case literal.Dict:
		return describeDict(v, depth)
	}
	return Described{}, v.Errorf("%v, want a network", v.Kind)
}

// maxHeld bounds descriptions within others.
const maxHeld = 2

// describeText reads a text of our own, or one with a dictionary in it, as in files of OFA's
// data sets of accuracies.
func describeText(v literal.Value, depth int) (Described, error) {
	if depth < maxHeld && literal.Begins(v.Text) {
		inner, err := literal.Parse(v.Text)
		var d Described
		if err == nil {
			d, err = describe(inner, depth+1)
		}
		var mistake *literal.Error
		if errors.As(err, &mistake) {
			return d, v.Errorf("in a text, %v", mistake)
		}
		return d, err
	}
	a, err := parseText(v.Text)
	if err != nil {
		return Described{}, v.Errorf("%s", strings.TrimPrefix(err.Error(), "architecture, "))
	}
	return Described{Arch: a}, nil
}

// heldBy finds the one dictionary of a list in which all else are numbers, as OFA's search
// gives a network between its accuracy and its latency.
func heldBy(v literal.Value) (held literal.Value, ok bool) {
	for _, e := range v.List {
		switch {
		case e.Kind == literal.Dict && !ok:
			held, ok = e, true
		case e.Kind != literal.Number:
			return held, false
		}
	}
	return held, ok && len(v.List) > 1
}

func describeDict(v literal.Value, depth int) (d Described, err error) {
	seen := map[string]bool{}
	for _, e := range v.Entries {
		if seen[e.Key] {
			return d, &literal.Error{Line: e.Line, Column: e.Column, Reason: fmt.Sprintf("key %q is there twice", e.Key)}
		}
		seen[e.Key] = true
	}
	if err := foreign(v); err != nil {
		return d, err
	}
	has := func(key string) bool { _, ok := v.Get(key); return ok }
	var found []Described
	var from []string
	add := func(key string, d Described) { found, from = append(found, d), append(from, key) }
	switch {
	case has("blocks"):
		d, err = describeLayers(v)
		add("blocks", d)
	case has("ks") || has("e") && has("d"):
		d.Arch, err = describeOFA(v)
		add("ks, e and d", d)
	}
	if err != nil {
		return Described{}, err
	}
	for _, e := range v.Entries {
		if slices.Contains(holders, e.Key) && depth < maxHeld && e.Value.Kind != literal.Null {
			held, err := describe(e.Value, depth+1)
			if err != nil {
				return Described{}, err
			}
			add(e.Key, held)
		}
	}
	if len(found) == 0 {
		return Described{}, v.Errorf("a dictionary with %s: no network that is known; %s; there are networks of %s", keys(v), forms, spaceIDs())
	}
	return agree(v, found, from)
}

// DescribesOne reports whether a dictionary is meant as one network, however faulty, and not
// as several with names.
func DescribesOne(v literal.Value) bool {
	return slices.ContainsFunc(v.Entries, func(e literal.Entry) bool {
		several := len(e.Value.List) > 0 && e.Value.List[0].Kind >= literal.List
		return e.Key == "ks" || e.Key == "blocks" || slices.Contains(holders, e.Key) && !several
	})
}

// forms says what is wanted.
const forms = "want OFA's keys ks, e, d and r, a net.config with its blocks, or a network under a key such as arch"

// agree joins what one dictionary tells in several ways.
func agree(v literal.Value, found []Described, from []string) (Described, error) {
	d := found[0]
	r, key, err := ResolutionOf(v)
	if err != nil {
		return d, err
	}
	for i, f := range found {
		switch {
		case f.Arch.Resolution == 0 || f.Arch.Resolution == r:
		case r != 0:
			return d, v.Errorf("resolution %d in %s, and %d in %s", r, key, f.Arch.Resolution, from[i])
		default:
			r, key = f.Arch.Resolution, from[i]
		}
		if f.Space != nil {
			d.Space = f.Space
		}
		f.Arch.Resolution, d.Arch.Resolution = 0, 0
		if f.Arch != d.Arch {
			return d, v.Errorf("%s and %s are different networks", from[0], from[i])
		}
	}
	d.Arch.Resolution = r
	if id, ok := v.Get("space"); ok && id.Kind == literal.Text {
		return d.named(id)
	}
	return d, nil
}

// named is d in the space that a description names, as those of package measure do.
func (d Described) named(id literal.Value) (Described, error) {
	s, err := ByID(id.Text)
	if err == nil {
		err = d.In(s)
	}
	var mistake *ParseError
	if errors.As(err, &mistake) {
		return d, id.Errorf("%s", mistake.Reason)
	}
	if err != nil {
		return d, id.Errorf("%v", err)
	}
	d.Space = s
	return d, nil
}

// ResolutionOf is the resolution, in pixels, under any of its keys; 0: none is there.
func ResolutionOf(v literal.Value) (pixels int, key string, err error) {
	for _, e := range v.Entries {
		if !slices.Contains(resolutionKeys, e.Key) || e.Value.Kind == literal.Null {
			continue
		}
		n := e.Value
		for n.Kind == literal.List {
			if len(n.List) == 0 || slices.ContainsFunc(n.List, func(x literal.Value) bool { return x.Kind != literal.Number || x.Number != n.List[0].Number }) && len(n.List[0].List) == 0 {
				return 0, "", n.Errorf("%s has %d elements, want one", e.Key, len(n.List))
			}
			n = n.List[0] // [224], and [224, 224] for height and width
		}
		r, err := n.Int()
		if err == nil && r <= 0 {
			err = n.Errorf("%s is %d, want a number of pixels", e.Key, r)
		}
		if err != nil {
			return 0, "", err
		}
		if pixels != 0 && r != pixels {
			return 0, "", n.Errorf("%s is %d and %s is %d", key, pixels, e.Key, r)
		}
		pixels, key = r, e.Key
	}
	return pixels, key, nil
}

// keys lists the keys of a dictionary, or the first of many.
func keys(v literal.Value) string {
	var list []string
	for _, e := range v.Entries {
		if list = append(list, e.Key); len(list) == 8 {
			list = append(list, "…")
			break
		}
	}
	if list == nil {
		return "no keys"
	}
	return "the keys " + strings.Join(list, ", ")
}

// spaceIDs lists the spaces that there are.
func spaceIDs() string {
	var list []string
	for _, s := range All() {
		list = append(list, s.ID)
	}
	return strings.Join(list, ", ")
}

// describeList reads the numbers or the labels of all slots' choices.
func describeList(v literal.Value) (Arch, error) {
	var found []*Family
	var have []string
	for _, f := range Families() {
		if !f.elastic() {
			have = append(have, fmt.Sprintf("%d (%s)", f.slots, f.ID))
			if f.slots == len(v.List) {
				found = append(found, f)
			}
		}
	}
	switch {
	case len(found) == 0:
		return Arch{}, v.Errorf("a list of %d choices: there are families of %s", len(v.List), strings.Join(have, ", "))
	case len(found) > 1:
		return Arch{}, v.Errorf("a list of %d choices could be of %s or %s: use the canonical text", len(v.List), found[0].ID, found[1].ID)
	}
	f := found[0]
	a := Arch{Family: f}
	for slot, e := range v.List {
		c, ok := 0, true
		switch e.Kind {
		case literal.Text:
			if c, ok = f.ByLabel(e.Text); !ok {
				return Arch{}, e.Errorf("%q is no choice of %s: there are %s", e.Text, f.SlotName(slot), strings.Join(f.labels, " "))
			}
		default:
			var err error
			if c, err = e.Int(); err != nil {
				return Arch{}, err
			}
			if c < 0 || c >= f.choices {
				return Arch{}, e.Errorf("choice %d of %s, want 0 to %d", c, f.SlotName(slot), f.choices-1)
			}
		}
		if e.Kind != v.List[0].Kind {
			return Arch{}, e.Errorf("%v among others that are %v: a list has all numbers or all labels", e.Kind, v.List[0].Kind)
		}
		a.Choice[slot] = uint8(c + 1)
	}
	return a, nil
}
