package lab

import (
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/neural"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// Decayed returns what weight decay has left of a predictor's first layer where no row of
// set ever excites it, as −ln(max |w| · √inputs), and how many of the inputs are such. These
// weights get no gradient. They begin uniformly within ±1/√inputs, and each step of SGD with
// a learning rate, a weight decay and a momentum shrinks them, so that after many steps this
// is rate · decay · steps / (1 − momentum). The largest of n uniform values is taken to be
// n/(n+1) of the bound. It errs if every input is excited, or if the set can't be encoded.
func Decayed(p *neural.Predictor, set *dataset.Set) (value float64, silent int, err error) {
	rows, err := neural.Rows(p.Encoder(), set)
	if err != nil {
		return 0, 0, err
	}
	excited := make([]bool, rows.X.Cols)
	for _, column := range rows.X.Columns {
		excited[column] = true
	}
	params := p.Params()
	inputs, outputs := params.Layers[0], params.Layers[1]
	largest := 0.0
	for i, is := range excited {
		if is {
			continue
		}
		silent++
		for _, w := range params.Weights[0][i*outputs:][:outputs] {
			largest = max(largest, math.Abs(float64(w)))
		}
	}
	if silent == 0 {
		return 0, 0, fmt.Errorf("%s excites every input", set.Name)
	}
	n := float64(silent * outputs)
	return -math.Log(largest * math.Sqrt(float64(inputs)) * (n + 1) / n), silent, nil
}

// Hidden returns the values of a predictor's last hidden layer before its ReLU, rows of set
// after one another. It errs if the set can't be encoded, or there is no hidden layer.
func Hidden(p *neural.Predictor, set *dataset.Set) ([]float64, error) {
	rows, err := neural.Rows(p.Encoder(), set)
	if err != nil {
		return nil, err
	}
	params := p.Params()
	last := len(params.Weights) - 1
	if last < 1 {
		return nil, fmt.Errorf("the predictor of %s has no hidden layer", p.Provenance().Data)
	}
	trunk := &mlp.Params{Layers: params.Layers[:last+1], Weights: params.Weights[:last], Biases: params.Biases[:last]}
	outputs := trunk.Outputs(rows.X)
	values := make([]float64, len(outputs))
	for i, v := range outputs {
		values[i] = float64(v)
	}
	return values, nil
}

// Negative returns the share of values below 0, and the milliseconds that they contribute to
// a head's output, on average over the rows: what a ReLU before the head cuts off. hidden
// has a value for each of the head's weights, rows after one another.
func Negative(hidden []float64, head *neural.Head) (share, meanMs float64) {
	width := len(head.Weights)
	for i, v := range hidden {
		if v < 0 {
			share++
			meanMs += v * float64(head.Weights[i%width])
		}
	}
	return share / float64(len(hidden)), meanMs / float64(len(hidden)/width)
}

// Histogram draws how values are spread, as shares per bin, between the first and the
// ninety-ninth percentile of all, with a line at 0. Each of names has its values. It errs if
// lengths differ or one has no values.
func Histogram(title, x string, names []string, values [][]float64) (*plot.Plot, error) {
	if len(names) != len(values) {
		return nil, fmt.Errorf("%d names of %d samples", len(names), len(values))
	}
	for i, v := range values {
		if len(v) == 0 {
			return nil, fmt.Errorf("%s has no values", names[i])
		}
	}
	all := slices.Sorted(slices.Values(slices.Concat(values...)))
	low, high := stat.Quantile(.01, stat.Empirical, all, nil), stat.Quantile(.99, stat.Empirical, all, nil)
	const bins = 80
	p := figure.New(title, x, "share of values per bin (%)")
	most := 0.0
	for i, v := range values {
		counts := make([]float64, bins)
		for _, one := range v {
			if b := int((one - low) / (high - low) * bins); one >= low && b < bins {
				counts[b] += 100 / float64(len(v))
			}
		}
		var points plotter.XYs
		for b, share := range counts {
			points = append(points, plotter.XY{X: low + (float64(b)+.5)/bins*(high-low), Y: share})
		}
		most = max(most, slices.Max(counts))
		line, err := plotter.NewLine(points)
		if err != nil {
			return nil, err
		}
		line.Color, line.Width = figure.Palette[i%len(figure.Palette)], vg.Points(1.6)
		p.Add(line)
		p.Legend.Add(names[i], line)
	}
	zero, err := plotter.NewLine(plotter.XYs{{X: 0, Y: 0}, {X: 0, Y: most}})
	if err != nil {
		return nil, err
	}
	zero.Dashes = []vg.Length{vg.Points(4), vg.Points(3)}
	p.Add(zero)
	p.Legend.Add("where the ReLU cuts", zero)
	p.Legend.Top = true
	return p, nil
}
