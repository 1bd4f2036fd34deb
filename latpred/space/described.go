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

// Describe reads a network from a value, as JSON or Python write it:
//
//   - a text that Parse reads;
//   - OFA's dictionary: ks, e and d, each a list or one number that stands for every
//     element, with r, image_size or resolution, and wid, which must be null. Lists have
//     an element for each slot, for each that runs, or a list for each stage;
//   - OFA's net.config: a dictionary with the layers of a network, which tells the space;
//   - a list of the numbers, from 0, or the labels of all choices;
//   - a dictionary that has one of these under a key such as arch or config, and perhaps
//     its space; or a list in which all else are numbers, as OFA's search gives it.
//
// Values of slots that don't run are ignored. What a description tells twice must agree.
// Networks of spaces that there are not are named where they can be recognised. Errors are
// of type *literal.Error, with the place of the mistake.
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

func describeDict(v literal.Value, depth int) (d Described, err error) {
	if err := unique(v); err != nil {
		return d, err
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

// unique errs if a key is there twice.
func unique(v literal.Value) error {
	const few = 16
	seen := map[string]bool{}
	for i, e := range v.Entries {
		twice := false
		if len(v.Entries) > few {
			twice, seen[e.Key] = seen[e.Key], true
		} else {
			twice = slices.ContainsFunc(v.Entries[:i], func(b literal.Entry) bool { return b.Key == e.Key })
		}
		if twice {
			return e.Errorf("key %q is there twice", e.Key)
		}
	}
	return nil
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
