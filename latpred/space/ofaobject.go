package space

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/ofalat/ofalat/latpred/literal"
)

// OFAConfig is an architecture in the form that OFA's own code, data sets and tutorials
// use.
type OFAConfig struct {
	Kernels     []int `json:"ks"` // by slot: 3, 5 or 7
	Expands     []int `json:"e"`  // by slot: 3, 4 or 6
	Depths      []int `json:"d"`  // by stage
	Resolutions []int `json:"r"`  // one element
}

// OFA converts a to the form of OFA's own code, with a gene for every slot; nil if a is
// of another family. Inactive slots get the smallest value, 3, which OFA looks up but
// ignores.
func (a Arch) OFA() *OFAConfig {
	if a.Family != OFA5 && a.Family != OFA6 {
		return nil
	}
	c := &OFAConfig{Resolutions: []int{a.Resolution}}
	for stage := range a.Stages() {
		c.Depths = append(c.Depths, a.Depth(stage))
	}
	for slot := range a.Slots() {
		k, e := 3, 3
		if a.Active(slot) {
			k, e = a.Value(slot, OFAKernel), a.Value(slot, OFAExpand)
		}
		c.Kernels, c.Expands = append(c.Kernels, k), append(c.Expands, e)
	}
	return c
}

// String gives the JSON object on one line.
func (c OFAConfig) String() string {
	text, err := json.Marshal(c)
	if err != nil {
		panic("space: " + err.Error()) // lists of numbers always encode
	}
	return string(text)
}

// FromSlots makes an architecture of OFA from the values of every slot, active or not:
// 5 depths and 20 slots for OFA5; 21 slots, and 6 depths or the first 5 of them, for
// OFA6. Values of inactive slots are dropped. It errs if a length or a value is wrong.
func FromSlots(resolution int, depths, kernels, expands []int) (Arch, error) {
	if resolution <= 0 {
		return Arch{}, fmt.Errorf("r is %d, want a number of pixels", resolution)
	}
	a, err := fromGenes(numbers(kernels), numbers(expands), numbers(depths))
	var mistake *literal.Error
	if errors.As(err, &mistake) {
		return Arch{}, errors.New(mistake.Reason)
	}
	a.Resolution = resolution
	return a, err
}

// numbers makes a list without places.
func numbers(list []int) literal.Value {
	v := literal.Value{Kind: literal.List}
	for _, n := range list {
		v.List = append(v.List, literal.Value{Kind: literal.Number, Number: float64(n), Text: strconv.Itoa(n)})
	}
	return v
}

// untold reports whether a value is null, or what data frames make of it, nan.
func untold(v literal.Value) bool {
	return v.Kind == literal.Null || v.Kind == literal.Number && math.IsNaN(v.Number)
}

// describeOFA reads the dictionary of OFA's code. The resolution is left 0: agree reads
// it.
func describeOFA(v literal.Value) (Arch, error) {
	for _, e := range v.Entries {
		switch {
		case e.Key == "ks" || e.Key == "e" || e.Key == "d":
		case e.Key == "wid":
			if w := flat(e.Value); !untold(w) && len(w.List) == 0 || slices.ContainsFunc(w.List, func(x literal.Value) bool { return !untold(x) }) {
				return Arch{}, e.Value.Errorf("key \"wid\" must be null: the width belongs to the space")
			}
		case !slices.Contains(resolutionKeys, e.Key) && !slices.Contains(holders, e.Key) && !slices.Contains(beside, e.Key):
			return Arch{}, e.Errorf("unknown key %q: keys are ks, e, d, r or image_size, and wid", e.Key)
		}
	}
	var ks, e, d literal.Value
	for _, key := range []struct {
		name string
		to   *literal.Value
	}{{"ks", &ks}, {"e", &e}, {"d", &d}} {
		value, _ := v.Get(key.name)
		if *key.to = flat(value); key.to.Kind == literal.Null {
			return Arch{}, v.Errorf("key %q is missing or null", key.name)
		}
	}
	if n := len(d.List); n == OFAStages || n == OFAStages-1 {
		f := ofaOf(n)
		ks, e = f.bySlot(ks, d), f.bySlot(e, d)
	}
	return fromGenes(ks, e, d)
}

// beside are keys of the objects that package measure gives to other programs.
var beside = []string{"space", "batch", "choices"}

// flat takes the one list out of a list that holds nothing else, as in a batch of one.
func flat(v literal.Value) literal.Value {
	for v.Kind == literal.List && len(v.List) == 1 && v.List[0].Kind == literal.List {
		v = v.List[0]
	}
	return v
}

// fromGenes is FromSlots, without a resolution, for values with their places.
func fromGenes(ks, e, d literal.Value) (Arch, error) {
	stages := OFAStages - 1
	if len(d.List) == OFAStages || len(ks.List) == OFASlots || len(e.List) == OFASlots {
		stages = OFAStages
	}
	slots := min(OFASlots, OFASlotsPerStage*stages)
	if len(d.List) == OFAStages-1 && stages == OFAStages {
		d.List = append(slices.Clone(d.List), literal.Value{Kind: literal.Number, Number: 1})
	}
	a := Arch{Family: ofaOf(stages)}
	for _, key := range []struct {
		name string
		v    literal.Value
		want int
	}{{"ks", ks, slots}, {"e", e, slots}, {"d", d, stages}} {
		if n := len(key.v.List); key.v.Kind == literal.List && n != key.want {
			return Arch{}, key.v.Errorf("%s has %d elements, want %d: ks and e have 20 and d 5, or 21 and 6 (here %d, %d and %d; one number stands for all)", key.name, n, key.want, len(ks.List), len(e.List), len(d.List))
		}
	}
	for stage, st := range a.Family.Stages {
		limit := st.Slots
		depth, err := within(element(d, stage), "d", stage, 1, limit)
		if d.Kind != literal.List && limit == 1 {
			depth, err = 1, nil
		}
		if err != nil {
			return Arch{}, err
		}
		for slot := a.Family.First(stage); slot < a.Family.First(stage)+depth; slot++ {
			k, err := levelOf(a.Family, OFAKernel, "ks", slot, element(ks, slot))
			if err != nil {
				return Arch{}, err
			}
			x, err := levelOf(a.Family, OFAExpand, "e", slot, element(e, slot))
			if err != nil {
				return Arch{}, err
			}
			a.Choice[slot] = uint8(1 + a.Family.Choice(k, x))
		}
	}
	return a, nil
}

// bySlot gives a list with an element for each slot, where a description has one only for
// each slot that runs, or a list for each stage. Others stay as they are.
func (f *Family) bySlot(v, d literal.Value) literal.Value {
	if v.Kind != literal.List || len(v.List) == f.slots || len(d.List) != len(f.Stages) {
		return v
	}
	out := literal.Value{Kind: literal.List, List: make([]literal.Value, f.slots), Line: v.Line, Column: v.Column}
	nested, rest := len(v.List) == len(f.Stages), v.List
	for stage, st := range f.Stages {
		depth, err := d.List[stage].Int()
		if err != nil || depth < 0 || depth > st.Slots {
			return v
		}
		var part []literal.Value
		switch {
		case nested:
			if part = v.List[stage].List; len(part) != depth && len(part) != st.Slots {
				return v
			}
		case len(rest) < depth:
			return v
		default:
			part, rest = rest[:depth], rest[depth:]
		}
		copy(out.List[f.First(stage):], part)
	}
	if !nested && len(rest) > 0 {
		return v
	}
	return out
}

// element is an element of a list, or the value that stands for all.
func element(v literal.Value, i int) literal.Value {
	if v.Kind == literal.List {
		return v.List[i]
	}
	return v
}

func within(v literal.Value, key string, i, low, high int) (int, error) {
	n, err := v.Int()
	if err == nil && (n < low || n > high) {
		err = v.Errorf("%s[%d] is %d, want %d to %d", key, i, n, low, high)
	}
	return n, err
}

func levelOf(f *Family, factor int, key string, slot int, v literal.Value) (int, error) {
	n, err := v.Int()
	if err != nil {
		return 0, v.Errorf("%s[%d] is %v, want one of %v", key, slot, show(v), f.Factors[factor].Values)
	}
	level := slices.Index(f.Factors[factor].Values, n)
	if level < 0 {
		return 0, v.Errorf("%s[%d] is %d, want one of %v", key, slot, n, f.Factors[factor].Values)
	}
	return level, nil
}

// show is a number as written, or the kind of another value.
func show(v literal.Value) string {
	if v.Kind == literal.Number {
		return v.Text
	}
	return v.Kind.String()
}
