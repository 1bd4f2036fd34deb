package figure

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Sample is a named list of latencies.
type Sample struct {
	Name        string
	LatenciesMs []float64
}

// Distributions draws the distribution of each sample as a curve over latency / mean of
// the sample, so that devices of different speed can be compared. It has 50 bins up to
// 2.5; larger values are not shown. A sample must not be empty.
func Distributions(title string, samples []Sample) (*plot.Plot, error) {
	p := New(title, "latency / mean of the set", "share of networks per bin (%)")
	const bins, top = 50, 2.5
	for i, s := range samples {
		if len(s.LatenciesMs) == 0 {
			return nil, fmt.Errorf("figure: sample %s is empty", s.Name)
		}
		var sum float64
		for _, v := range s.LatenciesMs {
			sum += v
		}
		mean := sum / float64(len(s.LatenciesMs))
		var counts [bins]float64
		for _, v := range s.LatenciesMs {
			if b := int(v / mean / top * bins); b < bins {
				counts[b]++
			}
		}
		var xys plotter.XYs
		for b, n := range counts {
			xys = append(xys, plotter.XY{X: (float64(b) + 0.5) * top / bins, Y: 100 * n / float64(len(s.LatenciesMs))})
		}
		if err := line(p, s.Name, xys, colour(i), false); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// ByResolution draws a box plot of the latencies at each input resolution, the map's key:
// median, quartiles, and whiskers of at most 1.5 times the length of the box.
func ByResolution(title string, latenciesMs map[int][]float64) (*plot.Plot, error) {
	p := New(title, "input resolution (pixels)", "latency (ms)")
	var resolutions []int
	for r := range latenciesMs {
		resolutions = append(resolutions, r)
	}
	slices.Sort(resolutions)
	var names []string
	for i, r := range resolutions {
		box, err := plotter.NewBoxPlot(vg.Points(28), float64(i), plotter.Values(latenciesMs[r]))
		if err != nil {
			return nil, err
		}
		box.FillColor = soft(Palette[4], 110)
		box.BoxStyle.Color, box.MedianStyle.Color, box.WhiskerStyle.Color = Palette[0], Palette[0], Palette[0]
		box.MedianStyle.Width = vg.Points(1.8)
		box.GlyphStyle = draw.GlyphStyle{Color: soft(Palette[0], 120), Shape: draw.CircleGlyph{}, Radius: vg.Points(1)}
		p.Add(box)
		names = append(names, fmt.Sprint(r))
	}
	p.NominalX(names...)
	p.X.Min, p.X.Max = -0.5, float64(len(names))-0.5
	return p, nil
}

// Drift draws a ratio in file order, averaged over consecutive windows of so many rows, in
// percent above or below its mean. A last window that is not full is left out.
func Drift(title, y string, ratio []float64, window int) (*plot.Plot, error) {
	if window < 1 || len(ratio) < window {
		return nil, fmt.Errorf("figure: windows of %d rows for %d", window, len(ratio))
	}
	p := New(title, "row, in the order of measuring", y)
	var mean float64
	for _, v := range ratio {
		mean += v / float64(len(ratio))
	}
	var xys plotter.XYs
	for from := 0; from+window <= len(ratio); from += window {
		var sum float64
		for _, v := range ratio[from : from+window] {
			sum += v
		}
		xys = append(xys, plotter.XY{X: float64(from) + float64(window)/2, Y: 100 * (sum/float64(window)/mean - 1)})
	}
	if err := line(p, "", xys, Palette[0], false); err != nil {
		return nil, err
	}
	return p, reference(p, "", 0, 0, float64(len(ratio)))
}

// Relation draws one quantity (Y of a series) over another (X), a point for each network.
func Relation(title, xName, yName string, samples []Series) (*plot.Plot, error) {
	p := New(title, xName, yName)
	for i, s := range samples {
		size, ink := vg.Points(1.2), soft(colour(i), 90)
		if len(s.X) <= fewPoints {
			size, ink = vg.Points(3), soft(colour(i), 200)
		}
		if err := points(p, s.Name, s.xys(), ink, draw.CircleGlyph{}, size); err != nil {
			return nil, err
		}
	}
	p.Legend.Left = true
	headroom(p, len(samples))
	return p, nil
}

// fewPoints is the largest number of points of a series that are drawn large, so that
// each can be seen; of more, the cloud is shown.
const fewPoints = 200
