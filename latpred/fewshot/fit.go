package fewshot

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// Config says what Fit tries. The zero value tries everything.
type Config struct {
	NoQueue  bool // the clock waits for the device: try no launch queue
	PowerLaw bool // try only power laws of sources with a constant
}

const (
	minRows        = 3
	screenRows     = 80   // sources are chosen on at most this many rows
	unlikelyLog    = 12   // log evidence below the best's from which a base is left out after screening
	mixtureSources = 3    // number of best sources to make bases of
	mixtureLog     = 1.5  // minus the log prior of a power law of two sources, relative to one source
	minWeight      = .002 // hypotheses and components of less weight are dropped
	reweightRows   = 5    // smallest number of rows for giving outliers less weight
	outlierSd      = 1.5  // Huber's threshold, in leave-one-out standard deviations
	fineRows       = 40   // smallest number of rows for columns of single resolutions
	fineWeight     = .05  // smallest weight of a base for that, except the best
	fineBases      = 3    // largest number of bases for that
	maxComponents  = 8    // largest number of components of the full average
	maxPowerLaws   = 3    // … of the average of power laws
	scaleRounds    = 4    // iterations that bring the factor of a base to the median ratio
	kinkRounds     = 2    // refits in which the rows that the host limits are updated
)

// Fit learns a device from measurements of it: archs, all of one family, with latencies in
// milliseconds, above 0. It panics if the lengths differ. It errs with fewer than 3 rows,
// without sources, if no source covers all rows, and when ctx ends. The result is
// deterministic.
func Fit(ctx context.Context, sources []Source, archs []space.Arch, latenciesMs []float64, config Config) (*Model, *Report, error) {
	if len(archs) != len(latenciesMs) {
		panic("fewshot: Fit with lengths that differ")
	}
	if len(sources) == 0 {
		return nil, nil, errors.New("fewshot: no sources")
	}
	if len(archs) < minRows {
		return nil, nil, fmt.Errorf("fewshot: %d rows: at least %d are needed", len(archs), minRows)
	}
	f, err := newFitter(ctx, sources, archs, latenciesMs, config)
	if err != nil {
		return nil, nil, err
	}
	return f.fit()
}

// newFitter collects what the sources say of the rows.
func newFitter(ctx context.Context, sources []Source, archs []space.Arch, latenciesMs []float64, config Config) (*fitter, error) {
	f := &fitter{ctx: ctx, sources: withTables(sources), archs: archs, y: latenciesMs, weight: ones(len(archs)), config: config}
	if archs[0].Family == nil {
		return nil, errors.New("fewshot: an architecture without a family is no network")
	}
	f.columns = columnsOf(archs[0].Family)
	for _, y := range latenciesMs {
		f.centre += math.Log(y) / float64(len(latenciesMs))
	}
	f.centre = math.Exp(f.centre)
	return f, f.collect()
}

// ones returns n ones.
func ones(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 1
	}
	return out
}

// fitter holds the rows of a fit.
type fitter struct {
	ctx     context.Context
	sources []Source
	archs   []space.Arch
	segs    [][]pass.Segment // segments of each row
	ms      [][][]float64    // times by source, row and segment; ms[s] is nil if source s does not cover all rows
	y       []float64        // latencies, milliseconds
	weight  []float64        // square roots of the rows' weights
	centre  float64          // geometric mean of y
	columns *columns         // those of the rows' family
	config  Config
}

// collect fills segs and ms. It errs if no source covers all rows, and when ctx ends.
func (f *fitter) collect() error {
	f.segs, f.ms = make([][]pass.Segment, len(f.archs)), make([][][]float64, len(f.sources))
	var last error
	for s := range f.sources {
		rows := make([][]float64, len(f.archs))
		var err error
		for i, a := range f.archs {
			if i%100 == 0 && f.ctx.Err() != nil {
				return f.ctx.Err()
			}
			segs, ms, failed := f.sources[s].segmentsMs(a)
			if err = failed; err != nil {
				last = err
				break
			}
			f.segs[i], rows[i] = segs, ms
		}
		if err == nil {
			f.ms[s] = rows
		}
	}
	if !slices.ContainsFunc(f.ms, func(rows [][]float64) bool { return rows != nil }) {
		return fmt.Errorf("fewshot: no source covers the measurements: %w", last)
	}
	return nil
}

// baselines writes the baseline of each row under b to dst.
func (f *fitter) baselines(b *Base, dst []baseline) (err error) {
	for i, a := range f.archs {
		dst[i], err = b.baseline(a, f.segs[i], func(source int) ([]float64, error) {
			if f.ms[source] == nil {
				return nil, errNotCovered
			}
			return f.ms[source][i], nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// errNotCovered is the error of a base whose source does not cover all rows.
var errNotCovered = errors.New("fewshot: a source does not cover the measurements")

// fitScale scales the parts of b so that the median of measured over predicted label is 1,
// and writes the baselines of the rows.
func (f *fitter) fitScale(b *Base, baselines []baseline) error {
	ratios := make([]float64, len(f.y))
	for range scaleRounds {
		if err := f.baselines(b, baselines); err != nil {
			return err
		}
		for i := range baselines {
			ratios[i] = f.y[i] / baselines[i].labelMs
		}
		g := metric.Median(ratios)
		for p := range b.Parts {
			b.Parts[p].Scale *= g
		}
		if b.Queue.None() {
			break // exact
		}
	}
	return f.baselines(b, baselines)
}

// fit makes the model and its report.
func (f *fitter) fit() (*Model, *Report, error) {
	full, powerLaw, err := f.averages()
	if err != nil {
		return nil, nil, err
	}
	m, r := f.blend(full, powerLaw)
	return m, r, f.ctx.Err()
}

// averages gives the average over all bases that are tried, and that over power laws only.
func (f *fitter) averages() (full, powerLaw *averaged, err error) {
	bases, err := f.screen()
	if err != nil {
		return nil, nil, err
	}
	all, err := f.hypotheses(bases)
	if err != nil {
		return nil, nil, err
	}
	full, powerLaw = f.average(all, false), f.average(all, true)
	if len(f.y) >= fineRows {
		all, err := f.hypotheses(f.fine(full))
		if err != nil {
			return nil, nil, err
		}
		if len(all) > 0 {
			full = f.average(all, false)
		}
	}
	if len(f.y) >= reweightRows {
		if full, err = f.reweigh(full, false); err != nil {
			return nil, nil, err
		}
		if powerLaw, err = f.reweigh(powerLaw, true); err != nil {
			return nil, nil, err
		}
	}
	return full, powerLaw, nil
}

// reweigh refits an average with Huber weights: measurements far from their leave-one-out
// prediction get less weight.
func (f *fitter) reweigh(a *averaged, powerLaw bool) (*averaged, error) {
	robust := *f
	robust.weight = make([]float64, len(f.y))
	for i, y := range f.y {
		z := math.Abs(y-a.loo[i]) / a.looSd[i]
		robust.weight[i] = math.Sqrt(min(1, outlierSd/max(z, 1e-9)))
	}
	all, err := robust.hypotheses(a.bases())
	if err != nil || len(all) == 0 {
		return a, err
	}
	return robust.average(all, powerLaw), nil
}

// fine returns the bases of most weight, with columns of their own for each measured
// resolution unless they are power laws.
func (f *fitter) fine(a *averaged) []Base {
	var bases []Base
	for _, h := range a.hypotheses {
		if h.weight() < fineWeight && len(bases) > 0 || len(bases) == fineBases {
			break
		}
		b := h.base
		if !b.PowerLaw {
			b.Sizes = pass.ResolutionsOf(f.archs)
		}
		bases = append(bases, b)
	}
	return bases
}

// error is the mean relative leave-one-out error.
func (f *fitter) error(a *averaged) float64 {
	if a == nil {
		return math.Inf(1)
	}
	var sum float64
	for i, y := range f.y {
		sum += math.Abs(a.loo[i]-y) / y
	}
	return sum / float64(len(f.y))
}
