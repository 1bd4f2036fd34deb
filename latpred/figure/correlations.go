package figure

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Group is a number of neighbours with a common name.
type Group struct {
	Name string
	N    int // of neighbours, at least 1
}

// Correlations draws how alike the members of a list are, pair by pair: cells that contain
// their values, from -1 to 1, and are darker the larger these are, with a bar that explains
// the colours and is labelled with label. Lines divide the groups, which follow each other in
// the order of names; nil: there are none. NaN leaves a cell empty. The figure should be about
// as high as it is wide.
func Correlations(title, label string, names []string, groups []Group, values [][]float64) (*plot.Plot, error) {
	n := len(names)
	if len(values) != n || n == 0 {
		return nil, fmt.Errorf("figure: %d rows of correlations for %d names", len(values), n)
	}
	cells := &correlations{label: label, groups: groups, values: values, low: 1}
	for i, row := range values {
		if len(row) != n {
			return nil, fmt.Errorf("figure: %s has %d correlations, want %d", names[i], len(row), n)
		}
		for _, v := range row {
			if v < -1 || v > 1 {
				return nil, fmt.Errorf("figure: %s: %v is no correlation", names[i], v)
			}
			if !math.IsNaN(v) {
				cells.low = min(cells.low, math.Floor(5*v)/5)
			}
		}
	}
	members := 0
	for _, g := range groups {
		members += g.N
	}
	if groups != nil && members != n {
		return nil, fmt.Errorf("figure: groups of %d members for %d names", members, n)
	}
	cells.low = min(cells.low, .8)
	p := New(title, "", "")
	p.Add(cells)
	p.NominalX(names...)
	reversed := make([]string, n)
	for i, name := range names {
		reversed[n-1-i] = name
	}
	p.NominalY(reversed...)
	p.X.Tick.Label.Rotation, p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = math.Pi/4, text.XRight, text.YCenter
	p.X.Tick.Label.Font.Size, p.Y.Tick.Label.Font.Size = vg.Points(8), vg.Points(8)
	p.X.LineStyle.Width, p.Y.LineStyle.Width = 0, 0
	p.X.Padding, p.Y.Padding = vg.Points(2), vg.Points(2)
	cells.style = p.X.Tick.Label
	cells.style.Rotation, cells.style.XAlign, cells.style.YAlign = 0, text.XCenter, text.YCenter
	_, p.X.Max, p.Y.Min, p.Y.Max = cells.DataRange()
	p.X.Min = -.5
	return p, nil
}

// correlations is the plotter of Correlations. Cells are a unit wide, the first column at 0,
// the last row at 0.
type correlations struct {
	label  string
	groups []Group
	values [][]float64
	low    float64 // the lightest colour's value
	style  text.Style
}

// Widths and heights, in cells.
const (
	correlationsGap   = .035 // of the number of cells, between them and the bar
	correlationsBar   = .045 // the bar
	correlationsScale = .12  // what is right of the bar
	correlationsHead  = .05  // names of groups
)

// DataRange implements plot.DataRanger.
func (h *correlations) DataRange() (xmin, xmax, ymin, ymax float64) {
	n := float64(len(h.values))
	return -.5, n - .5 + n*(correlationsGap+correlationsBar+correlationsScale), -.5, n - .5 + n*correlationsHead
}

// Plot implements plot.Plotter.
func (h *correlations) Plot(c draw.Canvas, p *plot.Plot) {
	c.FillPolygon(color.White, []vg.Point{c.Min, {X: c.Max.X, Y: c.Min.Y}, c.Max, {X: c.Min.X, Y: c.Max.Y}}) // no grid
	tx, ty := p.Transforms(&c)
	box := func(x0, y0, x1, y1 float64, fill color.Color) {
		c.FillPolygon(fill, []vg.Point{{X: tx(x0), Y: ty(y0)}, {X: tx(x1), Y: ty(y0)}, {X: tx(x1), Y: ty(y1)}, {X: tx(x0), Y: ty(y1)}})
	}
	n := len(h.values)
	size := min(vg.Points(8), (tx(1)-tx(0))/3.2)
	for i, row := range h.values {
		y := float64(n - 1 - i)
		for j, v := range row {
			if math.IsNaN(v) {
				continue
			}
			x, share := float64(j), h.share(v)
			box(x-.48, y-.48, x+.48, y+.48, shade(share))
			style := h.style
			style.Font.Size = size
			if share > .55 {
				style.Color = color.White
			}
			c.FillText(style, vg.Point{X: tx(x), Y: ty(y)}, short(v))
		}
	}
	h.divide(c, p)
	h.bar(c, p, box)
}

// share is how dark a value is, from 0 to 1.
func (h *correlations) share(v float64) float64 { return (v - h.low) / (1 - h.low) }

// short writes a correlation with two digits and without the zero before the point.
func short(v float64) string {
	text := fmt.Sprintf("%.2f", v)
	if text == "-0.00" {
		text = "0.00"
	}
	return strings.NewReplacer("0.", ".", "-", "−").Replace(text)
}

// divide draws lines between groups, and their names above the cells.
func (h *correlations) divide(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	n, ink := float64(len(h.values)), draw.LineStyle{Color: Palette[6], Width: vg.Points(1)}
	from := -.5
	for i, g := range h.groups {
		to := from + float64(g.N)
		if i+1 < len(h.groups) {
			c.StrokeLine2(ink, tx(to), ty(-.5), tx(to), ty(n-.5+n*correlationsHead))
			c.StrokeLine2(ink, tx(-.5), ty(n-1-to), tx(n-.5), ty(n-1-to))
		}
		style := h.style
		if wide, room := style.Width(g.Name), .94*(tx(to)-tx(from)); wide > room {
			style.Font.Size *= room / wide
		}
		c.FillText(style, vg.Point{X: tx((from + to) / 2), Y: ty(n - .5 + n*correlationsHead/2)}, g.Name)
		from = to
	}
}

// bar draws the colours with their values.
func (h *correlations) bar(c draw.Canvas, p *plot.Plot, box func(x0, y0, x1, y1 float64, fill color.Color)) {
	tx, ty := p.Transforms(&c)
	n := float64(len(h.values))
	left := n - .5 + n*correlationsGap
	right := left + n*correlationsBar
	const steps = 60
	for i := range steps {
		low := float64(i) / steps
		box(left, n*low-.5, right, n-.5, shade(low+.5/steps)) // the next covers the rest: no seams
	}
	style := h.style
	style.XAlign = text.XLeft
	for _, tick := range (plainTicks{}).Ticks(h.low, 1) {
		c.FillText(style, vg.Point{X: tx(right) + vg.Points(4), Y: ty(n*h.share(tick.Value) - .5)}, tick.Label)
	}
	style.XAlign, style.Rotation = text.XCenter, math.Pi/2
	c.FillText(style, vg.Point{X: c.Max.X - vg.Points(6), Y: ty(n/2 - .5)}, h.label)
}
