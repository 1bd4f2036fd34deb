package adapt

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/audit"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
	"gonum.org/v1/gonum/mat"
)

// Transferred predicts a device that was adapted to with few measurements of networks of any
// space. It is of kind adapted and safe for concurrent use.
type Transferred struct {
	model      *transfer.Model
	provenance latpred.Provenance
}

// Kind is "adapted".
func (t *Transferred) Kind() string { return latpred.KindAdapted }

// Provenance describes the measurements, and names the sources in its recipe.
func (t *Transferred) Provenance() latpred.Provenance { return t.provenance }

// Space is the space whose networks it predicts.
func (t *Transferred) Space() *space.Space { return t.model.Space() }

// PredictMs implements latpred.Predictor.
func (t *Transferred) PredictMs(dst []float64, archs []space.Arch) error {
	latpred.MustMatch(dst, archs)
	for i, a := range archs {
		ms, err := t.model.MeanMs(a)
		if err != nil {
			return fmt.Errorf("architecture %d: %w", i, err)
		}
		dst[i] = ms
	}
	return nil
}

// boundsBatch is the number of networks whose intervals are computed at once.
const boundsBatch = 256

// BoundsMs implements latpred.IntervalPredictor. Intervals hold what they promise on average
// over devices and draws of the measurements, up to levels of 0.95; see transfer.Model.Bounds.
// A level above n/(n+1) of n measurements has no bound: low is 0 and high is +Inf.
func (t *Transferred) BoundsMs(low, high []float64, archs []space.Arch, level float64) error {
	latpred.MustMatch(low, archs)
	latpred.MustMatch(high, archs)
	for from := 0; from < len(archs); from += boundsBatch {
		to := min(from+boundsBatch, len(archs))
		rows, err := t.model.Features(archs[from:to])
		if err != nil {
			return err
		}
		t.model.Bounds(low[from:to], high[from:to], rows, level)
	}
	if !t.Backing().Supports(level) {
		for i := range low {
			low[i], high[i] = 0, math.Inf(1)
		}
	}
	return nil
}

// Backing implements latpred.BackedIntervals: intervals rest on the measurements and on the
// model's distribution.
func (t *Transferred) Backing() latpred.Backing {
	return latpred.Backing{N: t.model.Rows(), Of: "measurements", Assumed: true, Refused: true}
}

// Transfer fits a predictor of a device to the rows of set, at least 3, all of networks of s,
// and to sources, of which there may be none. It errs if rows can't be latencies of one device
// in milliseconds, and says which; if a network or a source is not of s; and when ctx ends.
//
// Report.LeaveOneOut has the error of the predictor, under "adapted", and of the mean of the
// measurements, under "mean".
func Transfer(ctx context.Context, sources []*transfer.Source, s *space.Space, set *dataset.Set) (*Transferred, *Report, error) {
	warnings, err := audit.Support(set)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	f := transfer.FeaturesOf(s)
	rows, err := f.Rows(set.Archs())
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	l, err := transfer.NewLearner(f, sources, transfer.DefaultPrior())
	if err != nil {
		return nil, nil, err
	}
	y := set.LatenciesMs()
	m, err := l.Fit(rows, y)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	left, sd, err := leftOut(ctx, l, rows, y)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	r := &Report{Rows: len(y), Recipe: "features of " + s.ID + " and " + strings.Join(m.Describe(), "; "), Warnings: append(warnings, audit.LeaveOneOut(y, left, sd)...),
		LeaveOneOut: map[string]float64{"adapted": 0, "mean": 0}}
	for i, ms := range left {
		r.LeaveOneOut["adapted"] += math.Abs(ms-y[i]) / y[i] / float64(len(y))
		r.LeaveOneOut["mean"] += math.Abs(meanWithout(y, i)-y[i]) / y[i] / float64(len(y))
	}
	r.ExpectedPercent = 100 * r.LeaveOneOut["adapted"]
	if r.MoreRows, err = moreTransferRows(ctx, l, rows, y, r.LeaveOneOut["adapted"]); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	if len(y) < fewRows {
		r.Warnings = append(r.Warnings, fewRowsWarning(len(y)))
	}
	from := latpred.Provenance{
		Device: set.Device, Space: set.SpaceID, Data: set.Name, DataHash: set.Hash(), Rows: set.Rows, Versions: latpred.Versions(), Note: r.Recipe,
		Split: allRows(set).Record(len(set.Samples)), Recipe: map[string]string{"expected_error_percent": fmt.Sprintf("%.3g", r.ExpectedPercent)},
	}
	var names []string
	for _, source := range sources {
		names = append(names, source.Name)
		from.Sources = append(from.Sources, source.Seen...)
	}
	from.Recipe["sources"] = strings.Join(names, ", ")
	return &Transferred{m, from}, r, nil
}

// meanWithout is the mean of all values but one.
func meanWithout(values []float64, without int) (mean float64) {
	for i, v := range values {
		if i != without {
			mean += v / float64(len(values)-1)
		}
	}
	return mean
}

// leftOutParts is the number of parts that are left out in turn where there are more rows.
const leftOutParts = 20

// leftOut predicts each row, and its standard deviation, from models that were fitted without
// it: one for each row, or for each of 20 parts.
func leftOut(ctx context.Context, l *transfer.Learner, rows *mat.Dense, y []float64) (ms, sd []float64, err error) {
	n, p := rows.Dims()
	ms, sd = make([]float64, n), make([]float64, n)
	parts := min(n, leftOutParts)
	for part := range parts {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		var rest []float64
		kept := mat.NewDense(n, p, nil)
		for i := range n {
			if i%parts != part {
				kept.SetRow(len(rest), rows.RawRowView(i))
				rest = append(rest, y[i])
			}
		}
		var m *transfer.Model
		if len(rest) >= transfer.LeastRows {
			m, _ = l.Fit(kept.Slice(0, len(rest), 0, p), rest) // errs if all are equal
		}
		for i := part; i < n; i += parts {
			if m == nil {
				ms[i], sd[i] = meanWithout(y, i), math.Inf(1)
				continue
			}
			m.Means(ms[i:i+1], rows.Slice(i, i+1, 0, p).(*mat.Dense))
			sd[i] = m.SpreadMs(rows.RawRowView(i))
		}
	}
	return ms, sd, nil
}

// PlanTransfer chooses n architectures of s to measure, the most informative ones, in the
// order of their use, so that the first ones are a plan for fewer. It chooses from 600 random
// architectures (n if that is more) drawn from rng. Sources, of which there may be none, say
// what is likely to matter. It errs if n is below 1 or a source is not of s.
func PlanTransfer(sources []*transfer.Source, s *space.Space, rng *rand.Rand, n int) ([]space.Arch, error) {
	if n < 1 {
		return nil, fmt.Errorf("a plan of %d architectures: want 1 or more", n)
	}
	f := transfer.FeaturesOf(s)
	l, err := transfer.NewLearner(f, sources, transfer.DefaultPrior())
	if err != nil {
		return nil, err
	}
	pool := make([]space.Arch, max(planPool, n))
	for i := range pool {
		pool[i] = s.Sample(rng)
	}
	rows, err := f.Rows(pool)
	if err != nil {
		return nil, err
	}
	out := make([]space.Arch, 0, n)
	for _, i := range l.Design(rows, n) {
		out = append(out, pool[i])
	}
	return out, nil
}
