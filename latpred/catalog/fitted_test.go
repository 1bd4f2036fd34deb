package catalog

import (
	"math"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/space"
)

// What ships is what the sets say: a table that is fitted again gives the same times.
func TestShippedSourcesAreOfTheSets(t *testing.T) {
	s, err := space.ByID("mbv3-w1.0")
	if err != nil {
		t.Fatal(err)
	}
	shipped, err := Shipped(s)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range shipped {
		names = append(names, s.Name)
	}
	if !slices.Equal(names, SourceNames()) {
		t.Fatalf("shipped are %v, want %v", names, SourceNames())
	}
	a := space.MustParse("r192 d32244 k573-57-53-5733-7337 e664-36-63-3334-4466")
	for _, name := range []string{"note10", "rtx2080ti-b64", "epyc-zen4-b1"} {
		e, err := Find(name)
		if err != nil {
			t.Fatal(err)
		}
		again, err := e.fit()
		if err != nil {
			t.Fatal(err)
		}
		source := shipped[slices.Index(names, name)]
		one, err1 := source.PassMs(a)
		two, err2 := again.model.Read(a, 0)
		if err1 != nil || err2 != nil || math.Abs(one-two.TrueMs) > 1e-6*one || source.Seen[0].DataHash != again.seen.DataHash {
			t.Errorf("%s: shipped %v ms (%v), fitted %v ms (%v)", name, one, err1, two.TrueMs, err2)
		}
		if ms, err := e.fitted(t.Context()); err != nil || ms.model != source.Times && ms.model.Theta[0] != source.Times.Theta[0] || ms.rows == 0 {
			t.Errorf("%s: %+v, %v", name, ms, err)
		}
	}
}
