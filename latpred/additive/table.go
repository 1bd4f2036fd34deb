package additive

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/boost"
	"github.com/ofalat/ofalat/latpred/conformal"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// Table predicts with segment times, fitted in closed form to latencies of whole networks,
// and with the launch queue if the data show one. It is of kind table or, with a learned
// correction, hybrid. It is safe for concurrent use.
type Table struct {
	model      *pass.Model
	correction *boost.Forest // added to the model's label, in units of unitMs; nil: none
	unitMs     float64
	interval   *conformal.Split // with the host in the state for predictions; nil: none
	followed   *conformal.Split // with the host followed; nil: interval
	provenance latpred.Provenance
}

// NewTable makes a predictor from a model, which must not be changed afterwards. interval
// must be calibrated on rows that neither fitted nor chose the model, with pass.Reading.Margin as
// the key; nil means no intervals.
func NewTable(m *pass.Model, interval *conformal.Split, from latpred.Provenance) *Table {
	return &Table{model: m, interval: interval, provenance: from}
}

// Kind is "table" or, with a correction, "hybrid".
func (t *Table) Kind() string {
	if t.correction != nil {
		return latpred.KindHybrid
	}
	return latpred.KindTable
}

// WithoutCorrection returns the table without the learned correction. Its interval is
// still the one calibrated for the hybrid.
func (t *Table) WithoutCorrection() *Table {
	return &Table{model: t.model, interval: t.interval, followed: t.followed, provenance: t.provenance}
}

// Provenance describes the training rows and the fit.
func (t *Table) Provenance() latpred.Provenance { return t.provenance }

// Model returns the model, which must not be changed.
func (t *Table) Model() *pass.Model { return t.model }

// Resolutions implements latpred.ResolutionLister.
func (t *Table) Resolutions() []int { return slices.Clone(t.model.Basis.Resolutions()) }

// Correction returns the learned correction of a hybrid, which must not be changed, and
// the milliseconds of one unit of its values. A table without correction returns nil and 0.
func (t *Table) Correction() (forest *boost.Forest, unitMs float64) { return t.correction, t.unitMs }

// PredictMs implements latpred.Predictor: it predicts what the clock of the training data
// would show.
func (t *Table) PredictMs(dst []float64, archs []space.Arch) error {
	latpred.MustMatch(dst, archs)
	if t.correction == nil {
		return t.model.LabelsMs(dst, archs, nil)
	}
	for i, a := range archs {
		r, err := t.model.Read(a, t.model.Queue.HostState)
		if err != nil {
			return fmt.Errorf("architecture %d: %w", i, err)
		}
		dst[i] = t.correct(a, r)
	}
	return nil
}

// BoundsMs implements latpred.IntervalPredictor. Its level holds for rows like those of the
// calibration, in whatever state the host is, as often as it was then. n calibration rows
// bound levels up to n/(n+1); above, high is +Inf.
func (t *Table) BoundsMs(low, high []float64, archs []space.Arch, level float64) error {
	latpred.MustMatch(low, archs)
	latpred.MustMatch(high, archs)
	if t.interval == nil {
		return latpred.ErrNoInterval
	}
	for i, a := range archs {
		r, err := t.model.Read(a, t.model.Queue.HostState)
		if err != nil {
			return fmt.Errorf("architecture %d: %w", i, err)
		}
		ms := t.correct(a, r)
		w := t.interval.HalfWidthMs(ms, r.Margin(), level)
		low[i], high[i] = max(0, ms-w), ms+w
	}
	return nil
}

// Backing implements latpred.BackedIntervals: intervals rest on the validation rows that
// chose nothing.
func (t *Table) Backing() latpred.Backing {
	if t.interval == nil {
		return latpred.Backing{}
	}
	return latpred.Backing{N: len(t.interval.Scores), Of: "calibration rows"}
}

// Segments implements latpred.SegmentTimer.
func (t *Table) Segments(a space.Arch) (latpred.Breakdown, error) {
	ms, segs, err := t.model.SegmentsMs(nil, nil, a)
	if err != nil {
		return latpred.Breakdown{}, err
	}
	if err := AllocateFixed(ms, segs, a, func(other space.Arch) ([]float64, error) {
		times, _, err := t.model.SegmentsMs(nil, nil, other)
		return times, err
	}); err != nil {
		return latpred.Breakdown{}, err
	}
	r, err := t.model.Read(a, t.model.Queue.HostState)
	if err != nil {
		return latpred.Breakdown{}, err
	}
	label := t.correct(a, r)
	if !r.HostLimited { // the correction applies to the pass itself
		for i := range ms {
			ms[i] *= label / r.TrueMs
		}
		r.TrueMs = label
	}
	b := NameSegments(a, segs, ms)
	b.TrueMs, b.LabelMs, b.HostLimited = r.TrueMs, label, r.HostLimited
	return b, nil
}

// PassMs implements latpred.PassTimer.
func (t *Table) PassMs(dst []float64, archs []space.Arch) error {
	latpred.MustMatch(dst, archs)
	for i, a := range archs {
		r, err := t.model.Read(a, t.model.Queue.HostState)
		if err != nil {
			return fmt.Errorf("architecture %d: %w", i, err)
		}
		if dst[i] = r.TrueMs; !r.HostLimited { // the correction applies to the pass itself
			dst[i] = t.correct(a, r)
		}
	}
	return nil
}

// FollowMs predicts the rows of set one after the other, in the order of measurement, each
// after the latencies before it are known: it tracks the host's state (pass.Tracker) and
// adapts the interval of the given level (conformal.Adaptive), which can be +Inf for a few
// rows after many misses. pred, low and high, in milliseconds, must be as long as the set. It errs with latpred.ErrNoInterval if the
// table has no interval.
func (t *Table) FollowMs(pred, low, high []float64, set *dataset.Set, level float64) error {
	if t.interval == nil {
		return latpred.ErrNoInterval
	}
	interval := cmp.Or(t.followed, t.interval).Adapt(level)
	return t.follow(t.model.Track(), set, func(i int, r pass.Reading, ms float64) {
		w := interval.HalfWidthMs(ms, r.Margin())
		pred[i], low[i], high[i] = ms, max(0, ms-w), ms+w
		interval.Observe(ms, set.Samples[i].LatencyMs, r.Margin())
	})
}

// follow predicts the rows of set in their order, in the state that the tracker has from
// the rows before, and hands each prediction, milliseconds, to each. Without a tracker the
// state is the one for predictions.
func (t *Table) follow(tracker *pass.Tracker, set *dataset.Set, each func(row int, r pass.Reading, ms float64)) error {
	for i, s := range set.Samples {
		state := t.model.Queue.HostState
		if tracker != nil {
			state = tracker.State
		}
		r, err := t.model.Read(s.Arch, state)
		if err != nil {
			return fmt.Errorf("architecture %d: %w", i, err)
		}
		each(i, r, t.correct(s.Arch, r))
		if tracker == nil {
			continue
		}
		if err := tracker.Observe(s.Arch, s.LatencyMs); err != nil {
			return err
		}
	}
	return nil
}
