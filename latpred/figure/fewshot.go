package figure

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// FewShot draws an error over the number of measured networks, both on logarithmic
// scales: see SizeCurve for curves and order. The paper's value is a hollow point with the
// label paperName; "": there is none.
func FewShot(title, y string, curves map[string][]Interval, order []string, paperName string, paper Interval) (*plot.Plot, error) {
	p, err := SizeCurve(title, y, curves, order, nil)
	if err != nil {
		return nil, err
	}
	p.X.Label.Text = "measured networks"
	if paperName == "" {
		p.Legend.Top, p.Legend.Left = true, false // errors fall: there is room above on the right
	} else {
		p.Legend.Top, p.Legend.Left = false, true // the paper's point is there
	}
	if paperName != "" {
		if err := points(p, paperName, plotter.XYs{{X: paper.X, Y: paper.Value}}, grey, draw.RingGlyph{}, vg.Points(3.5)); err != nil {
			return nil, err
		}
	}
	p.X.Min, p.X.Max = p.X.Min/1.15, p.X.Max*1.15
	return p, logarithmic(&p.X, logTicks{})
}

// Calibration draws the actual coverage of intervals (Y of a series) over their nominal
// coverage (X), both in percent. On the diagonal they agree; below it intervals are too
// narrow.
func Calibration(title string, series []Series) (*plot.Plot, error) {
	p := New(title, "promised (%)", "held (%)")
	if err := line(p, "honest", plotter.XYs{{X: 0, Y: 0}, {X: 100, Y: 100}}, grey, true); err != nil {
		return nil, err
	}
	for i, s := range series {
		if len(s.X) != len(s.Y) {
			return nil, fmt.Errorf("figure: %s has %d promises and %d values", s.Name, len(s.X), len(s.Y))
		}
		if err := curve(p, s, i, false); err != nil {
			return nil, err
		}
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 100, 0, 100
	p.Legend.Left = true
	return p, nil
}
