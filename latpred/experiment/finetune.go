package experiment

import (
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/neural"
	"github.com/ofalat/ofalat/latpred/random"
	"gonum.org/v1/gonum/stat"
)

// fineTuneRows is how many measurements of the new device the paper spends.
const fineTuneRows = 700

func table2(r *runner) error { return r.fineTuneTable(table1Sets()[0], table2Targets()) }
func table3(r *runner) error { return r.fineTuneTable(table1Sets()[1], table3Targets()) }

// fineTuneTable takes a predictor of one device to three others.
//
// As published: the authors' run, a new last layer trained before the last ReLU of the
// source that they released, on the first rows of the target's file, judged on the last
// 1,500. Corrected: the same number of labels, drawn at random, a fifth of them kept to
// choose the learning rate and the epoch, judged on architectures of which no label was
// used.
func (r *runner) fineTuneTable(source trainedSet, targets []target) error {
	s := r.size
	from, err := s.open(source.set)
	if err != nil {
		return err
	}
	ours := min(s.seeds, ownSources)
	r.of = ours + s.seeds + len(targets)*(3+s.seeds*len(neural.Transfers()))
	own, sources, err := r.sources(source, from, ours)
	if err != nil {
		return err
	}
	tables, err := sourcesFor(r.ctx, from, []string{source.set})
	if err != nil {
		return err
	}
	released, err := neural.Released(source.set)
	if err != nil {
		return err
	}

	var groups []string
	bars, reLU := make([][]float64, len(neural.Transfers())+1), make([][]float64, 4)
	for _, t := range targets {
		set, err := s.open(t.set)
		if err != nil {
			return err
		}
		mean := stat.Mean(set.LatenciesMs(), nil)
		name := source.device + " → " + t.device
		rows, err := r.publishedRows(source, t, released, own, set)
		if err != nil {
			return err
		}
		best, kind, err := r.bestAdapted(tables[0], sources[0], set, fineTuneRows)
		if err != nil {
			return err
		}
		seen := ""
		if kind == latpred.KindAdapted {
			seen = seenForm
		}
		rows[0].Best, rows[0].BestKind, rows[0].Seen = Number(best.PaperRMSEMs), kind, seen
		rmse := len(rows) - 1
		rows[rmse].Best, rows[rmse].BestKind, rows[rmse].Seen = Number(best.RMSEMs), kind, seen
		r.tick(name + ", best")

		for k, transfer := range neural.Transfers() {
			var corrected []metric.Scores
			for seed, model := range sources {
				scores, err := r.fineTuneCorrected(model, transfer, set, fineTuneRows, 1+uint64(seed))
				if err != nil {
					return err
				}
				corrected = append(corrected, scores)
				r.tick(fmt.Sprintf("%s, %s, seed %d", name, transfer, 1+seed))
			}
			row := newRow(fmt.Sprintf("%s: RMSE, %s", name, transfer), "ms")
			row.correct(each(corrected, rmseOf))
			if transfer == neural.LastLayer {
				rows[0].correct(each(corrected, paperRMSEOf))
				rows[rmse].correct(each(corrected, rmseOf))
			} else {
				rows = append(rows, row)
			}
			bars[k] = append(bars[k], 100*float64(row.Corrected)/mean)
		}
		calibrated, err := calibratedTable(from, set)
		if err != nil {
			return err
		}
		for k, v := range []Number{rows[0].Paper, rows[0].AsPublished, rows[1].AsPublished, rows[0].Corrected} {
			reLU[k] = append(reLU[k], 100*float64(v)/mean)
		}
		row := newRow(name+": RMSE, "+calibratedKind, "ms")
		row.Best, row.BestKind = Number(calibrated.RMSEMs), calibratedKind
		bars[len(bars)-1] = append(bars[len(bars)-1], 100*calibrated.RMSEMs/mean)
		r.result.Rows = append(r.result.Rows, append(rows, row)...)
		groups = append(groups, t.device)
	}
	r.result.Notes = append(r.result.Notes, r.fineTuneNotes(source)...)
	kinds := []string{}
	for _, transfer := range neural.Transfers() {
		kinds = append(kinds, string(transfer))
	}
	p, err := figure.Bars(source.device+" → other devices, 700 labels, corrected", "RMSE / mean latency (%)", groups, append(kinds, "closed form, y = a·xᵇ"), bars)
	if err != nil {
		return err
	}
	lost, err := figure.Bars(source.device+" → other devices, 700 labels, last layer", "what the paper calls RMSE / mean latency (%)", groups,
		[]string{"paper", "as published", "same, tested as trained", "corrected"}, reLU)
	if err != nil {
		return err
	}
	r.result.Figures = append(r.result.Figures, figure.Named{Name: r.result.Item, Plot: p}, figure.Named{Name: r.result.Item + "-relu", Plot: lost})
	return r.xeonFigure()
}

func paperRMSEOf(s metric.Scores) float64 { return s.PaperRMSEMs }
func rmseOf(s metric.Scores) float64      { return s.RMSEMs }

const (
	calibratedKind = "closed form, y = a·xᵇ"
	xeonNote       = "The Xeon can't be reached from any device: its labels ignore the resolution (every network has that of the resolution it was first met at), while every source depends on it. Fine-tuning all layers remembers labels of networks that are on both sides, and so does better on the last rows of that file than what is adapted."
)

// band is the mean of values over splits by splitFor, with its interval where there are
// enough for one.
func band(x float64, values []float64) figure.Interval {
	m := overSplits(values)
	if m.N < 3 {
		m.Low, m.High = m.Value, m.Value
	}
	return figure.Interval{X: x, Value: m.Value, Low: m.Low, High: m.High}
}

// span is the mean of values over seeds with their range.
func span(x float64, values []float64) figure.Interval {
	return figure.Interval{X: x, Value: stat.Mean(values, nil), Low: slices.Min(values), High: slices.Max(values)}
}

// each applies f to a list.
func each[T any](list []T, f func(T) float64) []float64 {
	out := make([]float64, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}

// sources trains predictors to start from: so many as published, and corrected one for
// each seed.
func (r *runner) sources(t trainedSet, set *dataset.Set, published int) (asPublished, corrected []*neural.Predictor, err error) {
	for seed := range uint64(published) {
		o, err := r.asPublished(set, t.optimizer, 1+seed)
		if err != nil {
			return nil, nil, err
		}
		asPublished = append(asPublished, o.model)
		r.tick(fmt.Sprintf("%s, source as published, seed %d", t.device, 1+seed))
	}
	for seed := range uint64(r.size.seeds) {
		o, err := r.corrected(set, splitFor(set, 1+seed), t.optimizer, 1+seed)
		if err != nil {
			return nil, nil, err
		}
		corrected = append(corrected, o.model)
		r.tick(fmt.Sprintf("%s, source corrected, seed %d", t.device, 1+seed))
	}
	return asPublished, corrected, nil
}

// fineTuneRates are tried in turn; validation chooses. Quick leaves out the
// extremes.
func (r *runner) fineTuneRates() []float64 {
	if r.profile == Full {
		return []float64{1e-1, 1e-2, 1e-3, 1e-4}
	}
	return []float64{1e-2, 1e-3}
}

// fineTuneCorrected trains with n labels in all: four fifths of them to learn
// from, one to choose rate and epoch by.
func (r *runner) fineTuneCorrected(source *neural.Predictor, transfer neural.Transfer, set *dataset.Set, n int, seed uint64) (metric.Scores, error) {
	split := splitFor(set, seed)
	split.Train, split.Validation = fourFifths(some(split.Train, n, seed))
	best, err := r.fineTuned(source, transfer, set, split, seed)
	if err != nil {
		return metric.Scores{}, err
	}
	return judge(best, set.Subset(split.Test))
}

// fourFifths are rows to learn from, and the rest, to choose by.
func fourFifths(rows []int) (learn, choose []int) {
	n := len(rows) * 4 / 5
	return rows[:n], rows[n:]
}

// fineTuned trains with each learning rate and gives what validates best.
func (r *runner) fineTuned(source *neural.Predictor, transfer neural.Transfer, set *dataset.Set, split dataset.Split, seed uint64) (*neural.Predictor, error) {
	var best *neural.Predictor
	bestRMSE := math.Inf(1)
	for _, rate := range r.fineTuneRates() {
		config := neural.PublishedFineTuning()
		config.Optimizer.LearningRate, config.Epochs, config.KeepBest = rate, r.size.epochs, true
		m, result, err := neural.FineTune(r.ctx, r.be, source, transfer, neural.Job{Set: set, Split: split, Seed: seed, Config: config})
		if err != nil {
			return nil, err
		}
		if result.Best > 0 && result.History[result.Best-1].ValRMSE < bestRMSE {
			best, bestRMSE = m, result.History[result.Best-1].ValRMSE
		}
	}
	if best == nil {
		return nil, fmt.Errorf("%s, %s: every learning rate of %v diverged", set.Name, transfer, r.fineTuneRates())
	}
	return best, nil
}

func judge(m latpred.Predictor, set *dataset.Set) (metric.Scores, error) {
	pred := make([]float64, set.Rows)
	err := m.PredictMs(pred, set.Archs())
	return metric.Evaluate(pred, set.LatenciesMs()), err
}

// calibratedTable takes the source's closed form to a target by a power law in
// the target's first 700 rows, and judges it on the last rows of the file.
func calibratedTable(source, target *dataset.Set) (metric.Scores, error) {
	train := source.Subset(source.SplitFileOrder().Train)
	table, err := additive.FitLinear(train)
	if err != nil {
		return metric.Scores{}, err
	}
	split := target.SplitFileOrder()
	support, test := target.Subset(split.Train[:min(fineTuneRows, len(split.Train))]), target.Subset(split.Test)
	logs := func(set *dataset.Set) ([]float64, error) {
		ms := make([]float64, set.Rows)
		err := table.PredictMs(ms, set.Archs())
		return each(ms, math.Log), err
	}
	x, err := logs(support)
	if err != nil {
		return metric.Scores{}, err
	}
	a, b := stat.LinearRegression(x, each(support.LatenciesMs(), math.Log), nil, false)
	x, err = logs(test)
	if err != nil {
		return metric.Scores{}, err
	}
	return metric.Evaluate(each(x, func(v float64) float64 { return math.Exp(a + b*v) }), test.LatenciesMs()), nil
}

// xeonFigure shows what the Xeon's labels know of the resolution, beside a
// device whose labels do: the same networks on both.
func (r *runner) xeonFigure() error {
	xeon, err := dataset.Open("xeon-b64-fixed")
	if err != nil {
		return err
	}
	note10, err := dataset.Open("note10-fixed")
	if err != nil {
		return err
	}
	byResolution := map[int]int{}
	var series []figure.Series
	for _, i := range random.Stream(1, "figure").Perm(len(xeon.Samples))[:2000] {
		a := xeon.Samples[i].Arch
		if a.Resolution != 160 && a.Resolution != 192 && a.Resolution != 224 {
			continue
		}
		at, ok := byResolution[a.Resolution]
		if !ok {
			at = len(series)
			byResolution[a.Resolution] = at
			series = append(series, figure.Series{Name: fmt.Sprintf("%d pixels", a.Resolution)})
		}
		series[at].X = append(series[at].X, note10.Samples[i].LatencyMs)
		series[at].Y = append(series[at].Y, xeon.Samples[i].LatencyMs)
	}
	p, err := figure.Relation("The same networks on two devices: the Xeon's labels ignore the resolution", "Note10 (ms)", "Intel Xeon (ms)", series)
	if err != nil {
		return err
	}
	r.result.Figures = append(r.result.Figures, figure.Named{Name: "xeon-labels", Plot: p})
	return nil
}
