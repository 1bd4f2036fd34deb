package figure

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// Parts draws a bar for each part of a whole, the first on top. There must be as many
// names as values, and at least one.
func Parts(title, x string, names []string, values []float64) (*plot.Plot, error) {
	if len(names) != len(values) || len(names) == 0 {
		return nil, fmt.Errorf("figure: %d names for %d parts", len(names), len(values))
	}
	p := New(title, x, "")
	labels, v := slices.Clone(names), slices.Clone(values)
	slices.Reverse(labels)
	slices.Reverse(v)
	bars, err := plotter.NewBarChart(plotter.Values(v), min(vg.Points(14), Height*vg.Length(.65/float64(len(v)))))
	if err != nil {
		return nil, err
	}
	bars.Horizontal, bars.Color, bars.LineStyle.Width = true, colour(0), 0
	p.Add(bars)
	p.NominalY(labels...)
	p.Y.Tick.Label.Font.Size = min(vg.Points(10), Height*vg.Length(.6/float64(len(v))))
	p.Y.Min, p.Y.Max = -0.5, float64(len(labels))-0.5
	p.X.Min = min(0, p.X.Min)
	return p, nil
}
