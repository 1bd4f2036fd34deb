package nas_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/nas"
	"github.com/ofalat/ofalat/latpred/random"
)

func candidates(rng *rand.Rand, n int) []nas.Candidate {
	out := make([]nas.Candidate, n)
	for i := range out { // on a grid, so that there are equals
		out[i] = nas.Candidate{LatencyMs: float64(1 + rng.IntN(12)), Accuracy: float64(rng.IntN(12)) / 12}
	}
	return out
}

func beats(a, b nas.Candidate) bool {
	return a.LatencyMs <= b.LatencyMs && a.Accuracy >= b.Accuracy && (a.LatencyMs < b.LatencyMs || a.Accuracy > b.Accuracy)
}

func TestFrontAgainstBruteForce(t *testing.T) {
	rng := random.Stream(1, "front")
	for range 300 {
		all := candidates(rng, 1+rng.IntN(40))
		var want []nas.Candidate
		for _, c := range all {
			if !slices.ContainsFunc(all, func(o nas.Candidate) bool { return beats(o, c) }) && !slices.Contains(want, c) {
				want = append(want, c)
			}
		}
		slices.SortFunc(want, func(a, b nas.Candidate) int { return int(a.LatencyMs - b.LatencyMs) })
		got := nas.Front(all)
		if !slices.Equal(got, want) {
			t.Fatalf("front of %v:\n%v, want\n%v", all, got, want)
		}
		var area float64 // counted in cells of the grid
		for ms := 1.0; ms < 10; ms++ {
			for k := 2; k < 12; k++ {
				cell := nas.Candidate{LatencyMs: ms, Accuracy: float64(k+1) / 12}
				if slices.ContainsFunc(all, func(c nas.Candidate) bool { return c.LatencyMs <= ms && c.Accuracy >= cell.Accuracy-1e-9 }) {
					area += 1.0 / 12
				}
			}
		}
		if v := nas.Hypervolume(all, 10, 2.0/12); math.Abs(v-area) > 1e-9 {
			t.Fatalf("hypervolume of %v: %v, want %v", got, v, area)
		}
	}
	if v := nas.Hypervolume([]nas.Candidate{{LatencyMs: 10, Accuracy: 0.5}, {LatencyMs: 20, Accuracy: 0.75}}, 40, 0.25); v != 10*0.25+20*0.5 {
		t.Errorf("by hand: %v, want 12.5", v)
	}
	if nas.Front([]nas.Candidate{{LatencyMs: math.NaN(), Accuracy: 1}}) != nil {
		t.Error("a latency that is no number is on the front")
	}
}
