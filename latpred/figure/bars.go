package figure

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// Bars draws values in groups, each with a bar for every kind; values[k][g] is the value
// of kind k in group g. Names of groups may have line breaks.
func Bars(title, y string, groups, kinds []string, values [][]float64) (*plot.Plot, error) {
	p := New(title, "", y)
	width := vg.Points(min(60, 340/float64(max(1, len(groups)))) / float64(max(1, len(kinds))))
	for k, kind := range kinds {
		if len(values) != len(kinds) || len(values[k]) != len(groups) {
			return nil, fmt.Errorf("figure: %d kinds of %d groups, values don't fit", len(kinds), len(groups))
		}
		bars, err := plotter.NewBarChart(plotter.Values(values[k]), width)
		if err != nil {
			return nil, err
		}
		bars.Color, bars.LineStyle.Width = colour(k), 0
		bars.Offset = width * vg.Length(float64(k)-float64(len(kinds)-1)/2)
		p.Add(bars)
		p.Legend.Add(kind, bars)
	}
	p.NominalX(groups...)
	p.X.Min, p.X.Max = -0.5, float64(len(groups))-0.5
	p.Y.Min = 0
	headroom(p, len(kinds))
	return p, nil
}
