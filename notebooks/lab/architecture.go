package lab

import (
	"fmt"
	"image/color"
	"math"
	"strconv"
	"strings"

	"github.com/ofalat/ofalat/kernelext"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Stage is a stage of a sub-network, a row of the diagram.
type Stage struct {
	Name   string
	Blocks []Block // the active blocks, in order
	Slots  int     // the largest number of blocks; inactive ones are drawn as empty boxes
}

// Block is one block of a Stage.
type Block struct {
	Kernel, Expand int     // kernel size in pixels, expansion ratio; 0: it has none
	Label          string  // text in its box; "": kernel and expansion
	LatencyMs      float64 // NaN: not known
}

// says is the text in a block's box; between separates kernel and expansion.
func (b Block) says(between string) string {
	if b.Label != "" {
		return b.Label
	}
	return fmt.Sprintf("%d×%d%s%d", b.Kernel, b.Kernel, between, b.Expand)
}

// Architecture shows a sub-network as a diagram. Each block is a box, whose width grows
// with the expansion ratio or to fit its label, its height with the kernel and its darkness
// with the latency.
func Architecture(title string, stages []Stage) {
	d := newDiagram(title, stages)
	kernelext.Drawing(d.text(), kernelext.DefaultWidth, vg.Length(66+46*len(stages)), d.draw)
}

// diagram is a sub-network with the range of its latencies.
type diagram struct {
	title       string
	stages      []Stage
	slots       int // of the widest stage
	low, high   float64
	largest     Block // largest kernel and expansion
	totalMs     float64
	knowsLength bool
}

func newDiagram(title string, stages []Stage) *diagram {
	d := &diagram{title: title, stages: stages, low: math.Inf(1), largest: Block{Kernel: 1, Expand: 1}}
	for _, s := range stages {
		d.slots = max(d.slots, s.Slots, len(s.Blocks))
		for _, b := range s.Blocks {
			d.largest.Kernel, d.largest.Expand = max(d.largest.Kernel, b.Kernel), max(d.largest.Expand, b.Expand)
			if !math.IsNaN(b.LatencyMs) {
				d.low, d.high, d.totalMs, d.knowsLength = min(d.low, b.LatencyMs), max(d.high, b.LatencyMs), d.totalMs+b.LatencyMs, true
			}
		}
	}
	return d
}

// shade is the colour of a latency: a ramp of one hue, from pale to dark, which
// every reader sees as an order. Grey where it is not known.
func (d *diagram) shade(ms float64) color.NRGBA {
	if math.IsNaN(ms) {
		return color.NRGBA{225, 225, 225, 255}
	}
	part := 0.5
	if d.high > d.low {
		part = (ms - d.low) / (d.high - d.low)
	}
	mix := func(pale, dark float64) uint8 { return uint8(math.Round(pale + part*(dark-pale))) }
	return color.NRGBA{mix(222, 0), mix(237, 62), mix(248, 105), 255}
}

func label(size vg.Length, c color.Color, x text.XAlignment) text.Style {
	return text.Style{Color: c, Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}, XAlign: x, YAlign: text.YCenter, Handler: textHandler}
}

var textHandler = text.Plain{Fonts: font.DefaultCache}

func (d *diagram) draw(c draw.Canvas) {
	c.SetColor(color.White)
	margin := vg.Point{X: 8, Y: 8}
	c.Fill(vg.Rectangle{Min: c.Min.Sub(margin), Max: c.Max.Add(margin)}.Path())
	ink := color.Gray{30}
	title := d.title
	if d.knowsLength {
		title += fmt.Sprintf(", blocks together %s ms", strconv.FormatFloat(d.totalMs, 'g', 4, 64))
	}
	c.FillText(label(12, ink, text.XLeft), vg.Point{X: c.Min.X, Y: c.Max.Y - 8}, title)
	const left, row = vg.Length(54), vg.Length(46)
	cell := (c.Max.X - c.Min.X - left) / vg.Length(max(1, d.slots))
	for i, s := range d.stages {
		y := c.Max.Y - 26 - row*vg.Length(i) - row/2
		c.FillText(label(10, ink, text.XLeft), vg.Point{X: c.Min.X, Y: y}, s.Name)
		for slot := range max(s.Slots, len(s.Blocks)) {
			centre := vg.Point{X: c.Min.X + left + cell*(vg.Length(slot)+0.5), Y: y}
			if slot < len(s.Blocks) {
				d.block(c, centre, cell-8, row-8, s.Blocks[slot])
			} else {
				empty := draw.LineStyle{Color: color.Gray{170}, Width: 0.6, Dashes: []vg.Length{2, 3}}
				c.StrokeLines(empty, outline(centre, (cell-8)*0.5, (row-8)*0.5))
			}
		}
	}
	d.legend(c, left)
}

// block draws one box with what it says.
func (d *diagram) block(c draw.Canvas, centre vg.Point, width, height vg.Length, b Block) {
	w := width * vg.Length(0.4+0.6*float64(b.Expand)/float64(d.largest.Expand))
	h := height * vg.Length(0.5+0.5*float64(b.Kernel)/float64(d.largest.Kernel))
	if b.Label != "" {
		w = max(w, label(8, nil, text.XCenter).Width(b.Label)+8)
	}
	fill := d.shade(b.LatencyMs)
	box := outline(centre, w, h)
	c.FillPolygon(fill, box)
	c.StrokeLines(draw.LineStyle{Color: color.Gray{90}, Width: 0.5}, box)
	ink := color.Color(color.Gray{20})
	if 299*int(fill.R)+587*int(fill.G)+114*int(fill.B) < 140000 { // dark: luma of ITU-R BT.601
		ink = color.White
	}
	up := vg.Length(0)
	if !math.IsNaN(b.LatencyMs) {
		up = 5
		c.FillText(label(8, ink, text.XCenter), vg.Point{X: centre.X, Y: centre.Y - 5}, fmt.Sprintf("%.2f ms", b.LatencyMs))
	}
	c.FillText(label(8, ink, text.XCenter), vg.Point{X: centre.X, Y: centre.Y + up}, b.says(" · "))
}

// legend explains boxes, and colours where there are any.
func (d *diagram) legend(c draw.Canvas, left vg.Length) {
	ink := color.Gray{80}
	y := c.Min.Y + 5
	x := c.Min.X + left
	c.FillText(label(8, ink, text.XLeft), vg.Point{X: x, Y: y}, d.explained())
	if !d.knowsLength || d.high <= d.low {
		return
	}
	const steps, wide = 24, vg.Length(4)
	x = c.Max.X - steps*wide - 42
	c.FillText(label(8, ink, text.XRight), vg.Point{X: x - 4, Y: y}, fmt.Sprintf("%.2f ms", d.low))
	for i := range steps {
		ms := d.low + (d.high-d.low)*float64(i)/(steps-1)
		c.FillPolygon(d.shade(ms), outline(vg.Point{X: x + wide*(vg.Length(i)+0.5), Y: y}, wide+0.3, 9))
	}
	c.FillText(label(8, ink, text.XLeft), vg.Point{X: x + steps*wide + 4, Y: y}, fmt.Sprintf("%.2f ms", d.high))
}

// explained says what boxes mean, as far as the diagram has it.
func (d *diagram) explained() string {
	says := "height: kernel"
	if d.largest.Expand > 1 {
		says += " · width: expansion"
	}
	for _, s := range d.stages {
		if s.Slots > len(s.Blocks) {
			return says + " · dashed: a slot left out"
		}
	}
	return says
}

// outline is a closed box around a centre.
func outline(centre vg.Point, w, h vg.Length) []vg.Point {
	l, r, b, t := centre.X-w/2, centre.X+w/2, centre.Y-h/2, centre.Y+h/2
	return []vg.Point{{X: l, Y: b}, {X: r, Y: b}, {X: r, Y: t}, {X: l, Y: t}, {X: l, Y: b}}
}

// text is the diagram for terminals: a line for each stage.
func (d *diagram) text() string {
	var b strings.Builder
	b.WriteString(d.title)
	for _, s := range d.stages {
		fmt.Fprintf(&b, "\n%-8s", s.Name)
		for _, block := range s.Blocks {
			b.WriteString("  " + block.says("·"))
			if !math.IsNaN(block.LatencyMs) {
				fmt.Fprintf(&b, " %.2f ms", block.LatencyMs)
			}
		}
		b.WriteString(strings.Repeat("  –", max(0, s.Slots-len(s.Blocks))))
	}
	return b.String()
}
