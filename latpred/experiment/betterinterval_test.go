package experiment

import (
	"testing"

	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
)

// Coverage is of the test rows, a share for each level, larger for higher levels, and the mean
// over the draws.
func TestCoverage(t *testing.T) {
	s := shotAt(t, simulated.Device{LayerMs: .06, GMACs: 40, GValues: 5, Large: .1, NoisePart: .02}, 8)
	s.test, s.draws = s.test[:100], 2
	b := &betterRun{runner: runnerOf(t, Quick), draws: 2}
	held := func() []float64 {
		held, err := b.coverage(s, adapt.Config{NoQueue: true, NoForecast: true})
		if err != nil {
			t.Fatal(err)
		}
		return held
	}
	usual := held()
	for k := range intervalLevels {
		if k > 0 && !(usual[k] >= usual[k-1] && usual[k] > usual[0]) {
			t.Errorf("levels %v: %v", intervalLevels, usual)
		}
	}
	s.draws = 1
	first := held()
	if second := 2*usual[0] - first[0]; second < 0 || second > 1 || second == first[0] {
		t.Errorf("mean of two draws %v, the first %v", usual[0], first[0])
	}
}

// Every default source is a set of one laboratory, so that each is left out once.
func TestLaboratories(t *testing.T) {
	seen := map[string]int{}
	for _, lab := range laboratories {
		for _, name := range lab.sets {
			seen[name]++
			if e, err := catalog.Find(name); err != nil || !e.IsSource() {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	for _, name := range catalog.SourceNames() {
		if seen[name] != 1 {
			t.Errorf("%s is in %d laboratories", name, seen[name])
		}
	}
}

// By hand: two sets, two levels.
func TestMeanRow(t *testing.T) {
	shares := [][]float64{{40, 90}, {60, 80}}
	if m := meanRow(shares); m[0] != 50 || m[1] != 85 {
		t.Errorf("%v", m)
	}
	if got := shareRange(shares, 1); got != "80 to 90" {
		t.Error(got)
	}
	if got, want := otherLevels([]float64{50, 80, 90, 95}), "of 50, 80 and 95 % intervals: 50, 80 and 95 %"; got != want {
		t.Error(got)
	}
}
