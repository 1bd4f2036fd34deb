package figure

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Held draws predicted over measured latencies, both in milliseconds, with the interval of
// each prediction, in one colour where it holds the measurement and in another where it does
// not, and the line where predictions are exact. The slices must have the same length, at
// least 1, and the ends of intervals must be finite.
func Held(title string, predMs, lowMs, highMs, measuredMs []float64) (*plot.Plot, error) {
	n := len(predMs)
	if n == 0 || len(lowMs) != n || len(highMs) != n || len(measuredMs) != n {
		return nil, fmt.Errorf("figure: %d predictions, %d and %d ends of intervals and %d measurements", n, len(lowMs), len(highMs), len(measuredMs))
	}
	p := New(title, "measured latency (ms)", "predicted latency (ms)")
	from, to := math.Inf(1), math.Inf(-1)
	var parts [2]intervals
	for i, ms := range measuredMs {
		from, to = min(from, ms), max(to, ms)
		part := &parts[0]
		if ms < lowMs[i] || ms > highMs[i] {
			part = &parts[1]
		}
		part.XYs = append(part.XYs, plotter.XY{X: ms, Y: predMs[i]})
		part.YErrors = append(part.YErrors, struct{ Low, High float64 }{lowMs[i] - predMs[i], highMs[i] - predMs[i]})
	}
	for i, name := range []string{"the interval holds the measurement", "it does not"} {
		if len(parts[i].XYs) == 0 {
			continue
		}
		bars, err := plotter.NewYErrorBars(parts[i])
		if err != nil {
			return nil, err
		}
		bars.CapWidth, bars.LineStyle.Color, bars.LineStyle.Width = 0, soft(colour(i), 110), vg.Points(.8)
		p.Add(bars)
		if err := points(p, name, parts[i].XYs, colour(i), draw.CircleGlyph{}, vg.Points(1.8)); err != nil {
			return nil, err
		}
	}
	if err := line(p, "exact", plotter.XYs{{X: from, Y: from}, {X: to, Y: to}}, Palette[6], false); err != nil {
		return nil, err
	}
	p.Legend.Left = true
	headroom(p, 3)
	return p, nil
}

// intervals are points with the ends of intervals, relative to them.
type intervals struct {
	plotter.XYs
	plotter.YErrors
}
