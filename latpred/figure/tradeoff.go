package figure

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// TradeOff draws accuracy (Y of a series) over latency (X): a line with points for each
// series, the paper's dashed and hollow, and a dotted vertical line at each limit. Empty
// series are left out.
func TradeOff(title, x, y string, series, paper []Series, limits []float64) (*plot.Plot, error) {
	p := New(title, x, y)
	for i, s := range series {
		if err := curve(p, s, i, false); err != nil {
			return nil, err
		}
	}
	for i, s := range paper {
		if err := curve(p, s, i, true); err != nil {
			return nil, err
		}
	}
	low, high := p.Y.Min, p.Y.Max
	for _, limit := range limits {
		l, err := plotter.NewLine(plotter.XYs{{X: limit, Y: low}, {X: limit, Y: high}})
		if err != nil {
			return nil, err
		}
		l.Color, l.Width, l.Dashes = grey, vg.Points(0.8), []vg.Length{vg.Points(1), vg.Points(3)}
		p.Add(l)
	}
	p.Legend.Left = true
	headroom(p, len(series)+len(paper))
	return p, nil
}

// curve draws the i-th series of its kind: filled or, for the paper, hollow.
func curve(p *plot.Plot, s Series, i int, hollow bool) error {
	xys := s.xys()
	if len(xys) == 0 {
		return nil
	}
	c, glyph := colour(i), draw.GlyphDrawer(draw.CircleGlyph{})
	l, err := plotter.NewLine(xys)
	if err != nil {
		return err
	}
	l.Color, l.Width = c, vg.Points(1.4)
	if hollow {
		glyph, l.Dashes, l.Width = draw.RingGlyph{}, dashes, vg.Points(0.9)
	}
	m, err := plotter.NewScatter(xys)
	if err != nil {
		return err
	}
	m.GlyphStyle = draw.GlyphStyle{Color: c, Shape: glyph, Radius: vg.Points(3)}
	p.Add(l, m)
	p.Legend.Add(s.Name, l, m)
	return nil
}
