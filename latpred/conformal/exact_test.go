package conformal_test

import (
	"math"
	"slices"
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
// ⌈5 · .5⌉; a level of .8, the highest with a bound, the fourth; one above that a fifth,
// which there is not.
func TestFactorByHand(t *testing.T) {
	pred := []float64{100, 100, 100, 100}
	s, err := conformal.Calibrate(pred, []float64{101, 98, 103, 96}, pred, 1)
	if err != nil {
		t.Fatal(err)
	}
	for level, want := range map[float64]float64{.5: 3, .2: 1, .8: 4, .1: 1} {
		if w := s.HalfWidthMs(100, 100, level); math.Abs(w-want) > 1e-9 {
			t.Errorf("level %v: %v ms, want %v", level, w, want)
		}
		if w := s.HalfWidthMs(-50, 100, level); math.Abs(w-want/2) > 1e-9 {
			t.Errorf("level %v of half as much: %v ms, want %v", level, w, want/2)
		}
	}
	for _, level := range []float64{.80001, .95, 1} {
		if w := s.HalfWidthMs(100, 100, level); !math.IsInf(w, 1) || !math.IsInf(s.HalfWidthMs(0, 100, level), 1) || !math.IsInf(s.Factor(level), 1) {
			t.Errorf("four rows promise level %v: %v ms", level, w)
		}
	}
	if !slices.Equal(s.Ranks, []int{0, 1, 2, 3}) {
		t.Errorf("ranks %v", s.Ranks)
	}
}

// n rows bound levels up to n/(n+1), and no higher one, though products of numbers that
// are not exact come out a little above whole ranks.
func TestHighestLevel(t *testing.T) {
	for n := 3; n < 400; n++ {
		scores := make([]float64, n)
		for i := range scores {
			scores[i] = float64(i + 1)
		}
		s := &conformal.Split{Scales: []float64{1}, Scores: scores}
		for k := 1; k <= n; k++ {
			if f := s.Factor(float64(k) / float64(n+1)); f != float64(k) {
				t.Fatalf("%d of %d scores: %v", k, n, f)
			}
		}
		if f := s.Factor((float64(n) + .001) / float64(n+1)); !math.IsInf(f, 1) {
			t.Fatalf("above the highest level of %d: %v", n, f)
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

// By hand, on scores of 1 to 99 thousandths: a level of .9 takes the 90th of 99. A miss
// lowers α by .02 · .9 to .082, and adds a score of 999: of 100 scores the 93rd,
// ⌈101 · .918⌉. A hit raises α by .02 · .1 to .084, and adds a score of .5: of 101 the
// 94th, ⌈102 · .916⌉, where .5 has moved all up by one.
func TestAdaptiveStep(t *testing.T) {
	scores := make([]float64, 99)
	for i := range scores {
		scores[i] = float64(i + 1)
	}
	a := (&conformal.Split{Scales: []float64{.001}, Scores: scores}).Adapt(.9)
	step := func(want float64) {
		t.Helper()
		if w := a.HalfWidthMs(1, 0); math.Abs(w-want) > 1e-12 {
			t.Errorf("half width %v, want %v", w, want)
		}
	}
	step(.090)
	a.Observe(1, 2, 0)
	step(.093)
	a.Observe(1, 1.0005, 0)
	step(.093)
	for k := range 5 { // α is .084 − 5 · .018 < 0
		a.Observe(1, math.Pow(10, float64(4+k)), 0)
	}
	step(math.Inf(1))
	for range 50 { // nothing is missed: α grows by .002 a row
		a.Observe(1, 1, 0)
	}
	if w := a.HalfWidthMs(1, 0); math.IsInf(w, 0) {
		t.Error("a run of misses never ends")
	}
	if len(scores) != 99 || scores[0] != 1 || scores[98] != 99 {
		t.Error("Adapt changed the scores")
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
