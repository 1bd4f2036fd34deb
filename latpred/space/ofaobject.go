package space

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
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
	if len(kernels) == OFASlots && len(depths) == OFAStages-1 {
		depths = append(slices.Clone(depths), 1)
	}
	stages, slots := OFAStages-1, OFASlots-1
	if len(kernels) == OFASlots {
		stages, slots = OFAStages, OFASlots
	}
	switch {
	case len(kernels) != slots:
		return Arch{}, fmt.Errorf("ks has %d elements, want 20 or 21", len(kernels))
	case len(expands) != slots:
		return Arch{}, fmt.Errorf("e has %d elements, want %d as ks", len(expands), slots)
	case len(depths) != stages:
		return Arch{}, fmt.Errorf("d has %d elements, want %d", len(depths), stages)
	case resolution <= 0:
		return Arch{}, fmt.Errorf("r is %d, want a number of pixels", resolution)
	}
	a := Arch{Family: ofaOf(stages), Resolution: resolution}
	for i, d := range depths {
		if limit := a.Family.Stages[i].Slots; d < 1 || d > limit {
			return Arch{}, fmt.Errorf("d[%d] is %d, want 1 to %d", i, d, limit)
		}
	}
	for s := range slots {
		if a.Family.Position(s) >= depths[a.Family.Stage(s)] {
			continue
		}
		k, err := levelOf(a.Family, OFAKernel, "ks", s, kernels[s])
		if err != nil {
			return Arch{}, err
		}
		e, err := levelOf(a.Family, OFAExpand, "e", s, expands[s])
		if err != nil {
			return Arch{}, err
		}
		a.Choice[s] = uint8(1 + a.Family.Choice(k, e))
	}
	return a, nil
}

func levelOf(f *Family, factor int, key string, slot, value int) (int, error) {
	level := slices.Index(f.Factors[factor].Values, value)
	if level < 0 {
		return 0, fmt.Errorf("%s[%d] is %d, want one of %v", key, slot, value, f.Factors[factor].Values)
	}
	return level, nil
}

// genes is a JSON list of integers, or one integer that stands for all.
type genes struct {
	list   []int
	scalar bool
}

func (g *genes) UnmarshalJSON(text []byte) error {
	if bytes.Equal(text, []byte("null")) {
		return errors.New("null where numbers are due")
	}
	if len(text) > 0 && text[0] == '[' {
		return json.Unmarshal(text, &g.list)
	}
	g.list, g.scalar = make([]int, 1), true
	return json.Unmarshal(text, &g.list[0])
}

// spread repeats a scalar n times.
func (g genes) spread(n int) []int {
	if !g.scalar {
		return g.list
	}
	return slices.Repeat(g.list, n)
}

// parseOFAObject reads the JSON object of OFA's code.
func parseOFAObject(text string) (Arch, error) {
	var c struct {
		Wid *int   `json:"wid"`
		Ks  *genes `json:"ks"`
		E   *genes `json:"e"`
		D   *genes `json:"d"`
		R   *genes `json:"r"`
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return Arch{}, &ParseError{int(syntax.Offset), "JSON: " + err.Error()}
		}
		return Arch{}, &ParseError{Reason: "JSON: " + strings.TrimPrefix(err.Error(), "json: ") + " (keys are ks, e, d, r; numbers are integers)"}
	}
	if _, err := dec.Token(); err != io.EOF {
		return Arch{}, &ParseError{int(dec.InputOffset()), "something follows the JSON object"}
	}
	for _, key := range []struct {
		name  string
		value *genes
	}{{"ks", c.Ks}, {"e", c.E}, {"d", c.D}, {"r", c.R}} {
		if key.value == nil {
			return Arch{}, &ParseError{Reason: fmt.Sprintf("key %q is missing or null", key.name)}
		}
	}
	if c.Wid != nil {
		return Arch{}, &ParseError{Reason: "key \"wid\" must be null: the width belongs to the space"}
	}
	if len(c.R.list) != 1 {
		return Arch{}, &ParseError{Reason: fmt.Sprintf("r has %d elements, want one", len(c.R.list))}
	}
	stages := OFAStages - 1
	if len(c.D.list) == OFAStages || len(c.Ks.list) == OFASlots || len(c.E.list) == OFASlots {
		stages = OFAStages
	}
	slots := min(OFASlots, OFASlotsPerStage*stages)
	depths := c.D.spread(stages)
	if c.D.scalar && stages == OFAStages {
		depths[stages-1] = 1
	}
	a, err := FromSlots(c.R.list[0], depths, c.Ks.spread(slots), c.E.spread(slots))
	if err != nil {
		return Arch{}, &ParseError{Reason: err.Error()}
	}
	return a, nil
}
