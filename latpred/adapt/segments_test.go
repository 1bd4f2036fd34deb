package adapt_test

import (
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/latpredtest"
	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
)

// adapted is adapted to so many rows of a made-up phone.
func adapted(t *testing.T, s *space.Space, rows int) (*adapt.Predictor, *adapt.Report) {
	t.Helper()
	p, r, err := adapt.Adapt(t.Context(), nil, measure(t, simulated.Phone, s, rows), adapt.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return p, r
}

// The parts of a latency sum to it; in a space whose effects are sums, a slot's time is what
// the prediction loses without it, whatever the other slots are.
func TestSegmentsOfForeignSpaces(t *testing.T) {
	for _, id := range []string{"fbnet-cifar100", "nasbench201"} {
		s := spacetest.ByID(t, id)
		p, _ := adapted(t, s, 60)
		rng := random.Stream(3, "networks")
		for range 20 {
			a := s.Sample(rng)
			b, err := p.Segments(a)
			if err != nil {
				t.Fatal(err)
			}
			var sum float64
			for _, seg := range b.Segments {
				sum += seg.Ms
			}
			ms := latpredtest.Predict(t, p, []space.Arch{a})[0]
			if math.Abs(sum-ms) > 1e-9*ms || b.TrueMs != ms || b.LabelMs != ms || len(b.Segments) != s.Slots()+2 {
				t.Errorf("%s, %s: %d segments of %v ms, a prediction of %v", id, a, len(b.Segments), sum, ms)
			}
		}
	}
	s := spacetest.ByID(t, "fbnet-cifar100")
	p, _ := adapted(t, s, 60)
	one := s.Largest()
	other := one.WithChoice(6, 0)
	ms := latpredtest.Predict(t, p, []space.Arch{one, other})
	if got, want := slotMs(t, p, one, 6)-slotMs(t, p, other, 6), ms[0]-ms[1]; math.Abs(got-want) > 1e-9 || want == 0 {
		t.Errorf("%v ms between two choices of a slot, %v ms between the networks", got, want)
	}
	if got, want := slotMs(t, p, one, 7), slotMs(t, p, other, 7); math.Abs(got-want) > 1e-9 {
		t.Errorf("a slot takes %v ms, with another choice of its neighbour %v", got, want)
	}
}

// slotMs is the time of a slot, of which all are in use.
func slotMs(t *testing.T, p *adapt.Predictor, a space.Arch, slot int) float64 {
	t.Helper()
	b, err := p.Segments(a)
	if err != nil {
		t.Fatal(err)
	}
	return b.Segments[1+slot].Ms
}

// The report says how many rows more would help, where there are enough to tell.
func TestForecasts(t *testing.T) {
	s := spacetest.ByID(t, "fbnet-cifar100")
	if _, r := adapted(t, s, 30); r.MoreRows < 5 || r.MoreRows > 500 {
		t.Errorf("30 rows: %d more would bring a fifth", r.MoreRows)
	}
	if _, r := adapted(t, s, 5); r.MoreRows != 0 {
		t.Errorf("5 rows: %d more would bring a fifth", r.MoreRows)
	}
}

// A predictor that is made of a part of a set says which rows it has seen, also one of no
// sources.
func TestAdaptPart(t *testing.T) {
	set := shipped(t, "fbnet-fpga")
	split := set.SplitFileOrder()
	split.Train = split.Train[:40]
	p, _, err := adapt.AdaptPart(t.Context(), nil, set, split, adapt.Config{})
	if err != nil {
		t.Fatal(err)
	}
	known := latpred.SourcesOf(p)
	if len(known) != 1 || known[0].DataHash != set.Hash() || known[0].Split.Train != 40 || known[0].Split.Test != 750 || known[0].Split.Rows != 5000 {
		t.Errorf("%+v", known)
	}
}
