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

// The default size of a figure.
const (
	DefaultWidth  = 6.5 * vg.Inch
	DefaultHeight = 4 * vg.Inch
)

// Figure shows p at the default size.
func Figure(p *plot.Plot) { FigureSize(p, DefaultWidth, DefaultHeight) }

// FigureSize shows p at a size. It is sent as SVG, as a PNG of twice the resolution and as
// a line of text: untrusted notebooks show the PNG, terminals the text.
func FigureSize(p *plot.Plot, width, height vg.Length) {
	title := p.Title.Text
	if title == "" {
		title = "untitled"
	}
	b, err := picture(p.Draw, width, height)
	if err != nil {
		fail(fmt.Errorf("kernelext: figure: %w", err))
		return
	}
	b.text = fmt.Sprintf("[figure: %s]", title)
	show(b)
}

// Drawing shows what paint draws on a canvas, in the forms of FigureSize. The canvas has
// the given size less a small margin. text is shown where pictures can't be. paint is
// called once for each form.
func Drawing(text string, width, height vg.Length, paint func(draw.Canvas)) {
	b, err := picture(paint, width, height)
	if err != nil {
		fail(fmt.Errorf("kernelext: drawing: %w", err))
		return
	}
	b.text = text
	show(b)
}

// picture renders a drawing in all forms but text.
func picture(draw func(draw.Canvas), width, height vg.Length) (bundle, error) {
	svg, err := renderSVG(draw, width, height)
	if err != nil {
		return bundle{}, err
	}
	png, err := renderPNG(draw, width, height)
	return bundle{svg: svg, png: png, width: int(width.Dots(cssDPI)), height: int(height.Dots(cssDPI))}, err
}

const cssDPI = 96

func renderSVG(paint func(draw.Canvas), width, height vg.Length) (string, error) {
	c := vgsvg.New(width, height)
	paint(inset(draw.New(c)))
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

func renderPNG(paint func(draw.Canvas), width, height vg.Length) ([]byte, error) {
	c := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(2*cssDPI))}
	paint(inset(draw.New(c)))
	var b bytes.Buffer
	_, err := c.WriteTo(&b)
	return b.Bytes(), err
}
