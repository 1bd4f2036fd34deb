package pass

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/space"
)

// Entries of the tied table: a slot's is its stage × (first or later) × kernel ×
// expansion; Stem and Head come after them.
const (
	kernels = 3 // 3, 5, 7
	expands = 3 // 3, 4, 6
	genes   = kernels * expands

	Stem    = space.OFAStages * 2 * genes // first convolution and fixed block
	Head    = Stem + 1                    // all that follows the last stage
	Entries = Head + 1

	maxSegments = space.MaxSlots + 2
)

// Segment is a part of a pass: the stem, an active slot or the head.
type Segment struct {
	Entry    int // in the tied table
	Slot     int // −1: stem or head
	In, Out  int // height and width of the feature maps it reads and writes, pixels
	Launches int // GPU launches of PyTorch for it
}

// Stage is the stage of an entry, −1 for stem and head.
func Stage(entry int) int {
	if entry >= Stem {
		return -1
	}
	return entry / (2 * genes)
}

// Later reports whether an entry is of a slot that is not its stage's first.
func Later(entry int) bool { return entry < Stem && entry/genes%2 == 1 }

// KernelIndex and ExpandIndex are 0, 1 or 2 for the choices 3, 5, 7 and 3, 4, 6.
func KernelIndex(entry int) int { return entry % genes / expands }

// ExpandIndex see KernelIndex.
func ExpandIndex(entry int) int { return entry % expands }

// launches are the kernels of a slot in each stage, its shortcut not counted: two
// 1×1 convolutions and a depthwise one (batch normalisation is off), two
// activations (ReLU is one kernel, h_swish four), and eleven for
// squeeze-and-excitation. Source: OFA's network code.
var launches = map[int][]int{
	5: {5, 16, 11, 22, 22}, // MobileNetV3
	6: {5, 5, 5, 5, 5, 5},  // ProxylessNAS
}

var strides = map[int][]int{
	5: {2, 2, 2, 1, 2},
	6: {2, 2, 2, 1, 2, 1},
}

// fixed launches of stem and head.
var stemLaunches, headLaunches = map[int]int{5: 9, 6: 5}, map[int]int{5: 13, 6: 5}

// Segments appends the segments of a to dst, in the order in which they run. It
// errs for networks of another family than OFA's.
func Segments(dst []Segment, a space.Arch) ([]Segment, error) {
	stages := a.Stages()
	if stages == 0 || a.Family.Layout != space.OFA5.Layout || launches[stages] == nil {
		return dst, fmt.Errorf("pass: %s has %d stages: known are networks of 5 and 6", a, stages)
	}
	half := func(size int) int { return (size + 1) / 2 }
	size := half(a.Resolution)
	dst = append(dst, Segment{Stem, -1, a.Resolution, size, stemLaunches[stages]})
	for slot := range a.Slots() {
		c := int(a.Choice[slot])
		if c == 0 {
			continue
		}
		if c > genes {
			return dst, fmt.Errorf("pass: slot %d has choice %d: there are %d", slot, c-1, genes)
		}
		stage, later := a.Family.Stage(slot), 0
		if a.Family.Position(slot) > 0 {
			later = 1
		}
		s := Segment{a.Family.Layout.Entry(slot, c-1), slot, size, size, launches[stages][stage] + later}
		if later == 0 && strides[stages][stage] == 2 {
			s.Out = half(size)
		}
		size = s.Out
		dst = append(dst, s)
	}
	return append(dst, Segment{Head, -1, size, size, headLaunches[stages]}), nil
}
