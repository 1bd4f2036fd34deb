package experiment

import (
	"fmt"
	"math"

	"github.com/ofalat/ofalat/latpred/accuracy"
	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/nas"
	"github.com/ofalat/ofalat/latpred/space"
)

// ownLimits are of the project's own device, ms.
var ownLimits = []float64{5, 6, 8, 10, 12}

// calibrationRows and adaptationRows are how many measured networks the table and
// the adapted predictor of the measured searches have seen.
const (
	calibrationRows = 30
	adaptationRows  = 10
)

// searchMeasured searches for the project's own device, where what is found has been
// measured: by measuring alone, by the table of its layers, by a predictor adapted
// from other devices.
func (r *runner) searchMeasured() error {
	set, err := dataset.Open(measure.Own)
	if err != nil {
		return err
	}
	of, err := set.Space()
	if err != nil {
		return err
	}
	journal, err := measure.Shipped("nets")
	if err != nil {
		return err
	}
	judge, err := measuredJudge(set)
	if err != nil {
		return err
	}
	table, err := ownTable(set, of)
	if err != nil {
		return err
	}
	searches := []judgedSearch{{name: "EPYC, measuring", space: of.ID, limits: ownLimits}, {name: "EPYC, table", space: of.ID, latency: table, limits: ownLimits}}
	if r.profile == Full { // ten seconds
		adapted, err := r.adaptedToOwn(set)
		if err != nil {
			return err
		}
		searches = append(searches, judgedSearch{name: "EPYC, adapted", space: of.ID, latency: adapted, limits: ownLimits})
	}
	calibration, err := calibrate()
	if err != nil {
		return err
	}
	whole := *r
	whole.profile = Full // what fewer generations find has not been measured
	found := map[string]searched{}
	var series []figure.Series
	for i, s := range searches {
		var f searched
		if i == 0 {
			f, err = bestMeasured(s, set, calibration)
			f.seconds, f.evaluated = []float64{journal.PerUnit().Seconds() * float64(set.Rows)}, set.Rows
		} else {
			f, err = whole.searchLimits(s, judge, calibration)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		found[s.name] = f
		f.judged.Name = s.name + ": measured"
		series = append(series, f.judged)
		if i > 0 {
			f.believed.Name = s.name + ": believed"
			series = append(series, f.believed)
		}
	}
	r.report(searches, found)
	r.result.note(fmt.Sprintf(
		"EPYC: our own processor, one thread, one image; corrected: the found network, measured. Measuring: the best of %d networks, drawn and measured once for all limits, judged by the labels that it chose by; table: of its layers, calibrated by %d networks; adapted: from other devices, by %d. The networks are of width 1.0 and the accuracies of width 1.2: good for ranking, not to be expected of these networks.", set.Rows, calibrationRows, adaptationRows), "EPYC, ")
	p, err := figure.TradeOff("AMD EPYC, one thread: five searches, measured", "latency (ms)", "top-1, estimated (%)", series, nil, ownLimits)
	if err != nil {
		return err
	}
	r.result.Figures = append(r.result.Figures, figure.Named{Name: r.result.Item + "-measured", Plot: p})
	return nil
}

// measuredJudge knows the networks that were measured; of others it says NaN.
func measuredJudge(set *dataset.Set) (nas.Estimate, error) {
	journal, err := measure.Shipped("found")
	if err != nil {
		return nil, err
	}
	found, err := journal.Set()
	if err != nil {
		return nil, err
	}
	ms := map[space.Arch]float64{}
	for _, s := range append(found.Samples, set.Samples...) {
		ms[s.Arch] = s.LatencyMs
	}
	return func(dst []float64, archs []space.Arch) error {
		for i, a := range archs {
			if v, ok := ms[a]; ok {
				dst[i] = v
			} else {
				dst[i] = math.NaN()
			}
		}
		return nil
	}, nil
}

// bestMeasured is the search that only measures.
func bestMeasured(s judgedSearch, set *dataset.Set, calibration nas.Calibration) (searched, error) {
	f := searched{limits: make([]atLimit, len(s.limits))}
	f.begin()
	top1 := make([]float64, set.Rows)
	if err := accuracy.Predict(top1, set.Archs()); err != nil {
		return f, err
	}
	for i, limit := range s.limits {
		best := -1
		for row, sample := range set.Samples {
			if sample.LatencyMs <= limit && (best < 0 || top1[row] > top1[best]) {
				best = row
			}
		}
		if best < 0 {
			return f, fmt.Errorf("no measured network is within %g ms", limit)
		}
		b := set.Samples[best]
		f.add(s, i, b.Arch, b.LatencyMs, b.LatencyMs, calibration.Top1Percent(top1[best]))
	}
	return f, nil
}

// ownTable is the table of the device's layers, calibrated.
func ownTable(set *dataset.Set, of *space.Space) (nas.Estimate, error) {
	table, err := lut.Open(measure.Own)
	if err != nil {
		return nil, err
	}
	some := set.Subset(seqOf(calibrationRows))
	c, err := table.Calibrate(of, some.Archs(), some.LatenciesMs())
	if err != nil {
		return nil, err
	}
	if table, err = c.Apply(table); err != nil {
		return nil, err
	}
	index, err := table.Index(of)
	if err != nil {
		return nil, err
	}
	return index.PredictMs, nil
}

// adaptedToOwn learns the device from others and few rows that a design picks.
func (r *runner) adaptedToOwn(set *dataset.Set) (nas.Estimate, error) {
	sources, err := r.others(set)
	if err != nil {
		return nil, err
	}
	rows, err := design(sources, set.Subset(seqOf(poolRows)), adaptationRows)
	if err != nil {
		return nil, err
	}
	p, _, err := adapt.Adapt(r.ctx, sources, rows, adapt.Config{NoQueue: true})
	if err != nil {
		return nil, err
	}
	return p.PredictMs, nil
}
