package experiment

import (
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
	"gonum.org/v1/gonum/stat"
)

// device evaluates how well the project's own device can be predicted from measured
// networks, from a table of its layers and from other devices.
func device(r *runner) error {
	d := &deviceRun{betterRun: newBetterRun(r)}
	var err error
	if d.set, err = dataset.Open(measure.Own); err != nil {
		return err
	}
	if d.space, err = d.set.Space(); err != nil {
		return err
	}
	if d.table, err = lut.Open(measure.Own); err != nil {
		return err
	}
	d.split = d.set.SplitFileOrder()
	normalised, err := d.normalised()
	if err != nil {
		return err
	}
	if err := r.inParts(d.noise, d.additivity, d.wholeNetworks, normalised.additivity, normalised.wholeNetworks, d.fewMeasurements, normalised.fewMeasurements); err != nil {
		return err
	}
	r.result.Notes = append(r.result.Notes,
		fmt.Sprintf("One core of an AMD EPYC (Zen 4), XLA, one image of 32-bit floats, width 1.0: %d networks and five tables, measured by latpred measure. All are judged on the last %d networks, which none has seen.", d.set.Rows, len(d.split.Test)))
	return nil
}

type deviceRun struct {
	*betterRun
	set    *dataset.Set
	space  *space.Space
	table  *lut.Table
	split  dataset.Split
	anchor bool // labels are divided by their group's anchors
}

// normalised is the same run on labels that are divided by their group's anchors.
func (d *deviceRun) normalised() (*deviceRun, error) {
	nets, err := measure.Shipped("nets")
	if err != nil {
		return nil, err
	}
	n := *d
	n.anchor = true
	if n.set, err = nets.Normalised(nil).Set(); err != nil {
		return nil, err
	}
	n.table = &lut.Table{Device: d.table.Device, SpaceID: d.table.SpaceID, Rows: map[int]map[string]lut.Entry{}}
	for _, r := range d.space.Resolutions {
		layers, err := measure.Shipped(fmt.Sprint(r))
		if err != nil {
			return nil, err
		}
		n.table.Rows[r] = layers.Normalised(nets.AnchorMs()).Rows()
	}
	return &n, nil
}

// named adds to a quantity that its labels are normalised, if they are.
func (d *deviceRun) named(quantity string) string {
	if d.anchor {
		return quantity + ", drift divided out"
	}
	return quantity
}

// noise reports the noise of the labels, from the journals of their measurement.
func (d *deviceRun) noise() error {
	nets, err := measure.Shipped("nets")
	if err != nil {
		return err
	}
	n := nets.Noise()
	d.reach("label: variation in a session", "%", 0, 100*n.Label, "", "target 1; from labels of odd and of even rounds")
	d.reach("three anchors, over the groups: variation", "%", 0, 100*n.Groups, "", fmt.Sprintf("%d groups in %.0f minutes", n.GroupCount, nets.PerUnit().Minutes()*float64(d.set.Rows)))
	d.reach("three anchors, each over what the others say of the group: variation", "%", 0, 100*n.Normalised, "", "what dividing by anchors leaves")
	found, err := measure.Shipped("found")
	if err != nil {
		return err
	}
	d.reach("anchors in another process, a while later: off by at most", "%", 0, 100*acrossSessions(nets, found), "", "target 2")
	d.reach("whole networks an hour, compiled and measured", "", 0, 3600/nets.PerUnit().Seconds(), "", fmt.Sprintf("target 2,000, with rounds of 5 runs; here %d", nets.Header.Runs))
	return nil
}

// acrossSessions is the largest relative difference of an anchor between two campaigns, a
// fraction.
func acrossSessions(a, b *measure.Journal) (worst float64) {
	others := b.AnchorMs()
	for name, ms := range a.AnchorMs() {
		if others[name] > 0 {
			worst = max(worst, math.Abs(others[name]/ms-1))
		}
	}
	return worst
}

// sums are a table's predictions for rows, in milliseconds.
func (d *deviceRun) sums(t *lut.Table, rows []int) ([]float64, error) {
	index, err := t.Index(d.space)
	if err != nil {
		return nil, err
	}
	ms := make([]float64, len(rows))
	return ms, index.PredictMs(ms, d.set.Subset(rows).Archs())
}

// additivity compares sums of layers with whole networks.
func (d *deviceRun) additivity() error {
	all := seqOf(d.set.Rows)
	sums, err := d.sums(d.table, all)
	if err != nil {
		return err
	}
	whole := d.set.LatenciesMs()
	ratio := make([]float64, len(all))
	series := make([]figure.Series, len(d.space.Resolutions))
	for i, r := range d.space.Resolutions {
		series[i].Name = fmt.Sprintf("%d pixels", r)
	}
	for i, s := range d.set.Samples {
		ratio[i] = sums[i] / whole[i]
		at := &series[slices.Index(d.space.Resolutions, s.Arch.Resolution)]
		at.X, at.Y = append(at.X, whole[i]), append(at.Y, sums[i])
	}
	d.reach(d.named("sum of a network's layers over the whole: median"), "", 0, metric.Median(ratio), "table", fmt.Sprintf("%d networks", len(all)))
	d.reach(d.named("sum of a network's layers and the whole: rank correlation"), "", 0, metric.Spearman(sums, whole), "table", "target .98")
	for _, n := range []int{3, 10, 30, 100} {
		v, err := d.calibrated(n, rms)
		if err != nil {
			return err
		}
		d.reach(d.named(fmt.Sprintf("table, calibrated by %d networks: relative RMS", n)), "%", 0, v.Value, "table", d.note("2, on networks it never saw", v))
	}
	if d.anchor {
		return nil
	}
	p, err := figure.Relation("Sums of layers, and whole networks", "whole network (ms)", "sum of its layers (ms)", series)
	if err != nil {
		return err
	}
	d.result.Figures = append(d.result.Figures, figure.Named{Name: "additivity", Plot: p})
	return nil
}

// rms is the root mean square of relative errors, in percent.
func rms(pred, want []float64) float64 {
	var squares float64
	for i := range pred {
		e := pred[i]/want[i] - 1
		squares += e * e
	}
	return 100 * math.Sqrt(squares/float64(len(pred)))
}

func mapePercent(pred, want []float64) float64 { return 100 * metric.MAPE(pred, want) }

// calibrated takes n training rows to calibrate the table, again and again.
func (d *deviceRun) calibrated(n int, score func(pred, want []float64) float64) (figure.Interval, error) {
	test := d.set.Subset(d.split.Test)
	var values []float64
	for seed := range uint64(d.draws) {
		some := d.set.Subset(random.Stream(seed, "draw").Perm(len(d.split.Train))[:n])
		c, err := d.table.Calibrate(d.space, some.Archs(), some.LatenciesMs())
		if err != nil {
			return figure.Interval{}, err
		}
		pred, err := d.sums(d.table, d.split.Test)
		if err != nil {
			return figure.Interval{}, err
		}
		for i := range pred {
			pred[i] = c.OffsetMs + c.Factor*pred[i]
		}
		values = append(values, score(pred, test.LatenciesMs()))
	}
	return spread(n, values), nil
}

// spread is the median of values, with their tenth and ninetieth percentile.
func spread(n int, values []float64) figure.Interval {
	slices.Sort(values)
	q := func(p float64) float64 { return stat.Quantile(p, stat.Empirical, values, nil) }
	m := metric.Median(values)
	return figure.Interval{X: float64(n), Value: m, Low: min(m, q(.1)), High: max(m, q(.9))}
}

// wholeNetworks evaluates predictors trained on whole networks alone.
func (d *deviceRun) wholeNetworks() error {
	train, test := d.set.Subset(d.split.Train), d.set.Subset(d.split.Test)
	t, _, err := lut.Fit(d.space, train.Archs(), train.LatenciesMs())
	if err != nil {
		return err
	}
	pred, err := d.sums(t, d.split.Test)
	if err != nil {
		return err
	}
	d.reach(d.named(fmt.Sprintf("table fitted to %d whole networks: relative RMS", train.Rows)), "%", 0, rms(pred, test.LatenciesMs()), "table", "no layer was measured")
	pred = make([]float64, test.Rows)
	p, _, err := additive.Train(d.ctx, d.set, d.split, additive.Config{})
	if err != nil {
		return err
	}
	if err := p.PredictMs(pred, test.Archs()); err != nil {
		return err
	}
	d.reach(d.named(fmt.Sprintf("train --kind table, %d networks: MAPE", train.Rows)), "%", 0, mapePercent(pred, test.LatenciesMs()), p.Kind(), "")
	return nil
}

// fewMeasurements compares, by the number of measured networks, adaptation from other
// devices with a calibrated table of the layers.
func (d *deviceRun) fewMeasurements() error {
	sources, err := d.others(d.set)
	if err != nil {
		return err
	}
	sizes := []int{3, 5, 10, 20, 50, 100}
	switch {
	case d.anchor:
		sizes = []int{10}
	case d.tiny:
		sizes = []int{3, 10}
	}
	order := []string{"adapted, designed rows", "adapted, random rows", "power law of a source", "table of its layers, calibrated"}
	curves := map[string][]figure.Interval{}
	for _, n := range sizes {
		for k, name := range order {
			var v figure.Interval
			if k == 3 {
				v, err = d.calibrated(n, mapePercent)
			} else {
				v, err = d.over(shot{sources: sources, set: d.set, pool: d.split.Train, test: d.split.Test, n: n, draws: d.draws, designed: k == 0, waits: true, powerLaw: k == 2}, mape)
			}
			if err != nil {
				return err
			}
			curves[name] = append(curves[name], v)
			if n == 3 || n == 10 || n == 100 {
				row := d.reach(d.named(fmt.Sprintf("%s, %d: MAPE", name, n)), "%", 0, v.Value, "", d.note(map[int]string{10: "5", 3: "none", 100: "none"}[n], v))
				if k < 3 {
					row.Seen = seenHELP
				}
			}
		}
	}
	if d.anchor {
		return nil
	}
	p, err := figure.FewShot("A processor, from GPUs and a phone, by few measurements", "MAPE (%)", curves, order, "", figure.Interval{})
	if err != nil {
		return err
	}
	d.result.Figures = append(d.result.Figures, figure.Named{Name: "own-few-shot", Plot: p})
	return nil
}

// others are all shipped sources for a set's networks except the project's own device.
func (r *runner) others(set *dataset.Set) ([]*transfer.Source, error) {
	names := slices.DeleteFunc(catalog.SourceNames(), func(name string) bool { return name == measure.Own })
	return sourcesFor(r.ctx, set, names)
}
