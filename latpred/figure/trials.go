package figure

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Rung is a trial of a search with early stopping: its error at each rung that it
// reached.
type Rung struct {
	Epochs, Values []float64 // epoch and error at each rung; same length, not empty, above 0
	Survived       bool      // trained to the end
}

// Rungs draws a search over hyper-parameters: a line of the error over epochs for each
// trial, on logarithmic scales, that ends where the trial was stopped. It sorts trials.
func Rungs(title, y string, trials []Rung) (*plot.Plot, error) {
	p := New(title, "epoch", y)
	named := map[bool]bool{}
	slices.SortStableFunc(trials, func(a, b Rung) int { return cmp.Compare(btoi(a.Survived), btoi(b.Survived)) })
	for _, t := range trials {
		if len(t.Epochs) != len(t.Values) || len(t.Epochs) == 0 || slices.Min(t.Values) <= 0 {
			return nil, fmt.Errorf("figure: a trial with %d epochs and values %v", len(t.Epochs), t.Values)
		}
		var xys plotter.XYs
		for i, e := range t.Epochs {
			xys = append(xys, plotter.XY{X: e, Y: t.Values[i]})
		}
		name, c := "stopped", soft(grey, 150)
		if t.Survived {
			name, c = "trained to the end", Palette[0]
		}
		if named[t.Survived] {
			name = ""
		}
		named[t.Survived] = true
		if err := line(p, name, xys, c, false); err != nil {
			return nil, err
		}
		if err := points(p, "", xys[len(xys)-1:], c, draw.CircleGlyph{}, vg.Points(2)); err != nil {
			return nil, err
		}
	}
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		if err := logarithmic(axis, logTicks{}); err != nil {
			return nil, err
		}
	}
	headroom(p, len(named))
	return p, nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Coordinates is a configuration and its result.
type Coordinates struct {
	Axes  []float64 // value on each axis
	Value float64   // result, the smaller the better; infinite, NaN, or not above 0: it diverged
}

// Parallel draws configurations in parallel coordinates: an axis for each
// hyper-parameter, with its values in order and evenly spaced, and a last axis for the
// result, on a logarithmic scale. The best tenth is coloured. Configurations that diverged
// are dotted and end at the top. At least one must not have diverged.
func Parallel(title, result string, axes []string, lines []Coordinates) (*plot.Plot, error) {
	if len(lines) == 0 || len(axes) == 0 {
		return nil, fmt.Errorf("figure: %d configurations on %d axes", len(lines), len(axes))
	}
	levels := make([][]float64, len(axes))
	var good []float64
	for _, l := range lines {
		if len(l.Axes) != len(axes) {
			return nil, fmt.Errorf("figure: %d values on %d axes", len(l.Axes), len(axes))
		}
		for a, v := range l.Axes {
			if !slices.Contains(levels[a], v) {
				levels[a] = append(levels[a], v)
			}
		}
		if finite(l.Value) && l.Value > 0 {
			good = append(good, l.Value)
		}
	}
	for a := range levels {
		slices.Sort(levels[a])
	}
	if len(good) == 0 {
		return nil, fmt.Errorf("figure: no configuration of %d has a value above 0", len(lines))
	}
	slices.Sort(good)
	low, high := math.Log(good[0]), math.Log(good[len(good)-1])
	height := func(v float64) float64 {
		if high == low {
			return 0.5
		}
		return (math.Log(v) - low) / (high - low)
	}
	best := good[(len(good)-1)/10]

	p := New(title, "", "")
	p.HideY()
	position := func(a int, v float64) float64 {
		return (float64(slices.Index(levels[a], v)) + 0.5) / float64(len(levels[a]))
	}
	worstFirst := slices.Clone(lines)
	slices.SortStableFunc(worstFirst, func(a, b Coordinates) int { return -cmp.Compare(a.Value, b.Value) })
	for i, l := range worstFirst {
		var xys plotter.XYs
		nudge := (float64(i)/float64(len(lines)) - 0.5) * 0.1 // so that lines through one value can be told apart
		for a, v := range l.Axes {
			xys = append(xys, plotter.XY{X: float64(a), Y: position(a, v) + nudge})
		}
		lost := !finite(l.Value) || l.Value <= 0
		end := 1.08
		if !lost {
			end = height(l.Value)
		}
		xys = append(xys, plotter.XY{X: float64(len(axes)), Y: end})
		drawn, err := plotter.NewLine(xys)
		if err != nil {
			return nil, err
		}
		drawn.Width, drawn.Color = vg.Points(0.8), color.Color(soft(grey, 130))
		switch {
		case lost:
			drawn.Dashes = []vg.Length{vg.Points(1), vg.Points(2)}
		case l.Value <= best:
			drawn.Width, drawn.Color = vg.Points(1.8), Palette[1]
		}
		p.Add(drawn)
	}
	var marks plotter.XYLabels
	mark := func(x, y float64, text string) {
		marks.XYs, marks.Labels = append(marks.XYs, plotter.XY{X: x, Y: y}), append(marks.Labels, text)
	}
	for a := range axes {
		for _, v := range levels[a] {
			mark(float64(a)+0.02, position(a, v), fmt.Sprintf("%g", v))
		}
	}
	for _, t := range (logTicks{}).Ticks(good[0], good[len(good)-1]) {
		mark(float64(len(axes))+0.02, height(t.Value), t.Label)
	}
	if len(good) < len(lines) {
		mark(float64(len(axes))+0.02, 1.08, "diverged")
	}
	labels, err := plotter.NewLabels(marks)
	if err != nil {
		return nil, err
	}
	for i := range labels.TextStyle {
		labels.TextStyle[i] = p.X.Tick.Label
		labels.TextStyle[i].XAlign, labels.TextStyle[i].YAlign = draw.XLeft, draw.YCenter
	}
	p.Add(labels)
	p.NominalX(append(slices.Clone(axes), result)...)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -0.2, float64(len(axes))+0.35, 0, 1.15
	return p, nil
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
