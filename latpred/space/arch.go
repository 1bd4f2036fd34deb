package space

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Bounds of every space in this package.
const (
	MaxStages     = 6  // elastic stages
	SlotsPerStage = 4  // slots of a stage; ProxylessNAS' sixth stage has one
	MaxSlots      = 21 // slots of all stages
)

// Arch is one sub-network. It is comparable, and canonical: genes of inactive
// slots are zero. Slot s belongs to stage s/4 and has position s%4 in it; it is
// active when its position is below the stage's depth. Which width the network
// has is the Space's affair.
//
// The zero Arch is no network.
type Arch struct {
	Resolution int              // input height and width, pixels
	Depth      [MaxStages]uint8 // active slots of each stage; 0: the space has no such stage
	Kernel     [MaxSlots]uint8  // size of the depthwise kernel of each slot
	Expand     [MaxSlots]uint8  // ratio of middle to input channels of each slot
}

// OFAConfig is an architecture in the form of OFA's own code, as its
// net.config files, data sets and tutorials have it.
type OFAConfig struct {
	Kernels     []int `json:"ks"`
	Expands     []int `json:"e"`
	Depths      []int `json:"d"`
	Resolutions []int `json:"r"` // one element
}

// FromSlots makes an Arch from genes listed for every slot, active or not: 5
// depths and 20 slots, or 6 (or 5, the last being 1) and 21. Genes of inactive
// slots are dropped. It checks lengths and that each gene is a digit, not that
// some space offers it: that is Space.Validate.
func FromSlots(resolution int, depths, kernels, expands []int) (Arch, error) {
	if len(kernels) == MaxSlots && len(depths) == MaxStages-1 {
		depths = append(append([]int{}, depths...), 1)
	}
	stages, slots := MaxStages-1, MaxSlots-1
	if len(kernels) == MaxSlots {
		stages, slots = MaxStages, MaxSlots
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
	a := Arch{Resolution: resolution}
	for i, d := range depths {
		if limit := min(SlotsPerStage, slots-SlotsPerStage*i); d < 1 || d > limit {
			return Arch{}, fmt.Errorf("d[%d] is %d, want 1 to %d", i, d, limit)
		}
		a.Depth[i] = uint8(d)
	}
	for s := range slots {
		if !a.Active(s) {
			continue
		}
		if k := kernels[s]; k < 1 || k > 9 {
			return Arch{}, fmt.Errorf("ks[%d] is %d, want 1 to 9", s, k)
		}
		if e := expands[s]; e < 1 || e > 9 {
			return Arch{}, fmt.Errorf("e[%d] is %d, want 1 to 9", s, e)
		}
		a.Kernel[s], a.Expand[s] = uint8(kernels[s]), uint8(expands[s])
	}
	return a, nil
}

// Stages is the number of elastic stages, 5 or 6.
func (a Arch) Stages() int {
	n := 0
	for n < MaxStages && a.Depth[n] > 0 {
		n++
	}
	return n
}

// Slots is the number of slots of the space that a comes from, 20 or 21.
func (a Arch) Slots() int { return min(MaxSlots, SlotsPerStage*a.Stages()) }

// Active reports whether slot runs.
func (a Arch) Active(slot int) bool {
	return slot%SlotsPerStage < int(a.Depth[slot/SlotsPerStage])
}

// Blocks is the number of active slots.
func (a Arch) Blocks() int {
	n := 0
	for _, d := range a.Depth {
		n += int(d)
	}
	return n
}

// String gives the canonical text, for example
//
//	r176 d43344 k5533-535-335-3557-5755 e6666-444-444-6666-6666
//
// with one digit for each active slot and a hyphen between stages.
func (a Arch) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "r%d d", a.Resolution)
	for _, d := range a.Depth[:a.Stages()] {
		b.WriteByte('0' + d)
	}
	write := func(name string, genes []uint8) {
		b.WriteString(name)
		for stage, d := range a.Depth[:a.Stages()] {
			if stage > 0 {
				b.WriteByte('-')
			}
			for p := range int(d) {
				b.WriteByte('0' + genes[stage*SlotsPerStage+p])
			}
		}
	}
	write(" k", a.Kernel[:])
	write(" e", a.Expand[:])
	return b.String()
}

// MarshalText gives the canonical text.
func (a Arch) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads what Parse reads.
func (a *Arch) UnmarshalText(text []byte) error {
	parsed, err := Parse(string(text))
	if err == nil {
		*a = parsed
	}
	return err
}

// OFA gives the form of OFA's own code, with a gene for every slot. Inactive
// slots get the smallest choice, 3, which all OFA spaces offer: OFA ignores the
// value but looks it up.
func (a Arch) OFA() OFAConfig {
	c := OFAConfig{Resolutions: []int{a.Resolution}}
	for _, d := range a.Depth[:a.Stages()] {
		c.Depths = append(c.Depths, int(d))
	}
	for s := range a.Slots() {
		k, e := 3, 3
		if a.Active(s) {
			k, e = int(a.Kernel[s]), int(a.Expand[s])
		}
		c.Kernels, c.Expands = append(c.Kernels, k), append(c.Expands, e)
	}
	return c
}

// String gives the JSON object in one line.
func (c OFAConfig) String() string {
	text, err := json.Marshal(c)
	if err != nil {
		panic("space: " + err.Error()) // lists of numbers always encode
	}
	return string(text)
}
