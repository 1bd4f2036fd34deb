package design_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/design"
	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
	"github.com/ofalat/ofalat/latpred/transfer"
)

// card is a source that a simulated card was measured for.
func card(t testing.TB, s *space.Space) []*transfer.Source {
	t.Helper()
	archs := simulated.Archs(s, random.Stream(1, "card"), 300)
	source, err := adapt.FitSource("card", s, archs, simulated.Card.MeasureMs(s, archs, nil))
	if err != nil {
		t.Fatal(err)
	}
	return []*transfer.Source{source}
}

// A longer list continues a shorter one, begins with the plan, and repeats nothing; also where
// the plan ends.
func TestNetworks(t *testing.T) {
	for _, id := range []string{"mbv3-w1.0", "nasbench201"} {
		s := spacetest.ByID(t, id)
		long, err := design.Networks(nil, s, 3, design.Designed+50)
		if err != nil {
			t.Fatal(err)
		}
		short, err := design.Networks(nil, s, 3, 20)
		if err != nil || !slices.Equal(short, long[:20]) {
			t.Errorf("%s: 20 networks are not the first of %d: %v", id, len(long), err)
		}
		plan, err := adapt.Plan(nil, s, random.Stream(3, "plan"), 10)
		if err != nil || !slices.Equal(plan, long[:10]) {
			t.Errorf("%s: the first are not the plan: %v", id, err)
		}
		if again := slices.Clone(long); len(long) != design.Designed+50 || repeats(again) {
			t.Errorf("%s: %d networks, or one twice", id, len(long))
		}
	}
	if _, err := design.Networks(nil, spacetest.ByID(t, "nasbench201"), 1, 0); err == nil {
		t.Error("no networks")
	}
}

func repeats(archs []space.Arch) bool {
	seen := map[space.Arch]bool{}
	for _, a := range archs {
		seen[a] = true
	}
	return len(seen) < len(archs)
}

// Order leaves nothing out, and orders no more than what it looks at.
func TestOrder(t *testing.T) {
	s := spacetest.ByID(t, "mbv3-w1.0")
	sources := card(t, s)
	archs := simulated.Archs(s, random.Stream(2, "list"), 700)
	ordered, err := design.Order(sources, s, append(archs, archs[:9]...))
	if err != nil || len(ordered) != 700 || repeats(ordered) {
		t.Fatalf("%d networks of 700: %v", len(ordered), err)
	}
	if slices.Equal(ordered[:20], archs[:20]) || !slices.Equal(ordered[690:], archs[690:]) {
		t.Error("networks are not in the order of what they tell, and then in theirs")
	}
}

// A campaign on a device like no source ends with an error below its goal, or says how many
// more it would take.
func TestCampaign(t *testing.T) {
	s := spacetest.ByID(t, "mbv3-w1.0")
	sources := card(t, s)
	phone := simulated.Phone
	phone.NoisePart = .005
	const goal = 1.5
	archs, err := design.Networks(sources, s, 1, 200)
	if err != nil {
		t.Fatal(err)
	}
	ms := phone.MeasureMs(s, archs, random.Stream(5, "noise"))
	var asked []int
	var seen []design.Verdict
	c := design.Campaign{Sources: sources, Most: len(archs), Goal: goal, Observe: func(v design.Verdict) { seen = append(seen, v) }}
	c.Measure = func(_ context.Context, n int) (*dataset.Set, error) {
		asked = append(asked, n)
		return setOf(s, archs[:n], ms[:n]), nil
	}
	v, err := c.Run(t.Context())
	if err != nil || !v.Enough || v.Upper > goal || v.Percent > v.Upper || v.Rows < design.Least || v.Rows != asked[len(asked)-1] || len(seen) != len(asked) || asked[0] != design.Least {
		t.Fatalf("%+v after %v: %v", v, asked, err)
	}
	test := simulated.Archs(s, random.Stream(6, "test"), 400)
	p, _, err := adapt.Adapt(t.Context(), sources, setOf(s, archs[:v.Rows], ms[:v.Rows]), adapt.Config{NoForecast: true})
	if err != nil {
		t.Fatal(err)
	}
	pred, true_ := make([]float64, len(test)), simulated.Phone.MeasureMs(s, test, nil)
	if err := p.PredictMs(pred, test); err != nil {
		t.Fatal(err)
	}
	var off float64
	for i := range pred {
		off += 100 * math.Abs(pred[i]-true_[i]) / true_[i] / float64(len(pred))
	}
	if off > goal {
		t.Errorf("%d networks: the error is %.2f %%, wanted %.2f", v.Rows, off, goal)
	}
	t.Logf("%d networks: expected %.2f, up to %.2f; it is %.2f", v.Rows, v.Percent, v.Upper, off)

	// Noise of half a percent allows no fifth of it; with few networks at most that is said.
	c.Goal, c.Most = .1, 40
	asked = nil
	v, err = c.Run(t.Context())
	if err != nil || v.Enough || v.Rows != 40 || asked[len(asked)-1] != 40 || v.MoreRows > 0 && v.GoalRows < v.MoreRows {
		t.Errorf("%+v after %v: %v", v, asked, err)
	}
}

func setOf(s *space.Space, archs []space.Arch, ms []float64) *dataset.Set {
	set := &dataset.Set{Info: dataset.Info{Name: "simulated", SpaceID: s.ID}}
	for i, a := range archs {
		set.Samples = append(set.Samples, dataset.Sample{Arch: a, LatencyMs: ms[i]})
	}
	set.Rows = len(set.Samples)
	return set
}

// What stops measuring stops the campaign, with the verdict so far.
func TestCampaignStops(t *testing.T) {
	s := spacetest.ByID(t, "mbv3-w1.0")
	sources := card(t, s)
	archs, err := design.Networks(sources, s, 1, 60)
	if err != nil {
		t.Fatal(err)
	}
	phone := simulated.Phone
	phone.NoisePart = .05
	ms := phone.MeasureMs(s, archs, random.Stream(5, "noise"))
	broken := errors.New("broken")
	c := design.Campaign{Sources: sources, Most: 60, Goal: .5}
	c.Measure = func(_ context.Context, n int) (*dataset.Set, error) {
		if n > 30 {
			return nil, broken
		}
		return setOf(s, archs[:n-1], ms[:n-1]), nil // one can't be measured
	}
	if v, err := c.Run(t.Context()); !errors.Is(err, broken) || v.Rows != 27 {
		t.Errorf("%+v, %v", v, err)
	}
	c.Goal = 0
	if _, err := c.Run(t.Context()); err == nil {
		t.Error("no goal")
	}
	c.Goal, c.Measure = 2, func(_ context.Context, n int) (*dataset.Set, error) {
		return setOf(s, archs[:n], slices.Repeat([]float64{5}, n)), nil
	}
	if _, err := c.Run(t.Context()); err == nil {
		t.Error("a device on which all networks take as long")
	}
}
