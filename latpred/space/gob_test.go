package space_test

import (
	"bytes"
	"encoding/gob"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// Notebooks keep networks by gob: those of every space come back, and no network too.
func TestGob(t *testing.T) {
	type kept struct {
		Archs []space.Arch
		Name  string
	}
	rng := random.Stream(1, "gob")
	k := kept{Name: "networks", Archs: []space.Arch{{}}}
	for _, s := range space.All() {
		k.Archs = append(k.Archs, s.Smallest(), s.Sample(rng), s.Largest())
	}
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(k); err != nil {
		t.Fatal(err)
	}
	var back kept
	if err := gob.NewDecoder(&b).Decode(&back); err != nil || back.Name != k.Name || !slices.Equal(back.Archs, k.Archs) {
		t.Errorf("%v\n%v came back as\n%v", err, k.Archs, back.Archs)
	}
}
