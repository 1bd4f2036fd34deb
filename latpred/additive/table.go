package additive

import (
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/boost"
	"github.com/ofalat/ofalat/latpred/conformal"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// Table predicts with the times of layers, found in closed form from latencies of
// whole networks, and the launch queue where the data show one. It is of kind
// table or, with a learned correction, hybrid.
type Table struct {
	model      *pass.Model
	correction *boost.Forest // of what the model says, in units of unitMs; nil: none
	unitMs     float64
	interval   *conformal.Split // nil: none
	provenance latpred.Provenance
}

// NewTable makes a predictor of a model. interval, calibrated on rows that the
// model did not learn from, sorted by the key that Table uses, may be nil.
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

// WithoutCorrection gives the table that a hybrid corrects; its interval is that of
// the hybrid.
func (t *Table) WithoutCorrection() *Table {
	return &Table{model: t.model, interval: t.interval, provenance: t.provenance}
}

// Provenance says where the times come from.
func (t *Table) Provenance() latpred.Provenance { return t.provenance }

// Model gives the model, which must not be changed.
func (t *Table) Model() *pass.Model { return t.model }

// Resolutions see latpred.ResolutionLister.
func (t *Table) Resolutions() []int { return slices.Clone(t.model.Basis.Resolutions()) }

// Correction gives the learned correction of a hybrid, which must not be changed, and
// the milliseconds that its values are of; nil for a table.
func (t *Table) Correction() (forest *boost.Forest, unitMs float64) { return t.correction, t.unitMs }

// PredictMs gives what the clock of the training data would show.
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

// BoundsMs see latpred.IntervalPredictor.
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

// Segments see latpred.SegmentTimer.
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
	if !r.HostLimited { // the correction is of the pass itself
		for i := range ms {
			ms[i] *= label / r.TrueMs
		}
		r.TrueMs = label
	}
	b := NameSegments(a, segs, ms)
	b.TrueMs, b.LabelMs, b.HostLimited = r.TrueMs, label, r.HostLimited
	return b, nil
}

// PassMs see latpred.PassTimer.
func (t *Table) PassMs(dst []float64, archs []space.Arch) error {
	latpred.MustMatch(dst, archs)
	for i, a := range archs {
		r, err := t.model.Read(a, t.model.Queue.HostState)
		if err != nil {
			return fmt.Errorf("architecture %d: %w", i, err)
		}
		if dst[i] = r.TrueMs; !r.HostLimited { // the correction is of the pass itself
			dst[i] = t.correct(a, r)
		}
	}
	return nil
}

// FollowMs predicts rows in the order of measuring, each after those before it
// were seen: the host's state is followed, and the interval adapts. pred, low and
// high have the set's length. It errs with latpred.ErrNoInterval where there is none.
func (t *Table) FollowMs(pred, low, high []float64, set *dataset.Set, level float64) error {
	if t.interval == nil {
		return latpred.ErrNoInterval
	}
	tracker, interval := t.model.Track(), t.interval.Adapt(level)
	for i, s := range set.Samples {
		r, err := t.model.Read(s.Arch, tracker.State)
		if err != nil {
			return fmt.Errorf("architecture %d: %w", i, err)
		}
		ms := t.correct(s.Arch, r)
		w := interval.HalfWidthMs(ms, r.Margin())
		pred[i], low[i], high[i] = ms, max(0, ms-w), ms+w
		interval.Observe(ms, s.LatencyMs, r.Margin())
		if err := tracker.Observe(s.Arch, s.LatencyMs); err != nil {
			return err
		}
	}
	return nil
}
