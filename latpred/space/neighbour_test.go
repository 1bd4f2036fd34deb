package space_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/space"
)

// Without the larger ones, neighbours are the changes that an explanation of a latency
// tries, in this order and in these words.
func TestNeighboursOfOFA(t *testing.T) {
	s := mustSpace(t, "mbv3-w1.0")
	a := space.MustParse("r176 d32222 k735-33-33-33-33 e643-33-33-33-33")
	var smaller, larger []string
	for _, n := range s.Neighbours(a, s.Resolutions) {
		switch {
		case n.Smaller && !n.Larger:
			smaller = append(smaller, n.Change)
		case n.Larger && !n.Smaller:
			larger = append(larger, n.Change)
		default:
			t.Errorf("%s is neither smaller nor larger", n.Change)
		}
	}
	want := []string{
		"stage 1, layer 1: kernel 5, not 7", "stage 1, layer 1: kernel 3, not 7",
		"stage 1, layer 1: expansion 4, not 6", "stage 1, layer 1: expansion 3, not 6",
		"stage 1, layer 2: expansion 3, not 4",
		"stage 1, layer 3: kernel 3, not 5",
		"stage 1: 2 layers, not 3",
		"resolution 160, not 176",
	}
	if !slices.Equal(smaller, want) {
		t.Errorf("smaller:\n%s\nwant\n%s", strings.Join(smaller, "\n"), strings.Join(want, "\n"))
	}
	// 11 slots have 4 changes each; 5 stages: the first up, the others up; one resolution.
	if n := 11*4 - 6 + 5 + 1; len(larger) != n || larger[len(larger)-1] != "resolution 192, not 176" {
		t.Errorf("%d larger, the last of them %s, want %d", len(larger), larger[len(larger)-1], n)
	}
	if n := len(s.Neighbours(a, nil)); n != len(smaller)+len(larger)-2 {
		t.Errorf("%d neighbours of one resolution, want 2 fewer", n)
	}
}

func TestNeighboursOfTiedAndOfUnordered(t *testing.T) {
	fixed := mustSpace(t, "compofa-fixed-w1.0")
	ns := fixed.Neighbours(space.MustParse(golden[0].arch), nil) // depths 4, 3, 3, 4, 4
	if len(ns) != 3+2*2 {
		t.Errorf("%d neighbours, want one less of 5 stages and one more of 2", len(ns))
	}
	if got := ns[0].Arch.String(); ns[0].Change != "stage 1: 3 layers, not 4" || got != "r176 d33344 k333-555-333-3333-5555 e444-444-444-6666-6666" {
		t.Errorf("%s: %s: the expansion does not follow the depth", ns[0].Change, got)
	}
	nb := mustSpace(t, "nasbench201")
	ns = nb.Neighbours(space.MustParse(cell), nb.Resolutions)
	if len(ns) != 6*4 || ns[0].Smaller || ns[0].Larger || ns[4].Change != "edge 0→2: operation nor_conv_1x1, not nor_conv_3x3" {
		t.Errorf("%d neighbours, the fifth: %+v", len(ns), ns[4])
	}
}
