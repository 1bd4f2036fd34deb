package conformal_test

import (
	"math"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/conformal"
)

// byKey calibrates on rows of 10 ms that are off by a tenth of a millisecond.
func byKey(t *testing.T, key []float64, bins int) *conformal.Split {
	t.Helper()
	pred, want := make([]float64, len(key)), make([]float64, len(key))
	for i := range key {
		pred[i], want[i] = 10, 10.1
	}
	s, err := conformal.Calibrate(pred, want, key, bins)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
	return s
}

// Bins have as many rows each as can be, 40 at least, and none is empty: keys that are
// equal are in one bin.
func TestBins(t *testing.T) {
	upTo := func(n int) []float64 {
		var key []float64
		for i := range n {
			key = append(key, float64(i))
		}
		return key
	}
	for _, c := range []struct {
		name  string
		key   []float64
		bins  int
		edges []float64
	}{
		{"as many as asked for", upTo(200), 4, []float64{50, 100, 150}},
		{"as many as there are rows for", upTo(159), 4, []float64{53, 106}},
		{"too few for two", upTo(79), 4, nil},
		{"one", upTo(200), 1, nil},
		{"all equal", make([]float64, 200), 4, nil},
		{"two keys", append(make([]float64, 50), slices.Repeat([]float64{1}, 150)...), 4, []float64{1}},
	} {
		if s := byKey(t, c.key, c.bins); !slices.Equal(s.Edges, c.edges) || len(s.Scales) != len(c.edges)+1 {
			t.Errorf("%s: edges %v, want %v", c.name, s.Edges, c.edges)
		}
	}
}

// Each bin has its own scale, and a key at an edge belongs to the bin above.
func TestScalesOfBins(t *testing.T) {
	var pred, want, key []float64
	for i := range 100 {
		e := .1
		if i >= 50 {
			e = .4
		}
		pred, want, key = append(pred, 10), append(want, 10+e), append(key, float64(i))
	}
	s, err := conformal.Calibrate(pred, want, key, 2)
	if err != nil {
		t.Fatal(err)
	}
	for at, ms := range map[float64]float64{-5: .1, 0: .1, 49.9: .1, 50: .4, 1000: .4} {
		if w := s.HalfWidthMs(10, at, .9); math.Abs(w-ms) > 1e-9 {
			t.Errorf("key %v: %v ms, want %v", at, w, ms)
		}
	}
}

// Predictions without an error have intervals without a width.
func TestNoErrors(t *testing.T) {
	pred := []float64{1, 2, 3, 4}
	s, err := conformal.Calibrate(pred, pred, pred, 1)
	if err != nil {
		t.Fatal(err)
	}
	if w := s.HalfWidthMs(5, 5, .5); w != 0 || s.Validate() != nil {
		t.Errorf("%v ms, %v", w, s)
	}
}

// The oldest of 500 scores make room for new ones. The first 50 rows have scores of 100, the
// others of 1; 50 rows of score 2 take the place of the first. They are hits, and raise α
// from .01 to .02: of 500 scores the 491st is a 2, though of 550 the 540th would be 100.
func TestOldScoresAreForgotten(t *testing.T) {
	s := &conformal.Split{Scales: []float64{1}}
	for i := range 500 {
		score := 1.0
		if i >= 450 {
			score = 100
		}
		s.Scores, s.Ranks = append(s.Scores, score), append(s.Ranks, (i+450)%500)
	}
	a := s.Adapt(.99)
	if w := a.HalfWidthMs(1, 0); w != 100 {
		t.Errorf("at first %v", w)
	}
	for range 50 {
		a.Observe(1, 3, 0)
	}
	if w := a.HalfWidthMs(1, 0); w != 2 {
		t.Errorf("afterwards %v", w)
	}
}
