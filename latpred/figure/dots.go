package figure

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Dots draws values on a logarithmic axis: a line for each name, from top to bottom, with
// a point for every kind. values[k][i] is the value of kind k for name i: above 0, or NaN
// if there is none. The first kind is the paper's, drawn hollow. Names may have line
// breaks.
func Dots(title, x string, names, kinds []string, values [][]float64) (*plot.Plot, error) {
	p := New(title, x, "")
	// The axis is linear in the logarithms, since gonum/plot would leave half of the
	// figure empty beside the label of a logarithmic axis.
	low, high := math.Inf(1), math.Inf(-1)
	for k, kind := range kinds {
		if len(values) != len(kinds) || len(values[k]) != len(names) {
			return nil, fmt.Errorf("figure: %d kinds of %d names, values don't fit", len(kinds), len(names))
		}
		var row plotter.XYs
		for i, v := range values[k] {
			if math.IsNaN(v) {
				continue
			}
			if !(v > 0) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("figure: %v has no place on a logarithmic axis", v)
			}
			row = append(row, plotter.XY{X: math.Log10(v), Y: float64(len(names) - 1 - i)})
			low, high = min(low, math.Log10(v)), max(high, math.Log10(v))
		}
		if err := dots(p, k, kind, row); err != nil {
			return nil, err
		}
	}
	if !(low <= high) {
		return nil, fmt.Errorf("figure: %q has no values", title)
	}
	labels := slices.Clone(names)
	slices.Reverse(labels)
	p.NominalY(labels...)
	p.X.Tick.Marker = powersOfTen{}
	p.X.Min, p.X.Max = math.Floor(low), math.Ceil(high+1e-9)
	p.Y.Min, p.Y.Max = -0.5, float64(len(names))-0.5
	headroom(p, len(kinds))
	return p, nil
}

// dots draws the points of the k-th kind: rings for the paper's, in which other points
// stay visible, and smaller and smaller discs for the others.
func dots(p *plot.Plot, k int, kind string, row plotter.XYs) error {
	if len(row) == 0 {
		return nil
	}
	if k == 0 {
		return points(p, kind, row, grey, draw.RingGlyph{}, vg.Points(5.5))
	}
	return points(p, kind, row, colour(k-1), draw.CircleGlyph{}, vg.Points(max(2.5, 5-float64(k))))
}

// powersOfTen are ticks of logarithms to base ten.
type powersOfTen struct{}

func (powersOfTen) Ticks(low, high float64) (ticks []plot.Tick) {
	for power := math.Ceil(low); power <= high; power++ {
		ticks = append(ticks, plot.Tick{Value: power, Label: plainNumber(math.Pow(10, power))})
	}
	return ticks
}
