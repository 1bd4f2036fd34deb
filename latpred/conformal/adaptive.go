package conformal

import (
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/random"
)

// Adaptive keeps the coverage of intervals on a device that drifts (Gibbs and Candès,
// 2021): each miss makes the next intervals wider, each hit a little narrower. One
// goroutine at a time may use it.
type Adaptive struct {
	Level  float64 // target coverage, above 0 and below 1
	split  Split   // its Scores are those of latest
	miss   float64 // working miscoverage level α_t of the paper: intervals are made for 1 − miss
	latest []float64
}

const (
	adaptiveRate   = .02 // step size γ of the paper
	adaptiveScores = 500 // number of latest scores in use
)

// Adapt returns an Adaptive for a target level, above 0 and below 1. It starts from the
// scores of the last 500 calibration rows, or from all if there are fewer: rows must have
// been in the order of measurement. If the order is not known (Split.Ranks), it starts from
// 500 scores drawn at random, always the same. s is not changed.
func (s *Split) Adapt(level float64) *Adaptive {
	ranks := s.Ranks
	if ranks == nil {
		ranks = random.Stream(1, "conformal.Adapt").Perm(len(s.Scores))
	}
	ranks = ranks[max(0, len(ranks)-adaptiveScores):]
	a := &Adaptive{Level: level, split: *s, miss: 1 - level}
	for _, rank := range ranks {
		a.latest = append(a.latest, s.Scores[rank])
	}
	a.split.Scores, a.split.Ranks = slices.Sorted(slices.Values(a.latest)), nil
	return a
}

// HalfWidthMs is Split.HalfWidthMs on the latest 500 scores, at the level adjusted by the
// rows observed. It is +Inf while so many of the latest rows were missed that no score
// would be wide enough, as in the paper: the next hits end that.
func (a *Adaptive) HalfWidthMs(predMs, key float64) float64 {
	return a.split.HalfWidthMs(predMs, key, 1-a.miss)
}

// Observe adjusts the level by a measurement, and adds its score. predMs and key are the
// prediction and key that were used for its interval.
func (a *Adaptive) Observe(predMs, wantMs, key float64) {
	missed := 0.0
	if math.Abs(wantMs-predMs) > a.HalfWidthMs(predMs, key) {
		missed = 1
	}
	a.miss += adaptiveRate * (1 - a.Level - missed)
	score := math.Abs(wantMs-predMs) / (math.Abs(predMs) * a.split.Scales[a.split.bin(key)])
	a.latest = append(a.latest, score)
	at, _ := slices.BinarySearch(a.split.Scores, score)
	a.split.Scores = slices.Insert(a.split.Scores, at, score)
	if len(a.latest) > adaptiveScores {
		at, _ = slices.BinarySearch(a.split.Scores, a.latest[0])
		a.split.Scores, a.latest = slices.Delete(a.split.Scores, at, at+1), a.latest[1:]
	}
}
