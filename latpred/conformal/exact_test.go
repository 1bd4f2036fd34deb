package conformal_test

import (
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred/conformal"
	"github.com/ofalat/ofalat/latpred/random"
)

// Of exchangeable rows, a new one is below the k-th smallest of n scores in k of n+1
// cases, whatever the errors' distribution: with 19 rows a level of .9 is held in 18 of
// 20, here by errors with a heavy tail.
func TestCoverageIsThatOfRanks(t *testing.T) {
	rng := random.Stream(3, "ranks")
	draw := func() float64 { return 10 * (1 + .01*rng.NormFloat64()/math.Sqrt(.05+rng.Float64())) }
	const cases = 20000
	hits := map[float64]float64{}
	for range cases {
		pred, want := make([]float64, 19), make([]float64, 19)
		for i := range pred {
			pred[i], want[i] = 10, draw()
		}
		s, err := conformal.Calibrate(pred, want, pred, 1)
		if err != nil {
			t.Fatal(err)
		}
		y := draw()
		for _, level := range []float64{.5, .9, .95} {
			if math.Abs(y-10) <= s.HalfWidthMs(10, 10, level) {
				hits[level]++
			}
		}
	}
	for level, want := range map[float64]float64{.5: .5, .9: .9, .95: .95} { // 10, 18 and 19 of 20
		if share := hits[level] / cases; math.Abs(share-want) > .008 { // 3 standard errors: .0106·√(p(1−p)/…)
			t.Errorf("level %v: %v of the cases, want %v", level, share, want)
		}
	}
}

// By hand: relative errors of 1, 2, 3 and 4 %. The usual error is the median of its bin,
// 3 %; scores are ⅓, ⅔, 1 and 4/3. Of four scores a level of .5 takes the third,
// ⌈5 · .5⌉; a level of .95 the fifth, which there is not: the largest, times 5/4.
func TestFactorByHand(t *testing.T) {
	pred := []float64{100, 100, 100, 100}
	s, err := conformal.Calibrate(pred, []float64{101, 98, 103, 96}, pred, 1)
	if err != nil {
		t.Fatal(err)
	}
	for level, want := range map[float64]float64{.5: 3, .2: 1, .8: 4, .95: 4 * 5. / 4} {
		if w := s.HalfWidthMs(100, 100, level); math.Abs(w-want) > 1e-9 {
			t.Errorf("level %v: %v ms, want %v", level, w, want)
		}
		if w := s.HalfWidthMs(-50, 100, level); math.Abs(w-want/2) > 1e-9 {
			t.Errorf("level %v of half as much: %v ms, want %v", level, w, want/2)
		}
	}
}

// Units and the order of rows do not matter.
func TestUnitsAndOrder(t *testing.T) {
	rng := random.Stream(4, "units")
	pred, want := rows(rng, 300, 0)
	one, err := conformal.Calibrate(pred, want, pred, 4)
	if err != nil {
		t.Fatal(err)
	}
	p, w := make([]float64, 300), make([]float64, 300)
	for i, at := range rng.Perm(300) {
		p[i], w[i] = 1000*pred[at], 1000*want[at]
	}
	two, err := conformal.Calibrate(p, w, p, 4)
	if err != nil {
		t.Fatal(err)
	}
	for _, ms := range []float64{11, 15, 19.5, 25, 29} {
		if a, b := one.HalfWidthMs(ms, ms, .9), two.HalfWidthMs(1000*ms, 1000*ms, .9); math.Abs(b/a/1000-1) > 1e-9 {
			t.Errorf("%v ms and %v µs", a, b)
		}
	}
}

// Each miss makes the next interval wider, each hit a little narrower: the level asked of
// the scores moves by .02 of what was missed.
func TestAdaptiveStep(t *testing.T) {
	scores := make([]float64, 999)
	for i := range scores {
		scores[i] = float64(i + 1)
	}
	s := &conformal.Split{Scales: []float64{.001}, Scores: scores}
	a := s.Adapt(.9)
	before := a.HalfWidthMs(1, 0)
	a.Observe(1, 1000, 0)
	wider := a.HalfWidthMs(1, 0)
	a.Observe(1, 1, 0)
	if narrower := a.HalfWidthMs(1, 0); !(wider > before && narrower < wider) {
		t.Errorf("half widths %v, after a miss %v, after a hit %v", before, wider, narrower)
	}
}

// The quantile of |z| that scipy.stats.halfnorm.ppf gives.
func TestNormalQuantile(t *testing.T) {
	for p, want := range map[float64]float64{.5: .6744897501960817, .9: 1.6448536269514722, .6826894921370859: 1} {
		if q := conformal.NormalQuantile(p); math.Abs(q-want) > 1e-9 {
			t.Errorf("of %v: %v, want %v", p, q, want)
		}
	}
}
