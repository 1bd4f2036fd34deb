package conformal

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/metric"
)

// Split is the result of split conformal calibration: on rows that the predictor was not
// trained on. It is safe for concurrent use as long as it is not changed.
type Split struct {
	Edges  []float64 `json:"edges,omitempty"` // keys that divide the bins, ascending; a key equal to one is in the upper bin
	Scales []float64 `json:"scales"`          // median relative error of each bin: len(Edges)+1
	Scores []float64 `json:"scores"`          // of the calibration rows, ascending; at least 3
	Ranks  []int     `json:"ranks,omitempty"` // of the score of each calibration row, from 0, in the order of the rows; nil: the order is not known
}

// rowsPerBin is how many calibration rows there must be for each bin.
const rowsPerBin = 40

// Calibrate calibrates intervals on predictions and measurements of rows that the
// predictor was not trained on. key has a number for each row, such as its prediction:
// rows are divided by its quantiles into at most bins bins of similar errors, and into
// fewer if there would be fewer than 40 rows for each. Rows should be in the order of
// measurement, for Adapt. Predictions must not be 0. It errs with fewer than 3 rows, and
// panics if the lengths differ.
func Calibrate(predMs, wantMs, key []float64, bins int) (*Split, error) {
	n := len(predMs)
	if n != len(wantMs) || n != len(key) {
		panic("conformal: lengths differ")
	}
	if n < 3 {
		return nil, fmt.Errorf("conformal: %d rows can't calibrate an interval: at least 3 are needed", n)
	}
	relative := make([]float64, n)
	for i := range predMs {
		relative[i] = math.Abs(wantMs[i]-predMs[i]) / math.Abs(predMs[i])
	}
	s := &Split{}
	sorted := slices.Sorted(slices.Values(key))
	bins = max(1, min(bins, n/rowsPerBin))
	for b := 1; b < bins; b++ {
		if e := sorted[b*n/bins]; len(s.Edges) == 0 && e > sorted[0] || len(s.Edges) > 0 && e > s.Edges[len(s.Edges)-1] {
			s.Edges = append(s.Edges, e)
		}
	}
	members := make([][]float64, len(s.Edges)+1)
	for i, k := range key {
		members[s.bin(k)] = append(members[s.bin(k)], relative[i])
	}
	for _, m := range members {
		s.Scales = append(s.Scales, max(1e-9, metric.UpperMedian(m)))
	}
	scores := make([]float64, n)
	for i, k := range key {
		scores[i] = relative[i] / s.Scales[s.bin(k)]
	}
	s.rank(scores)
	return s, nil
}

// rank sets Scores and Ranks from the scores of the rows in their order.
func (s *Split) rank(scores []float64) {
	order := make([]int, len(scores)) // rows, by score
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[a], scores[b]) })
	s.Scores, s.Ranks = make([]float64, len(scores)), make([]int, len(scores))
	for rank, row := range order {
		s.Scores[rank], s.Ranks[row] = scores[row], rank
	}
}

// bin is the index of the bin of a key.
func (s *Split) bin(key float64) int {
	b := 0
	for b < len(s.Edges) && key >= s.Edges[b] {
		b++
	}
	return b
}

// Validate errs if lengths don't fit together, edges or scores are not ascending, a scale
// or score is negative or not finite, or the ranks are not those of as many rows.
func (s *Split) Validate() error {
	if len(s.Scales) != len(s.Edges)+1 || len(s.Scores) < 3 || !slices.IsSorted(s.Scores) || !slices.IsSorted(s.Edges) {
		return fmt.Errorf("conformal: calibration of %d edges, %d scales and %d scores", len(s.Edges), len(s.Scales), len(s.Scores))
	}
	for _, v := range slices.Concat(s.Scales, s.Scores) {
		if !(v >= 0) || math.IsInf(v, 0) {
			return fmt.Errorf("conformal: calibration holds %v", v)
		}
	}
	for want, rank := range slices.Sorted(slices.Values(s.Ranks)) {
		if rank != want || len(s.Ranks) != len(s.Scores) {
			return fmt.Errorf("conformal: %d ranks of %d scores, rank %d in place of %d", len(s.Ranks), len(s.Scores), rank, want)
		}
	}
	return nil
}

// Factor is the conformal quantile of the n scores at a level between 0 and 1: the
// ⌈(n+1)·level⌉th smallest. Above level n/(n+1), where that rank is above n, no score
// bounds new ones, and Factor is +Inf: a level of 0.9 needs 9 rows, 0.99 needs 99.
func (s *Split) Factor(level float64) float64 {
	n := len(s.Scores)
	rank := int(math.Ceil(float64(n+1)*level - rounding))
	if rank > n {
		return math.Inf(1)
	}
	return s.Scores[max(0, rank-1)]
}

// rounding keeps a rank that is whole but for rounding from the next higher one.
const rounding = 1e-9

// HalfWidthMs is the half-width, milliseconds, of the interval around a prediction with
// the given key (see Calibrate), at a level above 0 and below 1. It is +Inf at levels that
// the calibration rows are too few for (see Factor).
func (s *Split) HalfWidthMs(predMs, key, level float64) float64 {
	factor := s.Factor(level)
	if math.IsInf(factor, 1) {
		return factor
	}
	return math.Abs(predMs) * s.Scales[s.bin(key)] * factor
}

// NormalQuantile is the p quantile of the absolute value of a standard normal variable,
// for p from 0 to 1: 1.645 for 0.9.
func NormalQuantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(p) }
