package figure

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Heat draws a table as cells that contain their values and are darker the larger these
// are, on a logarithmic scale. values[i][j] belongs to row i, counted from the top, and
// column j. NaN leaves a cell empty; other values must be above 0.
func Heat(title, x, y string, rows, columns []string, values [][]float64) (*plot.Plot, error) {
	if len(values) != len(rows) || len(rows) == 0 {
		return nil, fmt.Errorf("figure: %d rows of values for %d names", len(values), len(rows))
	}
	cells := &heat{values: values}
	cells.low, cells.high = math.Inf(1), math.Inf(-1)
	for i, row := range values {
		if len(row) != len(columns) {
			return nil, fmt.Errorf("figure: row %s has %d values for %d columns", rows[i], len(row), len(columns))
		}
		for _, v := range row {
			if math.IsNaN(v) {
				continue
			}
			if !(v > 0) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("figure: value %v in row %s is not above 0", v, rows[i])
			}
			cells.low, cells.high = min(cells.low, v), max(cells.high, v)
		}
	}
	p := New(title, x, y)
	cells.style = p.X.Tick.Label
	p.Add(cells)
	p.NominalX(columns...)
	reversed := make([]string, len(rows))
	for i, name := range rows {
		reversed[len(rows)-1-i] = name
	}
	p.NominalY(reversed...)
	p.X.Min, p.X.Max = -.5, float64(len(columns))-.5
	p.Y.Min, p.Y.Max = -.5, float64(len(rows))-.5
	return p, nil
}

// heat is the plotter of Heat.
type heat struct {
	values    [][]float64
	low, high float64
	style     text.Style
}

// Plot implements plot.Plotter.
func (h *heat) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	for i, row := range h.values {
		y := float64(len(h.values) - 1 - i)
		for j, v := range row {
			if math.IsNaN(v) {
				continue
			}
			share := 0.0
			if h.high > h.low {
				share = math.Log(v/h.low) / math.Log(h.high/h.low)
			}
			x := float64(j)
			corners := []vg.Point{{X: tx(x - .48), Y: ty(y - .48)}, {X: tx(x + .48), Y: ty(y - .48)}, {X: tx(x + .48), Y: ty(y + .48)}, {X: tx(x - .48), Y: ty(y + .48)}}
			c.FillPolygon(shade(share), corners)
			style := h.style
			style.XAlign, style.YAlign = text.XCenter, text.YCenter
			if share > .55 {
				style.Color = color.White
			}
			c.FillText(style, vg.Point{X: tx(x), Y: ty(y)}, fmt.Sprintf("%.3g", v))
		}
	}
}

// shade is a colour between near white, for 0, and the palette's blue, for 1.
func shade(share float64) color.Color {
	mix := func(to uint8) uint8 { return uint8(math.Round(240 + share*(float64(to)-240))) }
	return color.NRGBA{mix(Palette[0].R), mix(Palette[0].G), mix(Palette[0].B), 255}
}

// DataRange implements plot.DataRanger.
func (h *heat) DataRange() (xmin, xmax, ymin, ymax float64) {
	return -.5, float64(len(h.values[0])) - .5, -.5, float64(len(h.values)) - .5
}
