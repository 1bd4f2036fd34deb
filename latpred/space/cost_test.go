package space_test

import (
	"testing"

	"github.com/ofalat/ofalat/latpred/space"
)

// Launches of stem (with the fixed block), of a slot in each stage without its
// shortcut, and of head. Source: counted in OFA's network code, and seen by a profiler
// on networks that were measured; the numbers of package pass.
func TestLaunchesOfOFA(t *testing.T) {
	for id, want := range map[string]struct {
		stem, head int
		slots      []int
	}{
		"mbv3-w1.0":      {9, 13, []int{5, 16, 11, 22, 22}},
		"mbv3-w1.2":      {9, 13, []int{5, 16, 11, 22, 22}},
		"proxyless-w1.3": {5, 5, []int{5, 5, 5, 5, 5, 5}},
	} {
		s := mustSpace(t, id)
		var stem, head int
		for _, l := range s.Layers(s.Largest()) {
			switch {
			case l.Kind == space.Block:
				w := want.slots[s.Family.Stage(l.Slot)]
				if s.Family.Position(l.Slot) > 0 {
					w++ // the shortcut
				}
				if got := l.Launches(); got != w {
					t.Errorf("%s, slot %d: %d launches, want %d", id, l.Slot, got, w)
				}
			case l.Kind == space.Stem || l.Kind == space.FixedBlock:
				stem += l.Launches()
			default:
				head += l.Launches()
			}
		}
		if stem != want.stem || head != want.head {
			t.Errorf("%s: stem %d, head %d launches, want %d, %d", id, stem, head, want.stem, want.head)
		}
	}
}

// The all-convolution cell of NAS-Bench-201: fifteen cells of six times ReLU and
// convolution and of three additions; two residual blocks of two times ReLU and
// convolution, pooling, convolution and addition; stem 1, head 2 + 2 + 1.
func TestLaunchesOfNASBench201(t *testing.T) {
	s := mustSpace(t, "nasbench201")
	n := 0
	for _, l := range s.Layers(s.Largest()) {
		n += l.Launches()
	}
	if want := 15*(6*2+3) + 2*(2*2+3) + 1 + 5; n != want {
		t.Errorf("%d launches, want %d", n, want)
	}
	n = 0
	for _, l := range s.Layers(s.Smallest()) { // a product for each of the zeros
		n += l.Launches()
	}
	if want := 15*(6+3) + 2*(2*2+3) + 1 + 5; n != want {
		t.Errorf("all none: %d launches, want %d", n, want)
	}
}
