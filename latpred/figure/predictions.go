package figure

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Scatter draws predicted over measured latencies, both in milliseconds: a point for each
// network, the line where they agree, and a band of ±5 %. The slices must have the same
// length, at least 1.
func Scatter(title string, predMs, measuredMs []float64) (*plot.Plot, error) {
	if len(predMs) != len(measuredMs) || len(predMs) == 0 {
		return nil, fmt.Errorf("figure: %d predictions for %d measurements", len(predMs), len(measuredMs))
	}
	p := New(title, "measured latency (ms)", "predicted latency (ms)")
	xys := make(plotter.XYs, len(predMs))
	low, high := math.Inf(1), math.Inf(-1)
	for i := range xys {
		xys[i] = plotter.XY{X: measuredMs[i], Y: predMs[i]}
		low, high = min(low, measuredMs[i]), max(high, measuredMs[i])
	}
	band, err := plotter.NewPolygon(plotter.XYs{{X: low, Y: 0.95 * low}, {X: high, Y: 0.95 * high}, {X: high, Y: 1.05 * high}, {X: low, Y: 1.05 * low}})
	if err != nil {
		return nil, err
	}
	band.Color, band.LineStyle.Width = soft(Palette[4], 60), 0
	p.Add(band)
	if err := points(p, "network", xys, soft(Palette[0], 120), draw.CircleGlyph{}, vg.Points(1.6)); err != nil {
		return nil, err
	}
	if err := line(p, "exact", plotter.XYs{{X: low, Y: low}, {X: high, Y: high}}, Palette[6], false); err != nil {
		return nil, err
	}
	p.Legend.Add("within 5 %", band)
	p.Legend.Left = true
	return p, nil
}

// Series is a named curve. X and Y must have the same length.
type Series struct {
	Name string
	X, Y []float64
}

func (s Series) xys() plotter.XYs {
	var out plotter.XYs
	for i, x := range s.X {
		if y := s.Y[i]; !math.IsNaN(y) && !math.IsInf(y, 0) {
			out = append(out, plotter.XY{X: x, Y: y})
		}
	}
	return out
}

// Curves draws losses over epochs, on a logarithmic scale, and the paper's value as a
// dashed line if paperMs is above 0. Losses must be above 0.
func Curves(title, y string, series []Series, paperName string, paperMs float64) (*plot.Plot, error) {
	p := New(title, "epoch", y)
	first, last := math.Inf(1), math.Inf(-1)
	for i, s := range series {
		xys := s.xys()
		if len(xys) == 0 {
			continue
		}
		if err := line(p, s.Name, xys, colour(i), false); err != nil {
			return nil, err
		}
		first, last = min(first, xys[0].X), max(last, xys[len(xys)-1].X)
	}
	if paperMs > 0 && last > first {
		if err := reference(p, paperName, paperMs, first, last); err != nil {
			return nil, err
		}
	}
	return p, logarithmic(&p.Y, logTicks{})
}

// Interval is a point of a size curve with its interval, Low ≤ Value ≤ High.
type Interval struct{ X, Value, Low, High float64 }

// manyPoints are so many that a curve is drawn as a line alone.
const manyPoints = 30

// SizeCurve draws errors over the number of rows of a data set, with a band from Low to
// High where these differ. order lists the keys of curves in the order of the legend.
// The paper's values, read off its figure, are hollow points; nil: there are none.
func SizeCurve(title, y string, curves map[string][]Interval, order []string, paper []Interval) (*plot.Plot, error) {
	p := New(title, "rows of the data set, of which 70 % are trained on", y)
	for i, name := range order {
		var upper, lower, mean plotter.XYs
		wide := false
		for _, v := range curves[name] {
			mean = append(mean, plotter.XY{X: v.X, Y: v.Value})
			upper = append(upper, plotter.XY{X: v.X, Y: v.High})
			lower = append(plotter.XYs{{X: v.X, Y: max(v.Low, v.Value/10)}}, lower...) // a logarithm needs values above 0
			wide = wide || v.High > v.Low
		}
		if len(mean) == 0 {
			continue
		}
		if wide {
			band, err := plotter.NewPolygon(append(upper, lower...))
			if err != nil {
				return nil, err
			}
			band.Color, band.LineStyle.Width = soft(colour(i), 50), 0
			p.Add(band)
		}
		if err := line(p, name, mean, colour(i), false); err != nil {
			return nil, err
		}
		if len(mean) > manyPoints {
			continue
		}
		if err := points(p, "", mean, colour(i), draw.CircleGlyph{}, vg.Points(2.2)); err != nil {
			return nil, err
		}
	}
	if len(paper) > 0 {
		var xys plotter.XYs
		for _, v := range paper {
			xys = append(xys, plotter.XY{X: v.X, Y: v.Value})
		}
		if err := points(p, "paper's figure (read off)", xys, grey, draw.RingGlyph{}, vg.Points(3)); err != nil {
			return nil, err
		}
	}
	if err := logarithmic(&p.Y, logTicks{}); err != nil {
		return nil, err
	}
	headroom(p, len(order)+1)
	return p, nil
}
