package space_test

import (
	"testing"

	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// Counted in Python, with each node as the sorted list of what it adds up: 4,930 functions, of
// which one is constant, for 341 cells.
func TestFingerprintsOfAllCells(t *testing.T) {
	s, err := space.ByID("nasbench201")
	if err != nil {
		t.Fatal(err)
	}
	functions := map[uint64]int{}
	for a := range s.Networks(32) {
		functions[s.Fingerprint(a).Output]++
	}
	if len(functions) != 4930 || functions[0] != 341 {
		t.Errorf("%d functions, %d constant networks, want 4930 and 341", len(functions), functions[0])
	}
}

// By hand: which cells compute the same, and which do the same work.
func TestFingerprintsByHand(t *testing.T) {
	s, err := space.ByID("nasbench201")
	if err != nil {
		t.Fatal(err)
	}
	of := func(text string) space.Fingerprint { return s.Fingerprint(space.MustParse(text)) }
	a := of("|nor_conv_3x3~0|+|nor_conv_1x1~0|none~1|+|skip_connect~0|avg_pool_3x3~1|none~2|")
	for _, c := range []struct {
		text         string
		output, work bool // the same
	}{
		{"|nor_conv_1x1~0|+|nor_conv_3x3~0|none~1|+|skip_connect~0|none~1|avg_pool_3x3~2|", true, true}, // nodes 1 and 2 exchanged
		{"|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|avg_pool_3x3~1|none~2|", true, false},        // without what leads nowhere
		{"|nor_conv_3x3~0|+|none~0|skip_connect~1|+|skip_connect~0|none~1|avg_pool_3x3~2|", true, false},
		{"|nor_conv_3x3~0|+|nor_conv_1x1~0|none~1|+|none~0|avg_pool_3x3~1|none~2|", false, false},
		{"|nor_conv_1x1~0|+|nor_conv_3x3~0|none~1|+|skip_connect~0|avg_pool_3x3~1|none~2|", false, false},
	} {
		b := of(c.text)
		if (a.Output == b.Output) != c.output || (a.Work == b.Work) != c.work {
			t.Errorf("%s: the same output %v, work %v", c.text, a.Output == b.Output, a.Work == b.Work)
		}
	}
	if f := of("|nor_conv_3x3~0|+|nor_conv_3x3~0|none~1|+|none~0|none~1|none~2|"); f.Output != 0 || f.Work == 0 {
		t.Errorf("a cell that leads nowhere: %v", f)
	}
}

// Networks of a chain are equal where skipped layers are in other places of a stage, and else
// not, whatever the space.
func TestFingerprintsOfChains(t *testing.T) {
	for _, s := range space.All() {
		seen := map[uint64]space.Arch{}
		rng := random.Stream(1, "fingerprints")
		for range 300 {
			a := s.Sample(rng)
			f := s.Fingerprint(a)
			if f != s.Fingerprint(a) {
				t.Fatalf("%s: %v has two fingerprints", s.ID, a)
			}
			if b, known := seen[f.Work]; known && a != b && s.MACs(a) != s.MACs(b) {
				t.Errorf("%s: %v and %v do the same work", s.ID, a, b)
			}
			seen[f.Work] = a
		}
	}
	s, err := space.ByID("fbnet-cifar100")
	if err != nil {
		t.Fatal(err)
	}
	first, second := s.Smallest(), s.Smallest()
	first.Choice[2], first.Choice[3] = 9, 4 // the second block of stage 2 is skipped, or the third
	second.Choice[2], second.Choice[3] = 4, 9
	if s.Fingerprint(first) != s.Fingerprint(second) {
		t.Error("a skipped block counts")
	}
	if second.Choice[1], second.Choice[3] = 4, 4; s.Fingerprint(first) == s.Fingerprint(second) {
		t.Error("different blocks are equal")
	}
}
