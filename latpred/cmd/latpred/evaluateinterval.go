package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/metric"
	"gonum.org/v1/gonum/stat"
)

// intervalScores say whether an interval keeps its promise.
type intervalScores struct {
	Level            float64   `json:"level"`
	Highest          float64   `json:"highest_level,omitempty"` // that the predictor's rows support; absent: not told
	StandsFor        float64   `json:"stands_for,omitempty"`    // level whose bounds they are, if not Level: rows support levels in steps
	Unsupported      bool      `json:"unsupported,omitempty"`   // Level is above it
	CoveragePercent  float64   `json:"coverage_percent"`
	WidthMs          float64   `json:"mean_width_ms"`               // of the intervals that have an end
	UnboundedPercent float64   `json:"unbounded_percent,omitempty"` // of the rows have one without: too few rows for the level
	BinsPercent      []float64 `json:"coverage_by_fifth_percent"`   // of the predictions, the shortest first
}

// rests notes what the predictor says of the level.
func (s *intervalScores) rests(p latpred.Predictor) {
	if b, ok := p.(latpred.BackedIntervals); ok {
		backing := b.Backing()
		s.Highest, s.Unsupported = backing.Highest(), !backing.Supports(s.Level)
		if stands := backing.Level(s.Level); !s.Unsupported && stands > s.Level+1e-9 {
			s.StandsFor = stands
		}
	}
}

// backing says in a line of output that the level is above what rows support, or what it
// stands for where that differs by a tenth of a per cent.
func (s *intervalScores) backing() string {
	if s.Unsupported {
		return " (not backed by measurements)"
	}
	if s.StandsFor >= s.Level+.001 {
		return fmt.Sprintf(" (that of %.1f %%)", 100*s.StandsFor)
	}
	return ""
}

// judgeInterval gives coverage over all, and by fifths of the predictions.
func judgeInterval(level float64, pred, low, high, want []float64) *intervalScores {
	share, _ := metric.Coverage(low, high, want)
	s := &intervalScores{Level: level, CoveragePercent: metric.Percent(share)}
	s.WidthMs, s.UnboundedPercent = widths(low, high)
	order := make([]int, len(pred))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(pred[a], pred[b]) })
	bins := min(5, len(order))
	for b := range bins {
		var l, h, w []float64
		for _, i := range order[b*len(order)/bins : (b+1)*len(order)/bins] {
			l, h, w = append(l, low[i]), append(h, high[i]), append(w, want[i])
		}
		share, _ := metric.Coverage(l, h, w)
		s.BinsPercent = append(s.BinsPercent, metric.Percent(share))
	}
	return s
}

// widths gives the mean width of the intervals that have an end, 0 if none has, and the
// percentage of those without.
func widths(low, high []float64) (mean, unboundedPercent float64) {
	var bounded []float64
	for i := range low {
		if w := high[i] - low[i]; !math.IsInf(w, 0) {
			bounded = append(bounded, w)
		}
	}
	if len(bounded) > 0 {
		mean = stat.Mean(bounded, nil)
	}
	return mean, metric.Percent(float64(len(low)-len(bounded)) / float64(len(low)))
}
