package experiment

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/stat"
)

// What tables have seen of the rows that judge them. That labels of the GPUs come from a
// queue, and the host from one of two states, was found by looking at all rows of these
// sets; depths and times were not, they are searched on each split's own rows.
const (
	formSeen   = "its form came from all rows"
	onlineSeen = formSeen + "; each row after its prediction"
)

// splitSeen is formSeen over random splits, with what a profile's recipes have seen.
func (b *betterRun) splitSeen() string {
	if b.profile != Full {
		return formSeen + ", its recipe from those of the file order"
	}
	return formSeen
}

// tables evaluates tables that are trained on all training rows.
func (b *betterRun) tables() error {
	if err := b.tablesInFileOrder(); err != nil {
		return err
	}
	for _, t := range table1Sets() {
		set, err := dataset.Open(t.set)
		if err != nil {
			return err
		}
		if err := b.tableOverSplits(set, t.device, t.paper); err != nil {
			return err
		}
	}
	return nil
}

// tablesInFileOrder judges tables of the two GPUs on the authors' test rows.
func (b *betterRun) tablesInFileOrder() error {
	search := b.profile == Full
	p40, err := dataset.Open("p40-b64")
	if err != nil {
		return err
	}
	t, err := b.table(p40, p40.SplitFileOrder(), additive.Config{Hybrid: search}, search)
	if err != nil {
		return err
	}
	j, err := b.judge(t.WithoutCorrection(), p40, p40.SplitFileOrder())
	if err != nil {
		return err
	}
	b.saw(formSeen).reach("P40, file order: MAE", "ms", Paper("table1", "p40-b64", "paper_rmse"), j.fixed.MAEMs, "table", "target .085; once: a closed form has no seed")
	b.saw(formSeen).reach("P40, file order: RMSE", "ms", 0, j.fixed.RMSEMs, "table", "target .16")
	if search {
		if j, err = b.judge(t, p40, p40.SplitFileOrder()); err != nil {
			return err
		}
		b.saw(formSeen).reach("P40, file order, with a learned correction: MAE", "ms", 0, j.fixed.MAEMs, t.Kind(), "target .076")
	}
	b.covered("P40, file order", j)

	rtx, err := dataset.Open("rtx2080ti-b64")
	if err != nil {
		return err
	}
	if t, err = b.table(rtx, rtx.SplitFileOrder(), additive.Config{}, search); err != nil {
		return err
	}
	if j, err = b.judge(t, rtx, rtx.SplitFileOrder()); err != nil {
		return err
	}
	b.saw(formSeen).reach("RTX 2080 Ti, file order, training rows only: MAE", "ms", Paper("table1", "rtx2080ti-b64", "paper_rmse"), j.unknown.MAEMs, "table", "target .31; the mean over the host's states, each as often as among the training rows")
	b.saw(formSeen).reach("RTX 2080 Ti, file order: MAE", "ms", Paper("table1", "rtx2080ti-b64", "paper_rmse"), j.fixed.MAEMs, "table", "target .10; the host's state from validation rows")
	b.saw(onlineSeen).reach("RTX 2080 Ti, file order, host's state followed online: MAE", "ms", 0, j.online.MAEMs, "table", "target .055; each test row is seen before the next is predicted")
	b.covered("RTX 2080 Ti, file order", j)
	return b.tableFigures(j)
}

// covered adds the coverage of a table's intervals on the rows of one split.
func (b *betterRun) covered(where string, j judged) {
	for k, way := range []struct{ name, kind, seen string }{
		{"", "conformal", formSeen}, {", online", "adaptive conformal", onlineSeen},
	} {
		b.saw(way.seen).reach(where+way.name+": rows within the 90 % interval", "%", 0, 100*j.coverage[k], way.kind, "target 88 to 92")
		b.saw(way.seen).reach(where+way.name+": … in the worst fifth", "%", 0, 100*j.worst[k], way.kind, "target 85")
		if width := j.width[k]; width > 0 {
			b.saw(way.seen).reach(where+way.name+": median width of the interval", "ms", 0, width, way.kind, "")
		}
	}
}

// tableOverSplits judges tables of a device of Table 1 on the random splits by architecture
// of its corrected column: the best value and the interval are of the same splits.
func (b *betterRun) tableOverSplits(set *dataset.Set, device string, paper float64) error {
	var mae, fixed, online []float64
	for seed := range uint64(min(b.draws, paperSize.seeds)) {
		j, err := b.onSplit(set, splitFor(set, 1+seed))
		if err != nil {
			return err
		}
		mae = append(mae, j.fixed.MAEMs)
		fixed, online = append(fixed, 100*j.coverage[0]), append(online, 100*j.coverage[1])
	}
	where := device + ", splits by architecture"
	b.saw(b.splitSeen()).reach(where+": MAE", "ms", paper, stat.Mean(mae, nil), "table", "").correct(mae)
	b.saw(b.splitSeen()).reach(where+": rows within the 90 % interval", "%", 0, stat.Mean(fixed, nil), "conformal", "target 88 to 92").correct(fixed)
	if tableRecipes[set.Name].QueueDepth > 0 {
		b.saw(onlineSeen).reach(where+", online: rows within the 90 % interval", "%", 0, stat.Mean(online, nil), "adaptive conformal", "target 88 to 92").correct(online)
	}
	return nil
}

// onSplit trains a table on a split, searched anew in Full, and judges it.
func (b *betterRun) onSplit(set *dataset.Set, split dataset.Split) (judged, error) {
	t, err := b.table(set, split, additive.Config{}, b.profile == Full)
	if err != nil {
		return judged{}, err
	}
	return b.judge(t, set, split)
}

// tableFigures shows what the queue does to labels, and that the states explain
// the order of measuring.
func (b *betterRun) tableFigures(j judged) error {
	test := j.set.Subset(j.split.Test)
	full := figure.Series{Name: "queue full at the start"}
	short := figure.Series{Name: "host-limited: clock started too early"}
	var ratio []float64
	for i, s := range test.Samples {
		r, err := j.table.Model().Read(s.Arch, j.table.Model().Queue.HostState)
		if err != nil {
			return err
		}
		at := &full
		if r.HostLimited {
			at = &short
		}
		at.X, at.Y = append(at.X, r.TrueMs), append(at.Y, 100*(s.LatencyMs/r.TrueMs-1))
		ratio = append(ratio, s.LatencyMs/j.pred[i])
	}
	p, err := figure.Relation("RTX 2080 Ti: what the clock shows of a pass", "true pass T (ms)", "label over T (%)", []figure.Series{full, short})
	if err != nil {
		return err
	}
	drift, err := figure.Drift("RTX 2080 Ti: test labels over predictions, in the order of measuring", "off the mean (%)", ratio, 25)
	if err != nil {
		return err
	}
	b.result.Figures = append(b.result.Figures, figure.Named{Name: "clock", Plot: p}, figure.Named{Name: "order", Plot: drift})
	return nil
}

// coldRows is the number of rows at the start of a run for which the device was cold, as its
// labels show.
const coldRows = 60

// fixedKernels evaluates tables of the OFA sets on the fixed-kernel sets, which they were
// not trained on: on the first row of each network, since later rows repeat its label at
// other resolutions. All rows are judged with the host followed. With the host in one state,
// that which explains a tenth of the rows best once the device is warm, the rows after that
// tenth are.
func (b *betterRun) fixedKernels() error {
	for _, c := range []struct {
		name, device string
		target       float64
	}{{"rtx2080ti-b64", "RTX 2080 Ti", .09}, {"p40-b64", "P40", .11}} {
		set, err := dataset.Open(c.name)
		if err != nil {
			return err
		}
		t, err := b.table(set, set.SplitFileOrder(), additive.Config{}, b.profile == Full)
		if err != nil {
			return err
		}
		fixed, err := dataset.Open(c.name + "-fixed")
		if err != nil {
			return err
		}
		networks := fixed.Subset(firstOfEach(fixed))
		pred, low, high := make([]float64, networks.Rows), make([]float64, networks.Rows), make([]float64, networks.Rows)
		if err := t.FollowMs(pred, low, high, networks, .9); err != nil {
			return err
		}
		b.saw(onlineSeen).reach(fmt.Sprintf("%s, fixed kernels, host's state followed online: MAE", c.device), "ms", 0, metric.MAE(pred, networks.LatenciesMs()), "table",
			fmt.Sprintf("learnt from the OFA set; all %d networks, though the device was cold at first", networks.Rows))

		warm := coldRows + networks.Rows/10
		state, _, err := bestState(t.Model(), networks.Subset(seqOf(warm)[coldRows:]))
		if err != nil {
			return err
		}
		judge := networks.Subset(seqOf(networks.Rows)[warm:])
		pred = pred[:judge.Rows]
		if err := t.Model().LabelsMs(pred, judge.Archs(), constant(state, judge.Rows)); err != nil {
			return err
		}
		b.saw(formSeen+"; that the first rows are cold").reach(fmt.Sprintf("%s, fixed kernels: MAE", c.device), "ms", 0, metric.MAE(pred, judge.LatenciesMs()), "table",
			fmt.Sprintf("target %v; learnt from the OFA set; %d networks; the first %d left out: the device was cold; the host's state from the %d after them", c.target, judge.Rows, coldRows, warm-coldRows))
	}
	return nil
}

// firstOfEach gives the first row of each network of a set, whatever its resolution.
func firstOfEach(set *dataset.Set) []int {
	seen := map[space.Arch]bool{}
	var first []int
	for i, s := range set.Samples {
		network := s.Arch
		network.Resolution = 0
		if !seen[network] {
			seen[network] = true
			first = append(first, i)
		}
	}
	return first
}

// bestState gives the state of the host that explains rows best, with its mean absolute
// error on them, ms.
func bestState(m *pass.Model, set *dataset.Set) (state int, mae float64, err error) {
	pred := make([]float64, set.Rows)
	for s := range max(1, len(m.Queue.LaunchMs)) {
		if err := m.LabelsMs(pred, set.Archs(), constant(s, set.Rows)); err != nil {
			return 0, 0, err
		}
		if e := metric.MAE(pred, set.LatenciesMs()); s == 0 || e < mae {
			state, mae = s, e
		}
	}
	return state, mae, nil
}

// shapes evaluates a table by feature-map sizes on HELP's set of 25 resolutions.
func (b *betterRun) shapes() error {
	set, err := dataset.Open("help-titanrtx-b64")
	if err != nil {
		return err
	}
	split := dataset.Split{Train: seqOf(4000), Validation: seqOf(4500)[4000:], Test: seqOf(5000)[4500:]}
	config := additive.Config{NoQueue: true}
	if b.tiny {
		config.Recipe.Basis = pass.Shape(pass.ResolutionsOf(set.Archs()), false)
	} else if b.profile != Full {
		config.Recipe.Basis = pass.Shape(pass.ResolutionsOf(set.Archs()), true)
	}
	t, _, err := additive.Train(b.ctx, set, split, config)
	if err != nil {
		return err
	}
	test := set.Subset(split.Test)
	pred := make([]float64, test.Rows)
	if err := t.PredictMs(pred, test.Archs()); err != nil {
		return err
	}
	b.saw(formSeen).reach("Titan RTX, batch 64, 4,000 rows: MAPE", "%", 0, 100*metric.MAPE(pred, test.LatenciesMs()), "table", "target .1; HELP's set, 25 resolutions, last 500 rows")
	return nil
}
