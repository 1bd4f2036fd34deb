package figure

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Reference is a published value with the name of its source.
type Reference struct {
	Name  string
	Value float64
}

// Ranks draws rank correlations over the number of measured networks, which is on a
// logarithmic scale, with a band from Low to High where these differ, cut off at the bottom of
// the figure; order lists the keys of curves in the order of the legend. References are dashed
// lines with hollow points at the number of networks at. A curve must have values, above -1.
func Ranks(title string, curves map[string][]Interval, order []string, at float64, references []Reference) (*plot.Plot, error) {
	p := New(title, "measured networks", "rank correlation")
	low, first, last := math.Inf(1), math.Inf(1), math.Inf(-1)
	for _, name := range order {
		if len(curves[name]) == 0 {
			return nil, fmt.Errorf("figure: curve %q has no values", name)
		}
		for _, v := range curves[name] {
			low, first, last = min(low, v.Value-.02), min(first, v.X), max(last, v.X)
		}
	}
	for _, r := range references { // the legend is below them
		share := .06 * float64(len(order)+len(references))
		low = min(low, (r.Value-.01-share)/(1-share))
	}
	low = math.Floor(20*low) / 20
	for i, name := range order {
		if err := rankCurve(p, name, curves[name], colour(i), low); err != nil {
			return nil, err
		}
	}
	for i, r := range references {
		if err := rankReference(p, r, i, at, first, last); err != nil {
			return nil, err
		}
	}
	p.Legend.Top = false
	p.Y.Min, p.Y.Max = low, 1
	p.X.Min, p.X.Max = first/1.1, last*1.1
	return p, logarithmic(&p.X, logTicks{})
}

// rankCurve draws a curve with its band, which ends at low.
func rankCurve(p *plot.Plot, name string, curve []Interval, c color.NRGBA, low float64) error {
	var upper, lower, mean plotter.XYs
	for _, v := range curve {
		mean = append(mean, plotter.XY{X: v.X, Y: v.Value})
		upper = append(upper, plotter.XY{X: v.X, Y: min(v.High, 1)})
		lower = append(plotter.XYs{{X: v.X, Y: max(v.Low, low)}}, lower...)
	}
	band, err := plotter.NewPolygon(append(upper, lower...))
	if err != nil {
		return err
	}
	band.Color, band.LineStyle.Width = soft(c, 50), 0
	p.Add(band)
	if err := line(p, name, mean, c, false); err != nil {
		return err
	}
	return points(p, "", mean, c, draw.CircleGlyph{}, vg.Points(2.2))
}

// rankDashes tell references apart.
var rankDashes = [][]vg.Length{dashes, {vg.Points(1.5), vg.Points(2)}, {vg.Points(8), vg.Points(2), vg.Points(1.5), vg.Points(2)}}

// rankReference draws the i-th reference.
func rankReference(p *plot.Plot, r Reference, i int, at, first, last float64) error {
	l, err := plotter.NewLine(plotter.XYs{{X: first, Y: r.Value}, {X: last, Y: r.Value}})
	if err != nil {
		return err
	}
	l.Color, l.Width, l.Dashes = grey, vg.Points(1.2), rankDashes[i%len(rankDashes)]
	p.Add(l)
	p.Legend.Add(fmt.Sprintf("%s, %g networks: %.3f", r.Name, at, r.Value), l)
	return points(p, "", plotter.XYs{{X: at, Y: r.Value}}, grey, draw.RingGlyph{}, vg.Points(3))
}
