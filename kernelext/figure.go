package kernelext

import (
	"bytes"
	"fmt"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Size of a figure where nothing else is asked for.
const (
	DefaultWidth  = 6.5 * vg.Inch
	DefaultHeight = 4 * vg.Inch
)

// Figure shows p at the default size.
func Figure(p *plot.Plot) { FigureSize(p, DefaultWidth, DefaultHeight) }

// FigureSize shows p at a size. It is sent as SVG, as a PNG of twice the
// resolution and as a line of text: a notebook that is not trusted falls back to
// the PNG, a terminal to the text.
func FigureSize(p *plot.Plot, width, height vg.Length) {
	svg, err := renderSVG(p, width, height)
	if err == nil {
		var png []byte
		if png, err = renderPNG(p, width, height); err == nil {
			title := p.Title.Text
			if title == "" {
				title = "untitled"
			}
			show(bundle{
				svg: svg, png: png, text: fmt.Sprintf("[figure: %s]", title),
				width: int(width.Dots(cssDPI)), height: int(height.Dots(cssDPI)),
			})
			return
		}
	}
	fail(fmt.Errorf("kernelext: figure: %w", err))
}

const cssDPI = 96

func renderSVG(p *plot.Plot, width, height vg.Length) (string, error) {
	c := vgsvg.New(width, height)
	p.Draw(inset(draw.New(c)))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return "", err
	}
	return withFontFallbacks(b.String()), nil
}

// inset leaves a margin: gonum draws to the edge.
func inset(c draw.Canvas) draw.Canvas {
	const margin = vg.Length(8)
	return draw.Crop(c, margin, -margin, margin, -margin)
}

// withFontFallbacks names fonts that stand in where gonum's is not installed.
func withFontFallbacks(svg string) string {
	return strings.NewReplacer(
		"font-family:Liberation Serif", "font-family:Liberation Serif,Times New Roman,serif",
		"font-family:Liberation Sans", "font-family:Liberation Sans,Arial,Helvetica,sans-serif",
		"font-family:Liberation Mono", "font-family:Liberation Mono,Courier New,monospace",
	).Replace(svg)
}

func renderPNG(p *plot.Plot, width, height vg.Length) ([]byte, error) {
	c := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(2*cssDPI))}
	p.Draw(inset(draw.New(c)))
	var b bytes.Buffer
	_, err := c.WriteTo(&b)
	return b.Bytes(), err
}
