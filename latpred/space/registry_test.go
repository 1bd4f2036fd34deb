package space_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/space"
)

func contains(err error, part string) bool { return err != nil && strings.Contains(err.Error(), part) }

func TestRegisterRefuses(t *testing.T) {
	good := mustSpace(t, "mbv3-w1.0")
	for want, spoil := range map[string]func(*space.Space){
		"there is one already":         func(*space.Space) {},
		"there is another family":      func(s *space.Space) { f := *s.Family; s.ID, s.Family = "new", &f },
		"needs an ID":                  func(s *space.Space) { s.ID = "" },
		"needs a family":               func(s *space.Space) { s.Family = &space.Family{ID: "raw"} },
		"needs a macro":                func(s *space.Space) { s.Macro = nil },
		"resolutions [2 1]":            func(s *space.Space) { s.Resolutions = []int{2, 1} },
		"resolution 162 is not":        func(s *space.Space) { s.Resolutions = []int{162} },
		"depths of 4 stages":           func(s *space.Space) { s.Depths = s.Depths[:4] },
		"no depths are given":          func(s *space.Space) { s.Depths = nil },
		"depths [2 5] of stage 1":      func(s *space.Space) { s.Depths = slices.Clone(s.Depths); s.Depths[0] = []int{2, 5} },
		"tie 0, {Factor:2 Stage:0 Dep": func(s *space.Space) { s.Ties = []space.Tie{{Factor: 2, Levels: []int{0}}} },
	} {
		s := *good
		spoil(&s)
		if err := space.Register(&s); !contains(err, want) {
			t.Errorf("Register: %v, want …%s…", err, want)
		}
	}
}

func TestReferences(t *testing.T) {
	for id, want := range map[string]string{
		"ofa-5": "mbv3-w1.0", "ofa-6": "proxyless-w1.3", "nasbench201": "nasbench201", "fbnet": "fbnet-imagenet",
	} {
		f, err := space.FamilyByID(id)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Reference().ID; got != want {
			t.Errorf("%s stands for family %s, want %s", got, id, want)
		}
		if !slices.Contains(space.Families(), f) {
			t.Errorf("Families lacks %s", id)
		}
	}
	if _, err := space.FamilyByID("ofa"); !contains(err, "ofa-5, ofa-6, nasbench201, fbnet") {
		t.Errorf("error %v does not list the families", err)
	}
}
