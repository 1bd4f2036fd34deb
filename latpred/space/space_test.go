package space_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/space"
)

// Architectures of the paper, OFA's tutorial and the authors' data sets, and
// what was counted for them independently of this package with OFA's rules.
var golden = []struct {
	name, arch       string
	macs10, params10 int64 // width 1.0; 0: not known
	macs12, params12 int64 // width 1.2
	blocks           int
}{
	{"P, the paper's example", "r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666", 242126816, 7099224, 376816592, 9965752, 18},
	{"E", "r176 d43344 k5533-535-335-3557-5755 e6666-444-444-6666-6666", 255625440, 7177048, 394585424, 10060600, 18},
	{"F", "r208 d24233 k77-5737-37-577-557 e63-3646-63-633-646", 248176608, 5136960, 375577440, 7067552, 14},
	{"N, the tutorial's net", "r192 d22343 k53-53-773-5573-335 e33-44-634-4443-666", 0, 0, 264008640, 7711880, 14},
	{"smallest", "r160 d22222 k33-33-33-33-33 e33-33-33-33-33", 63240528, 3410792, 100320888, 4602456, 10},
	{"largest", "r224 d44444 k7777-7777-7777-7777-7777 e6666-6666-6666-6666-6666", 566170656, 7664760, 843101040, 10701632, 20},
}

func mustSpace(t testing.TB, id string) *space.Space {
	t.Helper()
	s, err := space.ByID(id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCostsOfGoldenNetworks(t *testing.T) {
	w10, w12 := mustSpace(t, "mbv3-w1.0"), mustSpace(t, "mbv3-w1.2")
	for _, g := range golden {
		a := space.MustParse(g.arch)
		if a.Blocks() != g.blocks {
			t.Errorf("%s: %d blocks, want %d", g.name, a.Blocks(), g.blocks)
		}
		if g.macs10 > 0 && (w10.MACs(a) != g.macs10 || w10.Params(a) != g.params10) {
			t.Errorf("%s, width 1.0: %d MACs, %d parameters, want %d, %d", g.name, w10.MACs(a), w10.Params(a), g.macs10, g.params10)
		}
		if w12.MACs(a) != g.macs12 || w12.Params(a) != g.params12 {
			t.Errorf("%s, width 1.2: %d MACs, %d parameters, want %d, %d", g.name, w12.MACs(a), w12.Params(a), g.macs12, g.params12)
		}
	}
}

func TestCostsOfPublishedNetworks(t *testing.T) {
	nets := space.Published()
	if len(nets) != 50 {
		t.Fatalf("%d published networks, want 50", len(nets))
	}
	for _, n := range nets {
		if err := n.Space.Validate(n.Arch); err != nil {
			t.Errorf("%s: %v", n.Name, err)
			continue
		}
		if m, p := n.Space.MACs(n.Arch), n.Space.Params(n.Arch); m != n.MACs || p != n.Params {
			t.Errorf("%s: %d MACs, %d parameters, want %d, %d", n.Name, m, p, n.MACs, n.Params)
		}
	}
}

// Widths after the multiplier. Source: OFA's configurations of the released nets.
func TestWidths(t *testing.T) {
	for id, want := range map[string]string{
		"mbv3-w1.0":      "16 16 [24 40 80 112 160] 960 1280",
		"mbv3-w1.2":      "24 24 [32 48 96 136 192] 1152 1536",
		"proxyless-w1.3": "40 24 [32 56 104 128 248 416] 0 1664",
	} {
		s := mustSpace(t, id)
		var widths []int
		m := s.Macro.(*space.OFAMacro)
		for _, st := range m.Stages {
			widths = append(widths, st.Width)
		}
		if got := fmt.Sprint(m.Stem, m.FixedBlock, widths, m.HeadExpand, m.FeatureMix); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
}

// Map sizes after stem and stages. Source: OFA, strides 2,1,2,2,2,1,2 rounded up.
func TestMapSizes(t *testing.T) {
	s := mustSpace(t, "mbv3-w1.0")
	for r, want := range map[int]string{
		160: "[80 40 20 10 10 5]", 176: "[88 44 22 11 11 6]", 192: "[96 48 24 12 12 6]",
		208: "[104 52 26 13 13 7]", 224: "[112 56 28 14 14 7]",
	} {
		a := space.MustParse(golden[0].arch)
		a.Resolution = r
		var sizes []int
		for _, l := range s.Layers(a) {
			if l.Kind == space.Stem || l.Kind == space.Block && l.Slot%space.OFASlotsPerStage == 0 {
				sizes = append(sizes, l.OutSize)
			}
		}
		if got := fmt.Sprint(sizes); got != want {
			t.Errorf("r%d: %s, want %s", r, got, want)
		}
	}
}

// Counts by hand: (9²+9³+9⁴)⁵, 3⁵, (3²+3³+3⁴)⁵ and (9²+9³+9⁴)⁵·9.
func TestSize(t *testing.T) {
	for id, want := range map[string]string{
		"mbv3-w1.0": "21758655492572485851", "mbv3-w1.2": "21758655492572485851",
		"compofa-fixed-w1.0": "243", "compofa-elastic-w1.2": "21924480357",
		"proxyless-w1.3": "195827899433152372659",
		"nasbench201":    "15625", "fbnet-imagenet": "984770902183611232881", // 5⁶, 9²²
	} {
		if got := mustSpace(t, id).Size().String(); got != want {
			t.Errorf("%s: %s sub-networks, want %s", id, got, want)
		}
	}
}

func TestByIDListsSpaces(t *testing.T) {
	_, err := space.ByID("mbv3")
	if err == nil || !strings.Contains(err.Error(), "mbv3-w1.0, mbv3-w1.2") {
		t.Errorf("error %v does not list the spaces", err)
	}
}
