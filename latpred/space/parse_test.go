package space_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

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
		"r160 d22222 k33-43-33-33-33 e33-33-33-33-33":                             "column 17: kernel 4, want one of [3 5 7]",
		"r160 d22222 k33-33-33-33-33 e33-33-33-33-35":                             "column 43: expansion 5, want one of [3 4 6]",
		`{"ks":3,"e":3,"d":2}`:                                                    "no resolution (r or image_size)",
		`{"ks":3,"e":3,"d":2,"r":[160,176]}`:                                      "r has 2 elements",
		`{"ks":3,"e":3,"d":2,"r":160,"width":1}`:                                  "column 29: unknown key \"width\"",
		`{"ks":3.5,"e":3,"d":2,"r":160}`:                                          "column 7: ks[0] is 3.5, want one of [3 5 7]",
		`{"ks":[3,3],"e":3,"d":2,"r":160}`:                                        "ks has 2 elements",
		`{"ks":3,"e":3,"d":[2,2,2,2,9],"r":160}`:                                  "d[4] is 9",
		`{"ks":4,"e":3,"d":2,"r":160}`:                                            "ks[0] is 4, want one of [3 5 7]",
		`{"ks":3,"e":3,"d":2,"r":160,"wid":1}`:                                    "wid",
		`{"ks":3,"e":3,"d":2,"r":160} {}`:                                         "column 30: '{' follows the value",
		`{"ks":3,"e":3`:                                                           "column 14: found the end",
		`{"ks":null,"e":3,"d":2,"r":160}`:                                         "\"ks\" is missing or null",
		"r160 d22222 k33-33-33-33-33 e33-33-33-33-33" + strings.Repeat(" ", 5000): "bytes long",
		// NAS-Bench-201
		"|":                  "column 2: ends where edge 0→1 is due",
		"|none~0|none~1|":    "column 9: want \"+|\" before edge 0→2",
		"|none~0|+|none~1|":  "column 15: edge 0→2 comes from node 0, found \"1\"",
		"|none~0|+|noise~0|": "column 11: \"noise\" is no operation: there are none skip_connect",
		cell + "|":           "column 96: something follows the cell",
		cell + " 32":         "column 97: \"32\" is no resolution",
		cell + " r32 r32":    "is no resolution",
		// FBNet and lists
		"fbnet":                     "column 6: ends where stage 1 is due",
		"fbnet r224 skip k3_e1":     "column 17: stage 2 has 1 layers, want 4",
		"fbnet r32 skip skip-x-y-z": "column 21: \"x\" is no choice of stage 2, layer 2: there are k3_e1",
		fbnetA + " skip":            "something follows the last stage",
		"[1,2]":                     "a list of 2 choices: there are families of 6 (nasbench201), 22 (fbnet)",
		"[1,2,3,4,5,6]":             "choice 5 of edge 1→3, want 0 to 4",
		`["none","none",1,1,1,1]`:   "column 16: a number among others that are a text",
		`["a","a","a","a","a","a"]`: "\"a\" is no choice of edge 0→1",
		"[1,":                       "column 1: bracket '[' is not closed",
	} {
		_, err := space.Parse(text)
		var parse *space.ParseError
		if !errors.As(err, &parse) || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%.60q): %v, want …%s…", text, err, want)
		}
	}
}

func TestParseForms(t *testing.T) {
	for want, texts := range map[string][]string{
		"r160 d22222 k33-33-33-33-33 e44-44-44-44-44": {
			`{"wid": null, "ks": 3, "e": 4, "d": 2, "r": 160}`,
			`{"ks":[3,3,7,7,3,3,7,7,3,3,7,7,3,3,7,7,3,3,5,5],"e":4,"d":[2,2,2,2,2],"r":[160]}`,
			"  r160  d22222 k33-33-33-33-33 e44-44-44-44-44 ",
		},
		cell: {
			"[3, 3, 4, 1, 3, 1]", cell + " r32",
			`["nor_conv_3x3", "nor_conv_3x3", "avg_pool_3x3", "skip_connect", "nor_conv_3x3", "skip_connect"]`,
		},
		fbnetA: {
			"[8, 2,0,8,8, 7,2,4,2, 7,6,5,7, 3,5,6,1, 7,7,6,7, 7]",
			strings.Replace(fbnetA, " r224", "", 1),
		},
	} {
		for _, text := range texts {
			if got, err := space.Parse(text); err != nil || got != space.MustParse(want) || got.String() != want {
				t.Errorf("Parse(%s) = %v, %v, want %v", text, got, err, want)
			}
		}
	}
}

// What a text does not say of the resolution the space does.
func TestSpaceParse(t *testing.T) {
	list := "[8, 2,0,8,8, 7,2,4,2, 7,6,5,7, 3,5,6,1, 7,7,6,7, 7]"
	cifar, imagenet := mustSpace(t, "fbnet-cifar100"), mustSpace(t, "fbnet-imagenet")
	for s, want := range map[*space.Space]int{cifar: 32, imagenet: 224} {
		if a, err := s.Parse(list); err != nil || a.Resolution != want {
			t.Errorf("%s: resolution %d, %v, want %d", s.ID, a.Resolution, err, want)
		}
	}
	if a, err := cifar.Parse(fbnetA); err != nil || a.Resolution != 224 {
		t.Errorf("a text that says 224: %v, %v", a, err)
	}
	if _, err := cifar.Parse(cell); err == nil || !strings.Contains(err.Error(), "family nasbench201, space fbnet-cifar100") {
		t.Errorf("a cell of NAS-Bench-201 in FBNet's space: %v", err)
	}
	if _, err := cifar.Parse("r160"); err == nil {
		t.Error("no error of a text that is none")
	}
}

func TestZeroArchHasNoText(t *testing.T) {
	var a space.Arch
	if text, err := a.MarshalText(); err == nil {
		t.Errorf("the zero architecture is written as %q", text)
	}
	if a.String() != "no network" || a.Blocks() != 0 || a.Stages() != 0 || a.Slots() != 0 || a.Depth(0) != 0 || a.OFA() != nil {
		t.Error("the zero architecture has parts")
	}
}

func FuzzParse(f *testing.F) {
	for _, g := range golden {
		f.Add(g.arch)
		f.Add(space.MustParse(g.arch).OFA().String())
	}
	f.Add(`{"ks":3,"e":4,"d":2,"r":160,"wid":null}`)
	f.Add("{'arch': \"{'ks': [[3, 5], [3, 3], [3, 3], [3, 3], [3, 3]], 'e': np.int64(4), 'd': 2.0}\", 'image_size': [160]}")
	f.Add(netConfig(mustSpace(f, "proxyless-w1.3"), mustSpace(f, "proxyless-w1.3").Smallest()))
	f.Add("r1 d222221 k35-33-77-55-33-3 e34-33-33-66-33-4")
	f.Add(cell)
	f.Add(cell + " r16")
	f.Add("[0,1,2,3,4,0]")
	f.Add(fbnetA)
	f.Add(`["none", "none", "none", "none", "none", "avg_pool_3x3"]`)
	for _, s := range space.All() {
		f.Add(s.Sample(random.Stream(1, s.ID)).String())
	}
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
