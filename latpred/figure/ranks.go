package figure

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Reference is a published value with the name of its source.
type Reference struct {
	Name  string
	Value float64
}

// Ranks draws rank correlations over the number of measured networks, which is on a
// logarithmic scale, with a band from Low to High where these differ; order lists the keys of
// curves in the order of the legend. References are dashed lines with hollow points at the
// number of networks at, and with their names on the right.
func Ranks(title string, curves map[string][]Interval, order []string, at float64, references []Reference) (*plot.Plot, error) {
	p := New(title, "measured networks", "rank correlation")
	low, first, last := math.Inf(1), math.Inf(1), math.Inf(-1)
	for i, name := range order {
		var upper, lower, mean plotter.XYs
		for _, v := range curves[name] {
			mean = append(mean, plotter.XY{X: v.X, Y: v.Value})
			upper = append(upper, plotter.XY{X: v.X, Y: min(v.High, 1)})
			lower = append(plotter.XYs{{X: v.X, Y: v.Low}}, lower...)
			low, first, last = min(low, v.Low), min(first, v.X), max(last, v.X)
		}
		if len(mean) == 0 {
			return nil, fmt.Errorf("figure: curve %q has no values", name)
		}
		band, err := plotter.NewPolygon(append(upper, lower...))
		if err != nil {
			return nil, err
		}
		band.Color, band.LineStyle.Width = soft(colour(i), 50), 0
		p.Add(band)
		if err := line(p, name, mean, colour(i), false); err != nil {
			return nil, err
		}
		if err := points(p, "", mean, colour(i), draw.CircleGlyph{}, vg.Points(2.2)); err != nil {
			return nil, err
		}
	}
	named := &referenceNames{x: last, references: slices.Clone(references), style: p.Legend.TextStyle}
	for _, r := range references {
		if err := reference(p, "", r.Value, first, last); err != nil {
			return nil, err
		}
		if err := points(p, "", plotter.XYs{{X: at, Y: r.Value}}, grey, draw.RingGlyph{}, vg.Points(3)); err != nil {
			return nil, err
		}
		low = min(low, r.Value)
	}
	p.Add(named)
	p.Legend.Left = true
	p.Y.Min, p.Y.Max = math.Floor(10*(low-.02))/10, 1
	headroom(p, len(order))
	p.X.Min, p.X.Max = first/1.1, last*1.1
	return p, logarithmic(&p.X, logTicks{})
}

// referenceNames is a plotter of names at the right ends of lines, below these, and further
// below where they would cover each other.
type referenceNames struct {
	x          float64
	references []Reference
	style      text.Style
}

// Plot implements plot.Plotter.
func (r *referenceNames) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	slices.SortFunc(r.references, func(a, b Reference) int { return cmp.Compare(b.Value, a.Value) })
	style := r.style
	style.Color, style.XAlign, style.YAlign = grey, text.XRight, text.YTop
	style.Font.Size = vg.Points(9)
	below := c.Max.Y
	for _, ref := range r.references {
		y := min(ty(ref.Value)-vg.Points(1), below)
		c.FillText(style, vg.Point{X: tx(r.x), Y: y}, fmt.Sprintf("%s %.3f", ref.Name, ref.Value))
		below = y - style.Font.Size*1.15
	}
}
