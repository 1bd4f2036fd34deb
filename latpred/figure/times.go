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

// Times draws durations, in seconds, on a logarithmic scale, a line for each name. The
// first ours of them are ours, drawn filled; the others are the paper's, drawn hollow.
// Values must be above 0.
func Times(title, x string, names []string, seconds []float64, ours int) (*plot.Plot, error) {
	if len(names) != len(seconds) || len(names) == 0 || ours < 0 || ours > len(names) {
		return nil, fmt.Errorf("figure: %d names, %d values, %d of them ours", len(names), len(seconds), ours)
	}
	p := New(title, x, "")
	var kinds [2]plotter.XYs
	labels := slices.Clone(names)
	slices.Reverse(labels)
	for i, v := range seconds {
		kind := 0
		if i >= ours {
			kind = 1
		}
		kinds[kind] = append(kinds[kind], plotter.XY{X: v, Y: float64(len(seconds) - 1 - i)})
	}
	if len(kinds[0]) > 0 {
		if err := points(p, "ours, on this machine", kinds[0], Palette[0], draw.CircleGlyph{}, vg.Points(4)); err != nil {
			return nil, err
		}
	}
	if len(kinds[1]) > 0 {
		if err := points(p, "the authors'", kinds[1], grey, draw.RingGlyph{}, vg.Points(4)); err != nil {
			return nil, err
		}
	}
	p.NominalY(labels...)
	p.Y.Min, p.Y.Max = -0.5, float64(len(labels))-0.5
	p.X.Min, p.X.Max = slices.Min(seconds)/3, slices.Max(seconds)*3
	return p, logarithmic(&p.X, decades{})
}

// decades are powers of ten of a second; every third has a label.
type decades struct{}

func (decades) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for power := math.Ceil(math.Log10(low) - 1e-9); power <= math.Log10(high)+1e-9; power++ {
		v := math.Pow(10, power)
		tick := plot.Tick{Value: v}
		if math.Mod(power, 3) == 0 {
			tick.Label = duration(v)
		}
		ticks = append(ticks, tick)
	}
	return ticks
}

// duration gives 1e-6 as "1 µs".
func duration(seconds float64) string {
	for _, unit := range []struct {
		name string
		size float64
	}{{"s", 1}, {"ms", 1e-3}, {"µs", 1e-6}} {
		if seconds > 0.99*unit.size {
			return fmt.Sprintf("%.4g %s", seconds/unit.size, unit.name)
		}
	}
	return fmt.Sprintf("%.4g ns", seconds/1e-9)
}
