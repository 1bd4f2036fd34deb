package conformal

import (
	"math"
	"slices"
)

// Adaptive keeps an interval's promise on a device that drifts: after each miss it
// promises more, after each hit a little less.
type Adaptive struct {
	Level  float64 // promised
	split  Split
	miss   float64 // level of misses that is asked of the scores now
	scores []float64
}

// Steps of Adaptive: how fast the level follows, and how many scores are kept.
const (
	adaptiveRate   = .02
	adaptiveScores = 500
)

// Adapt starts from a calibration.
func (s *Split) Adapt(level float64) *Adaptive {
	return &Adaptive{Level: level, split: *s, miss: 1 - level, scores: append([]float64(nil), s.Scores...)}
}

// HalfWidthMs is Split.HalfWidthMs at the level that experience asks for.
func (a *Adaptive) HalfWidthMs(predMs, key float64) float64 {
	now := a.split
	now.Scores = sortedTail(a.scores, adaptiveScores)
	return now.HalfWidthMs(predMs, key, min(.999, max(.001, 1-a.miss)))
}

// Observe takes in a measurement.
func (a *Adaptive) Observe(predMs, wantMs, key float64) {
	missed := 0.0
	if math.Abs(wantMs-predMs) > a.HalfWidthMs(predMs, key) {
		missed = 1
	}
	a.miss += adaptiveRate * (1 - a.Level - missed)
	a.scores = append(a.scores, math.Abs(wantMs-predMs)/(math.Abs(predMs)*a.split.Scales[a.split.bin(key)]))
}

func sortedTail(values []float64, n int) []float64 {
	tail := append([]float64(nil), values[max(0, len(values)-n):]...)
	slices.Sort(tail)
	return tail
}
