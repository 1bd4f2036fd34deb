package explain_test

import (
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/explain"
	"github.com/ofalat/ofalat/latpred/latpredtest"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

func TestExplain(t *testing.T) {
	set, err := dataset.Open("p40-b64")
	if err != nil {
		t.Fatal(err)
	}
	s, err := set.Space()
	if err != nil {
		t.Fatal(err)
	}
	sources, err := catalog.Sources(t.Context(), s, []string{"note10"})
	if err != nil {
		t.Fatal(err)
	}
	p, _, err := adapt.Adapt(t.Context(), sources, set.Subset(random.Stream(4, "cards").Perm(6000)[:30]), adapt.Config{})
	if err != nil {
		t.Fatal(err)
	}
	a := space.MustParse("r176 d43344 k5533-535-335-3557-5755 e6666-444-444-6666-6666")
	e, err := explain.Explain(p, a, []int{160, 176, 192})
	if err != nil || e.Breakdown == nil || len(e.Savings) < 20 {
		t.Fatalf("%+v, %v", e, err)
	}
	if e.Savings[0].Arch.Resolution != 160 { // a sixth of the pixels
		t.Errorf("what saves most: %+v", e.Savings[0])
	}
	for i, s := range e.Savings {
		if got := latpredtest.Predict(t, p, []space.Arch{s.Arch})[0]; got != s.LatencyMs || math.Abs(e.LatencyMs-got-s.SavesMs) > 1e-12 || i > 0 && s.SavesMs > e.Savings[i-1].SavesMs {
			t.Errorf("%+v, predicted %v", s, got)
		}
	}
}
