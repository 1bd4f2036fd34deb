package conformal

import (
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/metric"
)

// Split is a calibration by rows kept apart (split conformal prediction).
type Split struct {
	Edges  []float64 `json:"edges,omitempty"` // between bins of the key, ascending
	Scales []float64 `json:"scales"`          // usual relative error in each bin: one more than edges
	Scores []float64 `json:"scores"`          // of the calibration rows, ascending
}

// rowsPerBin is how many rows a bin must have to have a scale of its own.
const rowsPerBin = 40

// Calibrate makes intervals from predictions and measurements of rows that were
// not trained on. key sorts rows into at most bins bins of like rows, such as by
// their predicted size; it has the rows' length, and fewer rows have fewer bins.
// It errs where there are fewer than 3 rows; lengths that differ panic.
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
	for i, k := range key {
		s.Scores = append(s.Scores, relative[i]/s.Scales[s.bin(k)])
	}
	slices.Sort(s.Scores)
	return s, nil
}

func (s *Split) bin(key float64) int {
	b := 0
	for b < len(s.Edges) && key >= s.Edges[b] {
		b++
	}
	return b
}

// Validate says what is wrong with a calibration that was read from a file.
func (s *Split) Validate() error {
	if len(s.Scales) != len(s.Edges)+1 || len(s.Scores) < 3 || !slices.IsSorted(s.Scores) || !slices.IsSorted(s.Edges) {
		return fmt.Errorf("conformal: calibration of %d edges, %d scales and %d scores", len(s.Edges), len(s.Scales), len(s.Scores))
	}
	for _, v := range slices.Concat(s.Scales, s.Scores) {
		if !(v >= 0) || math.IsInf(v, 0) {
			return fmt.Errorf("conformal: calibration holds %v", v)
		}
	}
	return nil
}

// Factor is the score below which a share level of rows stays: the ⌈(n+1)·level⌉th
// smallest. Where the rows are too few for the level it is the largest, times how
// much too few they are.
func (s *Split) Factor(level float64) float64 {
	n := len(s.Scores)
	rank := int(math.Ceil(float64(n+1) * level))
	if rank > n {
		return s.Scores[n-1] * float64(rank) / float64(n)
	}
	return s.Scores[max(0, rank-1)]
}

// HalfWidthMs is half the width of the interval around a prediction whose key is
// given, at a level above 0 and below 1.
func (s *Split) HalfWidthMs(predMs, key, level float64) float64 {
	return math.Abs(predMs) * s.Scales[s.bin(key)] * s.Factor(level)
}

// NormalQuantile is the quantile of the absolute value of a standard normal.
func NormalQuantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(p) }
