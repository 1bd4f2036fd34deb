package figure

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Times draws quantities that differ by powers of ten: a line for each name, a
// point at its value on a logarithmic scale. The first ours are ours, filled; the
// others are the paper's, hollow. Values must be above 0.
func Times(title, x string, names []string, values []float64, ours int) (*plot.Plot, error) {
	if len(names) != len(values) || len(names) == 0 || ours < 0 || ours > len(names) {
		return nil, fmt.Errorf("figure: %d names, %d values, %d of them ours", len(names), len(values), ours)
	}
	if slices.Min(values) <= 0 {
		return nil, fmt.Errorf("figure: %v has no place on a logarithmic scale", slices.Min(values))
	}
	p := New(title, x, "")
	p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, decades{}
	var kinds [2]plotter.XYs
	labels := slices.Clone(names)
	slices.Reverse(labels)
	for i, v := range values {
		kind := 0
		if i >= ours {
			kind = 1
		}
		kinds[kind] = append(kinds[kind], plotter.XY{X: v, Y: float64(len(values) - 1 - i)})
	}
	if len(kinds[0]) > 0 {
		if err := points(p, "ours, on this machine", kinds[0], Palette[0], draw.CircleGlyph{}, vg.Points(4)); err != nil {
			return nil, err
		}
	}
	if len(kinds[1]) > 0 {
		if err := points(p, "the authors'", kinds[1], grey, draw.RingGlyph{}, vg.Points(4)); err != nil {
			return nil, err
		}
	}
	p.NominalY(labels...)
	p.Y.Min, p.Y.Max = -0.5, float64(len(labels))-0.5
	p.X.Min, p.X.Max = slices.Min(values)/3, slices.Max(values)*3
	p.Legend.Top = true
	return p, nil
}

// decades are powers of ten, with plain labels up to a million.
type decades struct{}

func (decades) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for v := 1e-9; v <= high*1.0001; v *= 10 {
		if v >= low/1.0001 {
			ticks = append(ticks, plot.Tick{Value: v, Label: fmt.Sprintf("%.7g", v)})
		}
	}
	return ticks
}
