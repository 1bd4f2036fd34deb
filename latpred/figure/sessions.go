package figure

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Session is how slow a device was while one process measured on it, as multiples of a
// common speed.
type Session struct {
	Name             string
	Groups           []float64 // one after the other
	Scale, Low, High float64   // mean, and the ends of its interval
}

// fewSessions is the largest number of sessions that the legend names.
const fewSessions = 7

// Sessions draws the slowness of sessions in percent about the common speed, side by side: a
// point for each group, a line at the session's mean and a band for its interval. A session
// must have a group.
func Sessions(title string, sessions []Session) (*plot.Plot, error) {
	p := New(title, "group, in the order of measuring", "slower than the common scale (%)")
	if len(sessions) == 0 {
		return nil, fmt.Errorf("figure: no sessions")
	}
	percent := func(v float64) float64 { return 100 * (v - 1) }
	from := 0.
	for i, s := range sessions {
		if len(s.Groups) == 0 {
			return nil, fmt.Errorf("figure: session %s has no groups", s.Name)
		}
		to := from + float64(len(s.Groups))
		band, err := plotter.NewPolygon(plotter.XYs{{X: from, Y: percent(s.Low)}, {X: to, Y: percent(s.Low)}, {X: to, Y: percent(s.High)}, {X: from, Y: percent(s.High)}})
		if err != nil {
			return nil, err
		}
		band.Color, band.LineStyle.Width = soft(colour(i), 45), 0
		p.Add(band)
		name := s.Name
		if len(sessions) > fewSessions {
			name = ""
		}
		if err := line(p, name, plotter.XYs{{X: from, Y: percent(s.Scale)}, {X: to, Y: percent(s.Scale)}}, colour(i), false); err != nil {
			return nil, err
		}
		xys := make(plotter.XYs, len(s.Groups))
		for g, v := range s.Groups {
			xys[g] = plotter.XY{X: from + float64(g) + .5, Y: percent(v)}
		}
		if err := points(p, "", xys, soft(colour(i), 200), draw.CircleGlyph{}, vg.Points(2)); err != nil {
			return nil, err
		}
		from = to
	}
	if len(sessions) <= fewSessions {
		headroom(p, len(sessions))
	}
	return p, reference(p, "", 0, 0, from)
}
