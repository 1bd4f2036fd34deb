package space_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"pgregory.net/rapid"
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
		for _, st := range s.Stages {
			widths = append(widths, st.Width)
		}
		if got := fmt.Sprint(s.Stem, s.FixedBlock, widths, s.HeadExpand, s.FeatureMix); got != want {
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
			if l.Kind == space.Stem || l.Kind == space.Block && l.Slot%space.SlotsPerStage == 0 {
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

func TestValidateSaysWhy(t *testing.T) {
	s := mustSpace(t, "mbv3-w1.0")
	good := space.MustParse(golden[1].arch)
	for want, spoil := range map[string]func(*space.Arch){
		"resolution 170":             func(a *space.Arch) { a.Resolution = 170 },
		"resolution 96":              func(a *space.Arch) { a.Resolution = 96 },
		"stage 2 has depth 1":        func(a *space.Arch) { a.Depth[1] = 1; a.Kernel[5], a.Kernel[6] = 0, 0 },
		"kernel 4 of stage 1":        func(a *space.Arch) { a.Kernel[0] = 4 },
		"expansion 5 of stage 5":     func(a *space.Arch) { a.Expand[19] = 5 },
		"inactive slot 7 has genes":  func(a *space.Arch) { a.Kernel[7] = 3 },
		"6 stages, want 5":           func(a *space.Arch) { a.Depth[5] = 1 },
		"0 stages, want 5":           func(a *space.Arch) { *a = space.Arch{Resolution: 160} },
		"expansion 0 of stage 1, bl": func(a *space.Arch) { a.Expand[1] = 0 },
	} {
		bad := good
		spoil(&bad)
		if err := s.Validate(bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Validate: %v, want …%s…", err, want)
		}
	}
	if err := mustSpace(t, "compofa-fixed-w1.0").Validate(good); err == nil {
		t.Error("a free-kernel architecture passed as CompOFA's")
	}
	if err := mustSpace(t, "compofa-fixed-w1.0").Validate(space.MustParse(golden[0].arch)); err != nil {
		t.Errorf("the paper's example is no CompOFA network: %v", err)
	}
}

// Whatever is drawn, mutated or crossed stays in its space, text and JSON bring
// it back, and the cost is that of its layers.
// Every network that was published and every one that a space draws is of some
// space; one with a kernel that no space knows is not.
func TestValidateOfAnySpace(t *testing.T) {
	for _, n := range space.Published() {
		if err := space.Validate(n.Arch); err != nil {
			t.Errorf("%s: %v", n.Name, err)
		}
	}
	rng := random.Stream(1, "any")
	for _, s := range space.All() {
		a := s.Sample(rng)
		if err := space.Validate(a); err != nil {
			t.Errorf("%s: %v", s.ID, err)
		}
		a.Kernel[0] = 9
		if err := space.Validate(a); err == nil || !strings.Contains(err.Error(), "kernel 9") {
			t.Errorf("%s with a kernel of 9: %v", s.ID, err)
		}
	}
}

func TestGeneticOperators(t *testing.T) {
	for _, s := range space.All() {
		t.Run(s.ID, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				rng := random.Stream(rapid.Uint64().Draw(t, "seed"), "test")
				p := rapid.Float64Range(0, 1).Draw(t, "p")
				a, b := s.Sample(rng), s.Sample(rng)
				for _, x := range []space.Arch{a, b, s.Mutate(rng, a, p), s.Crossover(rng, a, b)} {
					if err := s.Validate(x); err != nil {
						t.Fatal(err)
					}
					if y, err := space.Parse(x.String()); err != nil || y != x {
						t.Fatalf("Parse(%q) = %v, %v", x, y, err)
					}
					if y, err := space.Parse(x.OFA().String()); err != nil || y != x {
						t.Fatalf("Parse(%s) = %v, %v", x.OFA(), y, err)
					}
				}
				if got := s.Mutate(rng, a, 0); got != a {
					t.Fatalf("mutation with probability 0 changed %v to %v", a, got)
				}
				if got := s.Crossover(rng, a, a); got != a {
					t.Fatalf("crossover of %v with itself gave %v", a, got)
				}
			})
		})
	}
}

func TestSampleIsUniformInGenes(t *testing.T) {
	s, rng := mustSpace(t, "mbv3-w1.0"), random.Stream(1, "uniform")
	const n = 30000
	kernels, depths, resolutions := map[uint8]int{}, map[uint8]int{}, map[int]int{}
	for range n {
		a := s.Sample(rng)
		kernels[a.Kernel[4]]++
		depths[a.Depth[2]]++
		resolutions[a.Resolution]++
	}
	within := func(what any, got, choices int) {
		want := float64(n) / float64(choices)
		if d := float64(got) - want; d*d > 25*want { // five standard deviations
			t.Errorf("%v was drawn %d times of %d, want about %.0f", what, got, n, want)
		}
	}
	for k, got := range kernels {
		within(fmt.Sprint("kernel ", k), got, 3)
	}
	for d, got := range depths {
		within(fmt.Sprint("depth ", d), got, 3)
	}
	for r, got := range resolutions {
		within(fmt.Sprint("resolution ", r), got, 5)
	}
	if len(kernels) != 3 || len(depths) != 3 || len(resolutions) != 5 {
		t.Errorf("choices missing: %v %v %v", kernels, depths, resolutions)
	}
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "column 1: ends where \"r\" is due",
		"r176":                       "column 5: ends where \"d\" is due",
		"d43344 r176":                "column 1: found \"d\", want \"r\"",
		"rx d22222 k e":              "column 2: \"x\" is no resolution",
		"r160 d2222 k e":             "column 7: 4 stages",
		"r160 d22522 k e":            "column 9: depth '5'",
		"r160 d22222 k33-3-33-33-33": "is due",
		"r160 d22222 k33-3-33-33-33 e33-33-33-33-33":                              "column 18: stage 2 has depth 2 but only 1 digits",
		"r160 d22222 k333-33-33-33-33 e33-33-33-33-33":                            "column 16: stage 1 has more than its 2 digits",
		"r160 d22222 k33-33-33-33-33 e33-33-33-33-33 x":                           "column 45: something follows",
		"r160 d22222 k33-33-33-33-33- e33-33-33-33-33":                            "something follows the last stage",
		`{"ks":3,"e":3,"d":2}`:                                                    "key \"r\" is missing",
		`{"ks":3,"e":3,"d":2,"r":[160,176]}`:                                      "r has 2 elements",
		`{"ks":3,"e":3,"d":2,"r":160,"width":1}`:                                  "unknown field \"width\"",
		`{"ks":3.5,"e":3,"d":2,"r":160}`:                                          "number 3.5",
		`{"ks":[3,3],"e":3,"d":2,"r":160}`:                                        "ks has 2 elements",
		`{"ks":3,"e":3,"d":[2,2,2,2,9],"r":160}`:                                  "d[4] is 9",
		`{"ks":3,"e":3,"d":2,"r":160,"wid":1}`:                                    "wid",
		`{"ks":3,"e":3,"d":2,"r":160} {}`:                                         "something follows the JSON",
		`{"ks":3,"e":3`:                                                           "JSON",
		`{"ks":null,"e":3,"d":2,"r":160}`:                                         "\"ks\" is missing or null",
		"r160 d22222 k33-33-33-33-33 e33-33-33-33-33" + strings.Repeat(" ", 5000): "bytes long",
	} {
		_, err := space.Parse(text)
		var parse *space.ParseError
		if !errors.As(err, &parse) || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%.60q): %v, want …%s…", text, err, want)
		}
	}
}

func TestParseOFAForms(t *testing.T) {
	want := space.MustParse("r160 d22222 k33-33-33-33-33 e44-44-44-44-44")
	for _, text := range []string{
		`{"wid": null, "ks": 3, "e": 4, "d": 2, "r": 160}`,
		`{"ks":[3,3,7,7,3,3,7,7,3,3,7,7,3,3,7,7,3,3,5,5],"e":4,"d":[2,2,2,2,2],"r":[160]}`,
		"  r160  d22222 k33-33-33-33-33 e44-44-44-44-44 ",
	} {
		if got, err := space.Parse(text); err != nil || got != want {
			t.Errorf("Parse(%s) = %v, %v, want %v", text, got, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, g := range golden {
		f.Add(g.arch)
		f.Add(space.MustParse(g.arch).OFA().String())
	}
	f.Add(`{"ks":3,"e":4,"d":2,"r":160,"wid":null}`)
	f.Add("r1 d222221 k11-11-11-11-11-1 e11-11-11-11-11-1")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := space.Parse(text)
		if err != nil {
			return
		}
		if b, err := space.Parse(a.String()); err != nil || a != b {
			t.Errorf("%q parses to %v, whose text parses to %v, %v", text, a, b, err)
		}
	})
}
