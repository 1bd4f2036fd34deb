package latpred

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred/conformal"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// Table predicts with the times of layers, found in closed form from latencies of
// whole networks, and the launch queue where the data show one. It is of kind
// table or, with a learned correction, hybrid.
type Table struct {
	model      *pass.Model
	interval   *conformal.Split // nil: none
	provenance Provenance
}

// NewTable makes a predictor of a model. interval, calibrated on rows that the
// model did not learn from, sorted by the key that Table uses, may be nil.
func NewTable(m *pass.Model, interval *conformal.Split, from Provenance) *Table {
	return &Table{m, interval, from}
}

// Kind is "table".
func (t *Table) Kind() string { return KindTable }

// Provenance says where the times come from.
func (t *Table) Provenance() Provenance { return t.provenance }

// Model gives the model, which must not be changed.
func (t *Table) Model() *pass.Model { return t.model }

// PredictMs gives what the clock of the training data would show.
func (t *Table) PredictMs(dst []float64, archs []space.Arch) error {
	mustMatch(dst, archs)
	return t.model.LabelsMs(dst, archs, nil)
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
		w := t.interval.HalfWidthMs(r.LabelMs, r.Margin(), level)
		low[i], high[i] = max(0, r.LabelMs-w), r.LabelMs+w
	}
	return nil
}

// Segments see SegmentTimer.
func (t *Table) Segments(a space.Arch) (Breakdown, error) {
	ms, segs, err := t.model.SegmentsMs(nil, nil, a)
	if err != nil {
		return Breakdown{}, err
	}
	r, err := t.model.Read(a, t.model.Queue.HostState)
	if err != nil {
		return Breakdown{}, err
	}
	b := nameSegments(a, segs, ms)
	b.TrueMs, b.LabelMs, b.HostLimited = r.TrueMs, r.LabelMs, r.HostLimited
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
}

func (t *Table) store(b *bundle, prefix string) (any, error) {
	return storeModel(b, prefix, t.model, t.interval), nil
}

func storeModel(b *bundle, prefix string, m *pass.Model, interval *conformal.Split) tableFile {
	b.put(prefix+"theta", m.Theta)
	return tableFile{m.Basis.Name(), m.Basis.Resolutions(), m.Stages, m.Queue, m.Spread, interval}
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
	return NewTable(m, file.Interval, from), nil
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
