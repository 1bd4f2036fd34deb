package figure

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Width and Height are the size of figures.
const (
	Width  = 6.5 * vg.Inch
	Height = 4 * vg.Inch
)

// Palette has the colours of series, in order: those of Okabe and Ito, which colour-blind
// readers can tell apart, without yellow, which is faint on white.
var Palette = []color.NRGBA{
	{0, 114, 178, 255},   // blue
	{213, 94, 0, 255},    // vermillion
	{0, 158, 115, 255},   // green
	{204, 121, 167, 255}, // pink
	{86, 180, 233, 255},  // sky
	{230, 159, 0, 255},   // orange
	{40, 40, 40, 255},    // ink
}

// grey is the colour of the paper's values, faint that of grids.
var (
	grey  = color.NRGBA{110, 110, 110, 255}
	faint = color.NRGBA{228, 228, 228, 255}
)

var dashes = []vg.Length{vg.Points(5), vg.Points(3)}

// colour is the i-th colour of the palette, which repeats.
func colour(i int) color.NRGBA { return Palette[i%len(Palette)] }

// soft is c with alpha.
func soft(c color.NRGBA, alpha uint8) color.NRGBA {
	c.A = alpha
	return c
}

// New starts a figure in this package's style. x and y are the labels of the axes, with
// units; "": none.
func New(title, x, y string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = color.White
	sans := font.Font{Typeface: "Liberation", Variant: "Sans"}
	for _, s := range []struct {
		style *text.Style
		size  vg.Length
	}{
		{&p.Title.TextStyle, 13}, {&p.X.Label.TextStyle, 11}, {&p.Y.Label.TextStyle, 11},
		{&p.X.Tick.Label, 10}, {&p.Y.Tick.Label, 10}, {&p.Legend.TextStyle, 10},
	} {
		s.style.Font = sans
		s.style.Font.Size = s.size
	}
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.Padding = vg.Points(8)
	p.X.Padding, p.Y.Padding = vg.Points(4), vg.Points(4)
	p.Legend.Top, p.Legend.Padding, p.Legend.ThumbnailWidth = true, vg.Points(2), vg.Points(18)
	p.X.Tick.Marker, p.Y.Tick.Marker = plainTicks{}, plainTicks{}
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = faint, faint
	p.Add(grid)
	return p
}

// line draws points joined, with an entry in the legend unless name is "".
func line(p *plot.Plot, name string, points plotter.XYs, c color.Color, dashed bool) error {
	l, err := plotter.NewLine(points)
	if err != nil {
		return err
	}
	l.Color, l.Width = c, vg.Points(1.6)
	if dashed {
		l.Dashes, l.Width = dashes, vg.Points(1.2)
	}
	p.Add(l)
	if name != "" {
		p.Legend.Add(name, l)
	}
	return nil
}

// points draws marks.
func points(p *plot.Plot, name string, xys plotter.XYs, c color.Color, shape draw.GlyphDrawer, radius vg.Length) error {
	s, err := plotter.NewScatter(xys)
	if err != nil {
		return err
	}
	s.GlyphStyle = draw.GlyphStyle{Color: c, Shape: shape, Radius: radius}
	p.Add(s)
	if name != "" { // in the legend large enough to be told apart
		mark := &plotter.Scatter{GlyphStyle: s.GlyphStyle}
		mark.Radius = max(radius, vg.Points(2.5))
		if solid, ok := c.(color.NRGBA); ok {
			mark.Color = soft(solid, 255)
		}
		p.Legend.Add(name, mark)
	}
	return nil
}

// logarithmic makes an axis logarithmic. It must be called after all data, which must be
// above 0, have been added. A range of a single value is widened.
func logarithmic(a *plot.Axis, ticks plot.Ticker) error {
	if !(a.Min > 0) || math.IsInf(a.Max, 0) {
		return fmt.Errorf("figure: values from %v to %v have no place on a logarithmic axis", a.Min, a.Max)
	}
	if a.Min == a.Max {
		a.Min, a.Max = a.Min/2, a.Max*2
	}
	a.Scale, a.Tick.Marker = plot.LogScale{}, ticks
	return nil
}

// logTicks are 1, 2 and 5 times powers of ten or, if these are fewer than three, 1 to 9
// times powers of ten, with plain labels. Over a range so short that these are fewer than
// two, they are those of a linear axis.
type logTicks struct{}

func (logTicks) Ticks(low, high float64) []plot.Tick {
	if ticks := multiples(low, high, 1, 2, 5); len(ticks) > 2 {
		return ticks
	}
	if ticks := multiples(low, high, 1, 2, 3, 4, 5, 6, 7, 8, 9); len(ticks) > 1 || !(high > low) {
		return ticks
	}
	return plainTicks{}.Ticks(low, high)
}

func multiples(low, high float64, digits ...float64) (ticks []plot.Tick) {
	for power := math.Floor(math.Log10(low)); power <= math.Ceil(math.Log10(high)); power++ {
		for _, m := range digits {
			if v := m * math.Pow(10, power); v >= low/1.0001 && v <= high*1.0001 {
				ticks = append(ticks, plot.Tick{Value: v, Label: plainNumber(v)})
			}
		}
	}
	return ticks
}

// plainNumber writes a number of few digits, without an exponent where it is neither
// very small nor very large.
func plainNumber(v float64) string {
	if v >= 1e-4 && v < 1e6 {
		return strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64)
	}
	return fmt.Sprintf("%.3g", v)
}

// headroom raises the top of the y axis so that a legend of so many lines covers no data.
func headroom(p *plot.Plot, lines int) {
	share := 0.05 * float64(lines)
	if p.Y.Scale == (plot.LogScale{}) {
		p.Y.Max *= math.Pow(p.Y.Max/p.Y.Min, share/(1-share))
		return
	}
	p.Y.Max += (p.Y.Max - p.Y.Min) * share / (1 - share)
}

// plainTicks are four to eight numbers, 1, 2 or 5 times a power of ten apart, with labels
// without trailing zeros.
type plainTicks struct{}

func (plainTicks) Ticks(low, high float64) []plot.Tick {
	if !(high > low) || math.IsInf(high-low, 0) {
		return plot.DefaultTicks{}.Ticks(low, high)
	}
	step := math.Pow(10, math.Floor(math.Log10((high-low)/4)))
	for _, m := range []float64{5, 2} {
		if (high-low)/(m*step) >= 4 {
			step *= m
			break
		}
	}
	var ticks []plot.Tick
	for i := math.Ceil(low/step-1e-9) + 0; i*step <= high+1e-9*step; i++ { // + 0: no -0
		label := strconv.FormatFloat(i*step, 'g', 6, 64)
		ticks = append(ticks, plot.Tick{Value: i * step, Label: label})
	}
	return ticks
}

// reference draws a horizontal dashed line for a value of the paper, from x0 to x1.
func reference(p *plot.Plot, name string, y, x0, x1 float64) error {
	return line(p, name, plotter.XYs{{X: x0, Y: y}, {X: x1, Y: y}}, grey, true)
}

// Draw renders p at Width and Height, with a small margin for labels at the edge. format
// is one that gonum/plot knows, such as "svg", "png" or "pdf"; others are an error.
func Draw(p *plot.Plot, format string) (io.WriterTo, error) {
	c, err := draw.NewFormattedCanvas(Width, Height, format)
	if err != nil {
		return nil, err
	}
	const margin = 8
	p.Draw(draw.Crop(draw.New(c), margin, -2*margin, margin, -margin))
	return c, nil
}

// Named is a figure with a name for its file, without an extension.
type Named struct {
	Name string
	Plot *plot.Plot
}
