package conformal_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ofalat/ofalat/latpred/conformal"
	"github.com/ofalat/ofalat/latpred/random"
)

// rows draws predictions whose errors are five times as large below 20 ms.
func rows(rng *rand.Rand, n int, drift float64) (pred, want []float64) {
	for range n {
		p := 10 + 20*rng.Float64()
		sd := .01
		if p < 20 {
			sd = .05
		}
		pred, want = append(pred, p), append(want, p*(1+drift+sd*rng.NormFloat64()))
	}
	return pred, want
}

func TestCoverageInEachBin(t *testing.T) {
	rng := random.Stream(1, "conformal")
	pred, want := rows(rng, 2000, 0)
	s, err := conformal.Calibrate(pred, want, pred, 4)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
	pred, want = rows(rng, 20000, 0)
	for _, level := range []float64{.5, .9, .99} {
		var hit, n [2]float64
		for i, p := range pred {
			side := 0
			if p < 20 {
				side = 1
			}
			n[side]++
			if math.Abs(want[i]-p) <= s.HalfWidthMs(p, p, level) {
				hit[side]++
			}
		}
		for side := range n {
			// standard error of the calibration: sqrt(.25/1000) = .016
			if share := hit[side] / n[side]; math.Abs(share-level) > .04 {
				t.Errorf("level %v, side %d: %v", level, side, share)
			}
		}
	}
}

func TestAdaptiveFollowsDrift(t *testing.T) {
	rng := random.Stream(2, "conformal")
	pred, want := rows(rng, 500, 0)
	s, err := conformal.Calibrate(pred, want, pred, 4)
	if err != nil {
		t.Fatal(err)
	}
	a := s.Adapt(.9)
	pred, want = rows(rng, 3000, .03)
	var hit, static float64
	for i, p := range pred {
		if math.Abs(want[i]-p) <= a.HalfWidthMs(p, p) {
			hit++
		}
		if math.Abs(want[i]-p) <= s.HalfWidthMs(p, p, .9) {
			static++
		}
		a.Observe(p, want[i], p)
	}
	if share := hit / 3000; math.Abs(share-.9) > .02 {
		t.Errorf("under drift %v of rows are covered", share)
	}
	if static/3000 > .7 {
		t.Errorf("the static interval covers %v: the drift tests nothing", static/3000)
	}
}

func TestFewRows(t *testing.T) {
	if _, err := conformal.Calibrate([]float64{1, 2}, []float64{1, 2}, []float64{1, 2}, 3); err == nil {
		t.Error("two rows calibrate")
	}
	s, err := conformal.Calibrate([]float64{10, 10, 10}, []float64{11, 10, 9}, []float64{1, 1, 1}, 3)
	if err != nil || s.HalfWidthMs(10, 1, .5) != 1 {
		t.Errorf("half of three rows: %v, %v, want 1 ms", s, err)
	}
	if !math.IsInf(s.HalfWidthMs(10, 1, .95), 1) {
		t.Error("three rows promise 95 %")
	}
	for name, s := range map[string]*conformal.Split{"scales": {Scores: []float64{1, 2, 3}}, "order": {Scales: []float64{1}, Scores: []float64{3, 2, 1}},
		"ranks":   {Scales: []float64{1}, Scores: []float64{1, 2, 3}, Ranks: []int{0, 1, 1}},
		"lengths": {Scales: []float64{1}, Scores: []float64{1, 2, 3}, Ranks: []int{0, 1}},
		"edges":   {Edges: []float64{2, 1}, Scales: []float64{1, 1, 1}, Scores: []float64{1, 2, 3}},
		"two":     {Scales: []float64{1}, Scores: []float64{1, 2}},
		"minus":   {Scales: []float64{1}, Scores: []float64{-1, 2, 3}},
		"large":   {Scales: []float64{1}, Scores: []float64{1, 2, math.Inf(1)}},
		"NaN":     {Scales: []float64{math.NaN()}, Scores: []float64{1, 2, 3}}} {
		if s.Validate() == nil {
			t.Errorf("%s: valid", name)
		}
	}
}

// With more calibration rows than Adaptive uses, and exchangeable rows, the level holds
// from the first row to the last: scores of the calibration are in no other order than
// those that follow. Of a calibration whose order is not known too.
func TestAdaptiveAtEachPosition(t *testing.T) {
	for name, forget := range map[string]bool{"in order": false, "order not known": true} {
		rng := random.Stream(5, "positions")
		const cases, followed, width = 60, 1000, 50
		hit := make([]float64, followed/width)
		for range cases {
			pred, want := rows(rng, 1500, 0)
			s, err := conformal.Calibrate(pred, want, pred, 4)
			if err != nil {
				t.Fatal(err)
			}
			if forget {
				s.Ranks = nil
			}
			a := s.Adapt(.9)
			pred, want = rows(rng, followed, 0)
			for i, p := range pred {
				if math.Abs(want[i]-p) <= a.HalfWidthMs(p, p) {
					hit[i/width]++
				}
				a.Observe(p, want[i], p)
			}
		}
		for part, n := range hit { // 3,000 rows each: standard error .0055, and the level's own variation
			if share := n / (cases * width); math.Abs(share-.9) > .02 {
				t.Errorf("%s: rows %d to %d: %v", name, part*width, (part+1)*width-1, share)
			}
		}
	}
}

// Only the latest rows count, in the order of measurement: of a device whose errors are a
// tenth since 500 rows, the wide ones are forgotten, and of one whose errors have grown,
// the narrow ones.
func TestAdaptStartsFromTheLatestRows(t *testing.T) {
	for name, late := range map[string]float64{"smaller": .1, "larger": 10} {
		var pred, want []float64
		for i := range 1500 {
			e := .001 * float64(1+i%500)
			if i >= 1000 {
				e *= late
			}
			pred, want = append(pred, 10), append(want, 10*(1+e))
		}
		s, err := conformal.Calibrate(pred, want, pred, 1)
		if err != nil {
			t.Fatal(err)
		}
		if w := s.Adapt(.9).HalfWidthMs(10, 10); math.Abs(w/(10*.451*late)-1) > 1e-9 { // the 451st of 500
			t.Errorf("%s: %v, want %v", name, w, 10*.451*late)
		}
		a := s.Adapt(.9)
		for range 500 {
			a.Observe(10, 10.5, 10)
		}
		if w := a.HalfWidthMs(10, 10); math.Abs(w-.5) > 1e-9 {
			t.Errorf("%s, after 500 rows that were all off by .5 ms: %v", name, w)
		}
	}
}
