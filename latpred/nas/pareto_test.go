package nas

import (
	"math"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// ranked is a population of four fronts, by hand. The first is (1, .1), (2, .3), (4, .5),
// (7, .6), (9, .9), 8 ms wide and .8 high; the second (3, .2), a copy of (4, .5), which is not
// better than its original, and (8, .55); the third (5, .4), which the copy dominates; the
// last (6, .3). Of three in a front the middle one has both whole sides around it, 2.
var ranked = []struct {
	Candidate
	want fitness
}{
	{Candidate{LatencyMs: 6, Accuracy: .3}, fitness{3, math.Inf(1)}},
	{Candidate{LatencyMs: 4, Accuracy: .5}, fitness{0, (7.-2)/8 + (.6-.3)/.8}},
	{Candidate{LatencyMs: 9, Accuracy: .9}, fitness{0, math.Inf(1)}},
	{Candidate{LatencyMs: 3, Accuracy: .2}, fitness{1, math.Inf(1)}},
	{Candidate{LatencyMs: 8, Accuracy: .55}, fitness{1, math.Inf(1)}},
	{Candidate{LatencyMs: 2, Accuracy: .3}, fitness{0, (4.-1)/8 + (.5-.1)/.8}},
	{Candidate{LatencyMs: 1, Accuracy: .1}, fitness{0, math.Inf(1)}},
	{Candidate{LatencyMs: 4, Accuracy: .5}, fitness{1, 2}},
	{Candidate{LatencyMs: 7, Accuracy: .6}, fitness{0, (9.-4)/8 + (.9-.5)/.8}},
	{Candidate{LatencyMs: 5, Accuracy: .4}, fitness{2, math.Inf(1)}},
}

func populationOfRanked() (list []Candidate) {
	for _, r := range ranked {
		list = append(list, r.Candidate)
	}
	return list
}

func TestFitnessByHand(t *testing.T) {
	for _, unit := range []float64{1, 1e-3, 1e3} { // neither depends on the unit of latency
		population := populationOfRanked()
		for i := range population {
			population[i].LatencyMs *= unit
		}
		for i, got := range fitnessOf(population) {
			want := ranked[i].want
			if got.front != want.front || got.crowding != want.crowding && math.Abs(got.crowding-want.crowding) > 1e-12 {
				t.Errorf("(%v, %v) in units of %v ms: %+v, want %+v", ranked[i].LatencyMs, ranked[i].Accuracy, 1/unit, got, want)
			}
		}
	}
	for _, c := range []struct {
		f, g fitness
		want bool
	}{
		{fitness{0, 1}, fitness{1, 2}, true}, {fitness{1, 2}, fitness{0, 1}, false},
		{fitness{1, 2}, fitness{1, 1}, true}, {fitness{1, 1}, fitness{1, 2}, false}, {fitness{1, 1}, fitness{1, 1}, false},
	} {
		if c.f.better(c.g) != c.want {
			t.Errorf("%+v before %+v: %v", c.f, c.g, !c.want)
		}
	}
}

// The fittest of the population above: ends of the first front, its others by crowding, the
// second front, the others; a copy comes last whatever its front. Equals keep their order.
func TestSurvivorsByHand(t *testing.T) {
	want := []Candidate{
		{LatencyMs: 9, Accuracy: .9}, {LatencyMs: 1, Accuracy: .1}, {LatencyMs: 7, Accuracy: .6}, {LatencyMs: 4, Accuracy: .5}, {LatencyMs: 2, Accuracy: .3},
		{LatencyMs: 3, Accuracy: .2}, {LatencyMs: 8, Accuracy: .55}, {LatencyMs: 5, Accuracy: .4}, {LatencyMs: 6, Accuracy: .3}, {LatencyMs: 4, Accuracy: .5},
	}
	for n := range len(want) + 1 {
		if got := survivors(populationOfRanked(), n); !slices.Equal(got, want[:n]) {
			t.Errorf("%d survivors %v, want %v", n, got, want[:n])
		}
	}
}

// Of two networks, one dominated, a tournament takes the better three times in four. Without
// mutation children are copies of the winners: of 2,000, 1,500 ± 5 √(2·2,000·3/16), for the
// winners are drawn and then their children.
func TestTournament(t *testing.T) {
	s := wide(t)
	e := &evolution{
		ctx: t.Context(), rng: random.Stream(1, "tournament"), result: &Result{},
		config:   Config{Space: s, LimitMs: math.Inf(1), Population: 2000, MutationRatio: 0.75},
		latency:  func(dst []float64, archs []space.Arch) error { return nil },
		accuracy: func(dst []float64, archs []space.Arch) error { return nil },
	}
	good, bad := s.Smallest(), s.Largest()
	population := make([]Candidate, 2000)
	fit := make([]fitness, 2000)
	for i := range population {
		population[i] = Candidate{Arch: good}
		if i%2 == 0 {
			population[i].Arch, fit[i].front = bad, 1
		}
	}
	children, err := e.offspring(fit, population)
	if err != nil || len(children) != 2000 {
		t.Fatalf("%d children, %v", len(children), err)
	}
	count := 0
	for _, c := range children[:1500] { // by mutation; the others are crossed
		if c.Arch == good {
			count++
		} else if c.Arch != bad {
			t.Fatalf("a child %s without mutation", c.Arch)
		}
	}
	if count < 1125-120 || count > 1125+120 {
		t.Errorf("%d of 1,500 mutants are of the better network, want about 1,125", count)
	}
	for i, c := range children[1500:] {
		if c.Arch != good && c.Arch != bad {
			return // a crossover of the two
		}
		if i == 499 {
			t.Error("no crossover among the children")
		}
	}
}

func wide(t *testing.T) *space.Space {
	t.Helper()
	s, err := space.ByID("mbv3-w1.2")
	if err != nil {
		t.Fatal(err)
	}
	return s
}
