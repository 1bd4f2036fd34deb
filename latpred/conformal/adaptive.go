package conformal

import (
	"math"
	"slices"
)

// Adaptive keeps the coverage of intervals on a device that drifts (Gibbs and Candès,
// 2021): each miss makes the next intervals wider, each hit a little narrower. One
// goroutine at a time may use it.
type Adaptive struct {
	Level  float64 // target coverage, above 0 and below 1
	split  Split
	miss   float64   // working miscoverage level α_t of the paper: intervals are made for 1 − miss
	scores []float64 // those of the calibration, then of the rows observed
}

const (
	adaptiveRate   = .02 // step size γ of the paper
	adaptiveScores = 500 // number of latest scores in use
)

// Adapt returns an Adaptive for a target level, above 0 and below 1, that starts from s.
// s is not changed.
func (s *Split) Adapt(level float64) *Adaptive {
	return &Adaptive{Level: level, split: *s, miss: 1 - level, scores: append([]float64(nil), s.Scores...)}
}

// HalfWidthMs is Split.HalfWidthMs on the latest 500 scores, at the level adjusted by the
// rows observed.
func (a *Adaptive) HalfWidthMs(predMs, key float64) float64 {
	now := a.split
	now.Scores = sortedTail(a.scores, adaptiveScores)
	return now.HalfWidthMs(predMs, key, min(.999, max(.001, 1-a.miss)))
}

// Observe adjusts the level by a measurement, and adds its score. predMs and key are the
// prediction and key that were used for its interval.
func (a *Adaptive) Observe(predMs, wantMs, key float64) {
	missed := 0.0
	if math.Abs(wantMs-predMs) > a.HalfWidthMs(predMs, key) {
		missed = 1
	}
	a.miss += adaptiveRate * (1 - a.Level - missed)
	a.scores = append(a.scores, math.Abs(wantMs-predMs)/(math.Abs(predMs)*a.split.Scales[a.split.bin(key)]))
}

// sortedTail returns the last n values, or all if there are fewer, ascending.
func sortedTail(values []float64, n int) []float64 {
	tail := append([]float64(nil), values[max(0, len(values)-n):]...)
	slices.Sort(tail)
	return tail
}
