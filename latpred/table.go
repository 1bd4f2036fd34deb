package latpred

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

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
	provenance Provenance
}

// NewTable makes a predictor of a model. interval, calibrated on rows that the
// model did not learn from, sorted by the key that Table uses, may be nil.
func NewTable(m *pass.Model, interval *conformal.Split, from Provenance) *Table {
	return &Table{model: m, interval: interval, provenance: from}
}

// Kind is "table" or, with a correction, "hybrid".
func (t *Table) Kind() string {
	if t.correction != nil {
		return KindHybrid
	}
	return KindTable
}

// WithoutCorrection gives the table that a hybrid corrects; its interval is that of
// the hybrid.
func (t *Table) WithoutCorrection() *Table {
	return &Table{model: t.model, interval: t.interval, provenance: t.provenance}
}

// Provenance says where the times come from.
func (t *Table) Provenance() Provenance { return t.provenance }

// Model gives the model, which must not be changed.
func (t *Table) Model() *pass.Model { return t.model }

// PredictMs gives what the clock of the training data would show.
func (t *Table) PredictMs(dst []float64, archs []space.Arch) error {
	mustMatch(dst, archs)
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

// BoundsMs see Bounder.
func (t *Table) BoundsMs(low, high []float64, archs []space.Arch, level float64) error {
	mustMatch(low, archs)
	mustMatch(high, archs)
	if t.interval == nil {
		return ErrNoInterval
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

// Segments see SegmentTimer.
func (t *Table) Segments(a space.Arch) (Breakdown, error) {
	ms, segs, err := t.model.SegmentsMs(nil, nil, a)
	if err != nil {
		return Breakdown{}, err
	}
	if err := settle(ms, segs, a, func(other space.Arch) ([]float64, error) {
		times, _, err := t.model.SegmentsMs(nil, nil, other)
		return times, err
	}); err != nil {
		return Breakdown{}, err
	}
	r, err := t.model.Read(a, t.model.Queue.HostState)
	if err != nil {
		return Breakdown{}, err
	}
	label := t.correct(a, r)
	if !r.HostLimited { // the correction is of the pass itself
		for i := range ms {
			ms[i] *= label / r.TrueMs
		}
		r.TrueMs = label
	}
	b := nameSegments(a, segs, ms)
	b.TrueMs, b.LabelMs, b.HostLimited = r.TrueMs, label, r.HostLimited
	return b, nil
}

// nameSegments lists the segments of a with names for people.
func nameSegments(a space.Arch, segs []pass.Segment, ms []float64) (b Breakdown) {
	for i, s := range segs {
		t := SegmentTime{Name: "head", Stage: -1, Layer: -1, Ms: ms[i]}
		switch {
		case s.Entry == pass.Stem:
			t.Name = "stem"
		case s.Slot >= 0:
			t.Stage, t.Layer = s.Slot/space.SlotsPerStage, s.Slot%space.SlotsPerStage
			t.Name = fmt.Sprintf("stage %d, layer %d", t.Stage+1, t.Layer+1)
			t.Kernel, t.Expand = int(a.Kernel[s.Slot]), int(a.Expand[s.Slot])
		}
		b.Segments = append(b.Segments, t)
	}
	return b
}

// tableFile is what a file says of a Table; its times are the tensor theta.
type tableFile struct {
	Basis       string           `json:"basis"`
	Resolutions []int            `json:"resolutions"`
	Stages      int              `json:"stages"`
	Queue       pass.Queue       `json:"queue"`
	SpreadMs    float64          `json:"spread_ms"`
	Interval    *conformal.Split `json:"interval,omitempty"`
	Trees       int              `json:"trees,omitempty"` // of the correction: tensor trees
	UnitMs      float64          `json:"unit_ms,omitempty"`
}

func (t *Table) store(b *bundle, prefix string) (any, error) {
	file := storeModel(b, prefix, t.model, t.interval)
	if t.correction != nil {
		file.Trees, file.UnitMs = len(t.correction.Trees), t.unitMs
		b.put(prefix+"trees", flatten(t.correction))
	}
	return file, nil
}

// nodeValues are the numbers of a node in a file.
const nodeValues = 5

// flatten lists trees as numbers: of each its number of nodes, then the nodes.
func flatten(f *boost.Forest) []float64 {
	var out []float64
	for _, t := range f.Trees {
		out = append(out, float64(len(t)))
		for _, n := range t {
			out = append(out, float64(n.Feature), n.Limit, float64(n.Left), float64(n.Right), n.Value)
		}
	}
	return out
}

// unflatten reads what flatten wrote.
func unflatten(values []float64, trees int) (*boost.Forest, error) {
	f := &boost.Forest{}
	for range trees {
		if len(values) == 0 || !(values[0] >= 1) || float64(len(values)-1) < nodeValues*values[0] {
			return nil, errors.New("model: the trees are cut short")
		}
		nodes := make([]boost.Node, int(values[0]))
		values = values[1:]
		for i := range nodes {
			v := values[nodeValues*i:]
			nodes[i] = boost.Node{Feature: int(v[0]), Limit: v[1], Left: int(v[2]), Right: int(v[3]), Value: v[4]}
		}
		values = values[nodeValues*len(nodes):]
		f.Trees = append(f.Trees, nodes)
	}
	return f, f.Validate(correctionFeatures)
}

func storeModel(b *bundle, prefix string, m *pass.Model, interval *conformal.Split) tableFile {
	b.put(prefix+"theta", m.Theta)
	return tableFile{m.Basis.Name(), m.Basis.Resolutions(), m.Stages, m.Queue, m.Spread, interval, 0, 0}
}

func loadTable(b *bundle, prefix string, model json.RawMessage, from Provenance) (Predictor, error) {
	var file tableFile
	if err := json.Unmarshal(model, &file); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	m, err := file.load(b, prefix)
	if err != nil {
		return nil, err
	}
	t := NewTable(m, file.Interval, from)
	if file.Trees > 0 {
		values, err := b.get(prefix+"trees", -1)
		if err != nil {
			return nil, err
		}
		if t.correction, err = unflatten(values, file.Trees); err != nil {
			return nil, err
		}
		t.unitMs = file.UnitMs
	}
	return t, nil
}

func (f tableFile) load(b *bundle, prefix string) (*pass.Model, error) {
	if !slices.IsSorted(f.Resolutions) || len(f.Resolutions) > 1000 {
		return nil, errors.New("model: resolutions are not sorted")
	}
	basis, err := pass.BasisByName(f.Basis, f.Resolutions)
	if err != nil {
		return nil, err
	}
	theta, err := b.get(prefix+"theta", basis.Width())
	if err != nil {
		return nil, err
	}
	if err := f.Queue.Validate(); err != nil {
		return nil, err
	}
	if f.Interval != nil {
		if err := f.Interval.Validate(); err != nil {
			return nil, err
		}
	}
	return &pass.Model{Basis: basis, Stages: f.Stages, Theta: theta, Queue: f.Queue, Spread: f.SpreadMs}, nil
}

// FollowMs predicts rows in the order of measuring, each after those before it
// were seen: the host's state is followed, and the interval adapts. pred, low and
// high have the set's length. It errs with ErrNoInterval where there is none.
func (t *Table) FollowMs(pred, low, high []float64, set *dataset.Set, level float64) error {
	if t.interval == nil {
		return ErrNoInterval
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
