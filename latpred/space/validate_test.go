package space_test

import (
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

func TestValidateSaysWhy(t *testing.T) {
	s := mustSpace(t, "mbv3-w1.0")
	good := space.MustParse(golden[1].arch) // E: depths 4, 3, …
	for want, spoil := range map[string]func(*space.Arch){
		"resolution 170 is not one of 128, 132, … 260": func(a *space.Arch) { a.Resolution = 170 },
		"resolution 96":                               func(a *space.Arch) { a.Resolution = 96 },
		"stage 2 has depth 1":                         func(a *space.Arch) { *a = a.WithDepth(1, 1) },
		"choice 9 of stage 1, layer 1: there are 9":   func(a *space.Arch) { a.Choice[0] = 10 },
		"stage 2, layer 4 runs and the slot before":   func(a *space.Arch) { a.Choice[6], a.Choice[7] = 0, 3 },
		"stage 3, layer 1 has no choice: it always r": func(a *space.Arch) { a.Choice[8] = 0 },
		"slot 20 has a choice: ofa-5 has 20 slots":    func(a *space.Arch) { a.Choice[20] = 1 },
		"6 stages, want 5":                            func(a *space.Arch) { a.Family = space.OFA6 },
		"0 stages, want 5":                            func(a *space.Arch) { *a = space.Arch{Resolution: 160} },
	} {
		bad := good
		spoil(&bad)
		if err := s.Validate(bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Validate: %v, want …%s…", err, want)
		}
	}
	if err := s.Validate(good); err != nil {
		t.Error(err)
	}
}

func TestValidateOfTiedSpaces(t *testing.T) {
	fixed := mustSpace(t, "compofa-fixed-w1.0")
	example := space.MustParse(golden[0].arch)
	if err := fixed.Validate(example); err != nil {
		t.Errorf("the paper's example is no CompOFA network: %v", err)
	}
	for want, bad := range map[string]space.Arch{
		"kernel 7 of stage 2, block 1, want one of [5]":    example.WithValue(4, space.OFAKernel, 7),
		"expansion 6 of stage 2, block 3, want one of [4]": example.WithValue(6, space.OFAExpand, 6),
		"expansion 6 of stage 1, block 1, want one of [4]": example.WithDepth(0, 3),
	} {
		if err := fixed.Validate(bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Validate: %v, want …%s…", err, want)
		}
	}
	elastic := mustSpace(t, "compofa-elastic-w1.0")
	if err := elastic.Validate(example.WithValue(4, space.OFAKernel, 7)); err != nil {
		t.Errorf("kernels are free in the elastic space: %v", err)
	}
}

// Every network that was published and every one that a space draws is of some
// space; one at a resolution that no space allows is not.
func TestValidateOfAnySpace(t *testing.T) {
	for _, n := range space.Published() {
		if err := space.Validate(n.Arch); err != nil {
			t.Errorf("%s: %v", n.Name, err)
		}
	}
	rng := random.Stream(1, "any")
	for _, s := range space.All() {
		a := s.Sample(rng)
		if of, err := space.Of(a); err != nil || of.Family != s.Family || !of.Contains(a) {
			t.Errorf("%s: %v is of %v, %v", s.ID, a, of, err)
		}
		a.Resolution = 33
		if err := space.Validate(a); err == nil || !strings.Contains(err.Error(), "resolution 33") {
			t.Errorf("%s at a resolution of 33: %v", s.ID, err)
		}
	}
	if err := space.Validate(space.Arch{}); err == nil {
		t.Error("the zero architecture is a network")
	}
}

// A setter that can't keep an architecture canonical is the programmer's mistake.
func TestSettersPanic(t *testing.T) {
	a := space.MustParse(golden[1].arch) // slot 7 does not run
	for name, set := range map[string]func() space.Arch{
		"choice of a slot that does not run": func() space.Arch { return a.WithChoice(7, 0) },
		"choice that is none":                func() space.Arch { return a.WithChoice(0, 9) },
		"level that is none":                 func() space.Arch { return a.WithLevel(0, space.OFAKernel, 3) },
		"value that is none":                 func() space.Arch { return a.WithValue(0, space.OFAKernel, 4) },
		"depth beyond the slots":             func() space.Arch { return a.WithDepth(0, 5) },
		"depth of a stage that always runs": func() space.Arch {
			return mustSpace(t, "fbnet-imagenet").Smallest().WithDepth(1, 3)
		},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			set()
		}()
	}
}

func TestSetters(t *testing.T) {
	a := space.MustParse("r160 d22222 k33-55-33-33-33 e34-44-33-33-33")
	for want, got := range map[string]space.Arch{
		"r160 d42222 k3333-55-33-33-33 e3444-44-33-33-33": a.WithDepth(0, 4),
		"r160 d12222 k3-55-33-33-33 e3-44-33-33-33":       a.WithDepth(0, 1),
		"r160 d22222 k33-57-33-33-33 e34-44-33-33-33":     a.WithValue(5, space.OFAKernel, 7),
		"r160 d22222 k33-55-33-33-33 e34-64-33-33-33":     a.WithLevel(4, space.OFAExpand, 2),
		"r160 d22222 k33-55-37-33-33 e34-44-36-33-33":     a.WithChoice(9, 8),
	} {
		if got.String() != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if k, e, none := a.Value(4, space.OFAKernel), a.Value(1, space.OFAExpand), a.Value(2, space.OFAKernel); k != 5 || e != 4 || none != 0 {
		t.Errorf("kernel %d, expansion %d, of an inactive slot %d, want 5, 4, 0", k, e, none)
	}
	if l := a.Level(2, space.OFAKernel); l != -1 {
		t.Errorf("level %d of an inactive slot, want -1", l)
	}
}
