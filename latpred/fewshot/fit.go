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
	NoQueue  bool // the clock waits for the device
	PowerLaw bool // only power laws of sources, with a constant
}

const (
	minRows       = 3
	screenRows    = 80  // sources are chosen on so many rows at most
	kept          = 3   // sources that mixtures are made of
	mixtureLog    = 1.5 // how much less likely, as a logarithm, a power law of two sources is than of one
	minWeight     = .002
	reweightRows  = 5 // from how many rows on outliers count less
	outlierSd     = 1.5
	fineRows      = 40  // from how many rows on resolutions have columns of their own
	fineWeight    = .05 // that a base must have for it
	fineBases     = 3
	maxComponents = 8 // of the full average
	maxPowerLaws  = 3 // of power laws
	scaleRounds   = 4 // how often the factor of a base is brought to the median ratio
	kinkRounds    = 2 // how often is looked anew which measurements the host limits
)

// Fit learns a device from measurements of it, at least 3.
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

func newFitter(ctx context.Context, sources []Source, archs []space.Arch, latenciesMs []float64, config Config) (*fitter, error) {
	f := &fitter{ctx: ctx, sources: withTables(sources), archs: archs, y: latenciesMs, weight: ones(len(archs)), config: config}
	for _, y := range latenciesMs {
		f.centre += math.Log(y) / float64(len(latenciesMs))
	}
	f.centre = math.Exp(f.centre)
	return f, f.collect()
}

func ones(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 1
	}
	return out
}

type fitter struct {
	ctx     context.Context
	sources []Source
	archs   []space.Arch
	segs    [][]pass.Segment // of each row
	ms      [][][]float64    // of each source, row and segment; nil: a source that does not cover all rows
	y       []float64
	weight  []float64 // square roots
	centre  float64
	config  Config
}

// ask lets every source say what it knows of the rows.
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

// see looks at all rows through a base.
func (f *fitter) see(b *Base, dst []baseline) (err error) {
	for i, a := range f.archs {
		dst[i], err = b.see(a, f.segs[i], func(source int) ([]float64, error) {
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

var errNotCovered = errors.New("fewshot: a source does not cover the measurements")

// fitScale brings the base to the size of the measurements, and looks at them
// through it.
func (f *fitter) fitScale(b *Base, baselines []baseline) error {
	ratios := make([]float64, len(f.y))
	for range scaleRounds {
		if err := f.see(b, baselines); err != nil {
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
	return f.see(b, baselines)
}

func (f *fitter) fit() (*Model, *Report, error) {
	full, powerLaw, err := f.averages()
	if err != nil {
		return nil, nil, err
	}
	m, r := f.blend(full, powerLaw)
	return m, r, f.ctx.Err()
}

// averages averages over all that is tried, and over power laws alone.
func (f *fitter) averages() (full, powerLaw *averaged, err error) {
	bases, err := f.screen()
	if err != nil {
		return nil, nil, err
	}
	all, err := f.work(bases)
	if err != nil {
		return nil, nil, err
	}
	full, powerLaw = f.average(all, false), f.average(all, true)
	if len(f.y) >= fineRows {
		all, err := f.work(f.fine(full))
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

// reweigh makes an average anew, in which measurements count less that are far from
// what the others say of them.
func (f *fitter) reweigh(a *averaged, powerLaw bool) (*averaged, error) {
	robust := *f
	robust.weight = make([]float64, len(f.y))
	for i, y := range f.y {
		z := math.Abs(y-a.loo[i]) / a.looSd[i]
		robust.weight[i] = math.Sqrt(min(1, outlierSd/max(z, 1e-9)))
	}
	all, err := robust.work(a.bases())
	if err != nil || len(all) == 0 {
		return a, err
	}
	return robust.average(all, powerLaw), nil
}

// fine gives the bases that matter columns for each resolution that was measured.
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
