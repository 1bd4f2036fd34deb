package figure

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Growth draws costs (Y of a series) over sizes (X), both on logarithmic scales. The
// legend has the exponent of a power law fitted to each series by least squares of the
// logarithms: 1 is proportional. Values must be above 0, and a series needs two different
// sizes.
func Growth(title, x, y string, all []Series) (*plot.Plot, error) {
	if len(all) == 0 {
		return nil, fmt.Errorf("figure: no series")
	}
	p := New(title, x, y)
	for i, s := range all {
		if len(s.X) != len(s.Y) || len(s.X) < 2 {
			return nil, fmt.Errorf("figure: series %q has %d sizes and %d costs", s.Name, len(s.X), len(s.Y))
		}
		xys := make(plotter.XYs, len(s.X))
		for k := range s.X {
			xys[k] = plotter.XY{X: s.X[k], Y: s.Y[k]}
		}
		slices.SortFunc(xys, func(a, b plotter.XY) int { return cmp.Compare(a.X, b.X) })
		slope, err := exponent(s)
		if err != nil {
			return nil, err
		}
		if err := line(p, fmt.Sprintf("%s: slope %.2f", s.Name, slope), xys, colour(i), false); err != nil {
			return nil, err
		}
		if err := points(p, "", xys, colour(i), draw.CircleGlyph{}, vg.Points(3)); err != nil {
			return nil, err
		}
	}
	p.Legend.Left = true
	if err := logarithmic(&p.X, logTicks{}); err != nil {
		return nil, err
	}
	if err := logarithmic(&p.Y, logTicks{}); err != nil {
		return nil, err
	}
	headroom(p, len(all))
	return p, nil
}

// exponent is the slope of a line fitted to the logarithms.
func exponent(s Series) (float64, error) {
	var sx, sy, sxx, sxy float64
	n := float64(len(s.X))
	for k := range s.X {
		if !(s.X[k] > 0) || !(s.Y[k] > 0) || math.IsInf(s.X[k]+s.Y[k], 0) {
			return 0, fmt.Errorf("figure: series %q: %v, %v has no place on logarithmic axes", s.Name, s.X[k], s.Y[k])
		}
		x, y := math.Log(s.X[k]), math.Log(s.Y[k])
		sx, sy, sxx, sxy = sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	spread := n*sxx - sx*sx
	if spread <= 1e-12 {
		return 0, fmt.Errorf("figure: series %q has one size alone", s.Name)
	}
	return (n*sxy - sx*sy) / spread, nil
}
