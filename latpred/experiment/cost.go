package experiment

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/hpo"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/neural"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/floats"
)

// passesPerLabel is the number of forward passes in the authors' measuring routine for one
// label: five to warm up and ten that are timed.
const passesPerLabel = 15

// figure6 computes the device time of data: as published, a label costs its latency once,
// and the table the time of its profiled layers; corrected, a label costs all passes of
// its measurement.
func figure6(r *runner) error {
	r.result.Seeds, r.result.Reduced, r.of = 0, "", 1
	table := lut.Note10()
	set, err := dataset.Open("note10")
	if err != nil {
		return err
	}
	labels := set.LatenciesMs()
	var groups []string
	bars := make([][]float64, 2)
	add := func(name, group string, paper, published, corrected float64, note string) {
		row := newRow(name, "s")
		row.Paper, row.AsPublished, row.Corrected, row.Note = Number(paper/1e3), Number(published/1e3), Number(corrected/1e3), note
		r.result.Rows = append(r.result.Rows, row)
		groups = append(groups, group)
		bars[0], bars[1] = append(bars[0], published/1e3), append(bars[1], corrected/1e3)
	}
	all, usual := table.Cost(), table.Cost(160, 176, 192, 208, 224)
	add("table, 17 resolutions", "17 tables", Paper("figure6", "note10", "table_cost"), all, all, "count × mean over all entries: about 500 whole networks profiled at each resolution")
	add("table, the 5 in use", "5 tables", float64(None), usual, usual, "nothing in the paper needs the other twelve")
	for _, p := range paperCurve("figure6", "note10", "label_cost") {
		n := int(p.rows)
		cost := floats.Sum(labels[:n])
		add(fmt.Sprintf("%d labels", n), fmt.Sprintf("%d labels", n), p.value, cost, passesPerLabel*cost, "")
	}
	r.result.Notes = append(r.result.Notes,
		fmt.Sprintf("Corrected: the authors' routine runs a network %d times for a label. The labels of the Note10 were never measured: they are sums over the table, so that the data set cost nothing beyond it.", passesPerLabel))
	p, err := figure.Bars("Device time to know the Note10", "time on the device (s)", groups, []string{"as published: one pass a label", "15 passes a label"}, bars)
	if err != nil {
		return err
	}
	r.result.Figures = append(r.result.Figures, figure.Named{Name: "figure6", Plot: p})
	r.tick("sums")
	return nil
}

// table4 times a search, trainings and fine-tunings on the machine that runs it.
func table4(r *runner) error {
	s, axes := r.grid()
	epochs := r.size.epochs / 2 // the paper's search for the Note10 had 50
	r.result.Seeds, r.of = 1, 5
	source := table1Sets()[0]
	paperTuning := Paper("table4", "note10", "tuning_time")
	all, err := r.size.open(source.set)
	if err != nil {
		return err
	}
	part, err := s.open(source.set)
	if err != nil {
		return err
	}
	var names []string
	var seconds []float64
	add := func(name string, row Row, took float64) {
		r.result.Rows = append(r.result.Rows, row)
		names, seconds = append(names, name), append(seconds, took)
		r.tick(name)
	}
	var took [2]float64 // the grid, and ASHA by the stopping rule
	for i, search := range searches[:2] {
		f, err := r.search(search, part, axes, max(1, epochs))
		if err != nil {
			return err
		}
		took[i] = f.seconds
		names, seconds = append(names, "tuning: "+search.name), append(seconds, f.seconds)
		r.tick("tuning: " + search.name)
	}
	row := newRow(fmt.Sprintf("tuning, %d configurations, %d rows, %d epochs", len(hpo.Grid(axes)), len(part.SplitFileOrder().Train), max(1, epochs)), "s")
	row.AsPublished, row.Corrected, row.Note = Number(took[0]), Number(took[1]), "as published the whole grid, corrected ASHA by the stopping rule"
	if r.profile == Full {
		row.Paper = Number(paperTuning)
	}
	r.result.Rows = append(r.result.Rows, row)
	o, err := r.asPublished(all, source.optimizer, 1)
	if err != nil {
		return err
	}
	row = newRow(fmt.Sprintf("one training, %d rows, %d epochs", len(all.SplitFileOrder().Train), r.size.epochs), "s")
	row.AsPublished = Number(o.seconds)
	if r.profile == Full {
		row.Paper = Number(Paper("table4", "note10", "training_time"))
	}
	add("one training", row, o.seconds)

	target, err := r.size.open(table2Targets()[0].set)
	if err != nil {
		return err
	}
	split := target.SplitFileOrder()
	split.Train = split.Train[:min(fineTuneRows, len(split.Train))]
	for _, transfer := range []neural.Transfer{neural.LastLayer, neural.AllLayers} {
		config := neural.PublishedFineTuning()
		config.Epochs = r.size.epochs
		if transfer == neural.AllLayers {
			config.Optimizer.LearningRate = 1e-3
		}
		_, result, err := neural.FineTune(r.ctx, r.be, o.model, transfer, neural.Job{Set: target, Split: split, Seed: 1, Config: config})
		if err != nil {
			return err
		}
		took := result.Elapsed.Seconds()
		row := newRow(fmt.Sprintf("fine-tuning, %s, %d rows, %d epochs", transfer, len(split.Train), r.size.epochs), "s")
		if transfer == neural.LastLayer {
			row.AsPublished = Number(took)
			if r.profile == Full {
				row.Paper = Number(Paper("table4", "note10", "fine_tuning_time"))
			}
		} else {
			row.Corrected = Number(took)
		}
		add("fine-tuning, "+string(transfer), row, took)
	}
	names, seconds = append(names, "tuning, 36 × 50 epochs"), append(seconds, paperTuning)
	r.result.Notes = append(r.result.Notes, "On this machine, with the backend's compilation where a step has its first run. The paper's times are of its authors' machine.")
	p, err := figure.Times("What a predictor costs to make", "time", names, seconds, len(names)-1)
	if err != nil {
		return err
	}
	r.result.Figures = append(r.result.Figures, figure.Named{Name: "table4", Plot: p})
	return nil
}

// table5 times predictions on the machine that runs it, one architecture at a
// time, its encoding included, and many at once.
func table5(r *runner) error {
	r.result.Seeds = 1
	set, err := r.size.open("note10")
	if err != nil {
		return err
	}
	few := set.Subset(seqOf(min(set.Rows, 1000)))
	archs := few.Archs()
	o, err := r.asPublishedFor(1, few)
	if err != nil {
		return err
	}
	table, times := lut.Note10(), table5Paper()
	s, err := space.ByID("mbv3-w1.2")
	if err != nil {
		return err
	}
	linear, err := additive.FitLinear(few)
	if err != nil {
		return err
	}
	onBackend, free, err := o.model.OnBackend(r.ctx, r.be)
	if err != nil {
		return err
	}
	defer free()

	one := make([]float64, 1)
	many := make([]float64, 8192)
	rng := random.Stream(1, "architectures")
	crowd := make([]space.Arch, len(many))
	for i := range crowd {
		crowd[i] = archs[rng.IntN(len(archs))]
	}
	next := 0
	arch := func() space.Arch { next++; return archs[next%len(archs)] }
	var kinds []string
	var seconds []float64
	cases := []struct {
		name  string
		paper float64 // ms
		count int     // architectures a call
		call  func() error
	}{
		{"table, sum over the layers", times[0].ms, 1, func() error { _, err := table.LatencyMs(s, arch()); return err }},
		{"closed form", math.NaN(), 1, func() error { return linear.PredictMs(one, []space.Arch{arch()}) }},
		{"network, one at a time", times[1].ms, 1, func() error { return o.model.PredictMs(one, []space.Arch{arch()}) }},
		{"network on " + r.be.Kind + ", one at a time", math.NaN(), 1, func() error { return onBackend.PredictMs(one, []space.Arch{arch()}) }},
		{"network on " + r.be.Kind + ", 8,192 at once", math.NaN(), len(many), func() error { return onBackend.PredictMs(many, crowd) }},
	}
	r.of = len(cases)
	window := 200 * time.Millisecond
	if r.profile == Quick {
		window /= 4
	}
	for _, c := range cases {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		each, err := secondsPerCall(c.call, window)
		if err != nil {
			return err
		}
		row := newRow(c.name, "µs")
		row.Paper, row.AsPublished = Number(1e3*c.paper), Number(1e6*each/float64(c.count))
		kinds, seconds = append(kinds, c.name), append(seconds, each/float64(c.count))
		r.result.Rows = append(r.result.Rows, row)
		r.tick(c.name)
	}
	row, err := measuringRow()
	if err != nil {
		return err
	}
	r.result.Rows = append(r.result.Rows, row)
	kinds, seconds = append(kinds, row.Quantity), append(seconds, float64(row.AsPublished)/1e6)
	ours := len(kinds)
	for i, p := range times {
		if i > 1 { // the first two stand beside ours
			row := newRow("authors: "+p.what, "µs")
			row.Paper = Number(1e3 * p.ms)
			r.result.Rows = append(r.result.Rows, row)
		}
		kinds, seconds = append(kinds, p.what), append(seconds, p.ms/1e3)
	}
	r.result.Notes = append(r.result.Notes, "As published: on this machine, by us. The authors' times are of their machines, of Python and PyTorch 1.6 (beside ours the network's on the fastest of three hosts; the table's is from their files, not from the paper); measuring is their routine of 15 passes at batch 64.")
	p, err := figure.Times("The time of one prediction, and of one measurement", "time for one architecture", kinds, seconds, ours)
	if err != nil {
		return err
	}
	r.result.Figures = append(r.result.Figures, figure.Named{Name: "table5", Plot: p})
	return nil
}

// measuringRow is the time to measure a network on the project's own device.
func measuringRow() (Row, error) {
	row := newRow("measuring, AMD EPYC, compilation included", "µs")
	journal, err := measure.Shipped("nets")
	if err != nil {
		return row, err
	}
	row.AsPublished = Number(journal.PerUnit().Microseconds())
	row.Note = fmt.Sprintf("one image, one thread, %d rounds of %d runs: what the shipped campaign took, not this machine", journal.Header.Rounds, journal.Header.Runs)
	return row, nil
}

// asPublishedFor trains for a number of epochs: enough for weights whose speed is
// that of trained ones.
func (r *runner) asPublishedFor(epochs int, set *dataset.Set) (outcome, error) {
	short := *r
	short.size.epochs = epochs
	return short.asPublished(set, table1Sets()[0].optimizer, 1)
}

// secondsPerCall returns the seconds of a call of f: the median of five batches of calls,
// each of about the duration d.
func secondsPerCall(f func() error, d time.Duration) (float64, error) {
	if err := f(); err != nil { // not timed: caches fill and graphs compile
		return 0, err
	}
	var times []float64
	for range 5 {
		calls := 0
		start := time.Now()
		for time.Since(start) < d {
			if err := f(); err != nil {
				return 0, err
			}
			calls++
		}
		times = append(times, time.Since(start).Seconds()/float64(calls))
	}
	slices.Sort(times)
	return times[2], nil
}
