package pass

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/ridge"
	"github.com/ofalat/ofalat/latpred/space"
)

// Model predicts the times of segments, and what a clock shows of their sum. It comes
// from Fit or Header.Load, and is safe for concurrent use as long as no field is changed.
type Model struct {
	Basis  Basis
	Family *space.Family // family of the networks that it was fitted to
	Theta  []float64     // one coefficient for each column of the basis
	Queue  Queue
	Spread float64 // robust standard deviation of the training residuals, ms

	columns Columns // Basis.Of(Family)
}

// newModel makes a model without coefficients.
func newModel(b Basis, f *space.Family, q Queue) *Model {
	return &Model{Basis: b, Family: f, Queue: q, columns: b.Of(f)}
}

// Reading is what a model predicts of one pass; see the package comment for the symbols.
type Reading struct {
	TrueMs      float64 // T: time of the pass on the GPU
	LabelMs     float64 // what the clock shows; equal to TrueMs without a queue
	HostLimited bool    // the clock started before the launch queue was full (h > S)
	HostLagMs   float64 // h − S: above 0 if HostLimited; 0 without a queue
	Launches    int     // number of GPU launches of a pass
}

// Margin is the key by which intervals group rows with similar errors, see
// conformal.Calibrate: HostLagMs / LabelMs with a launch queue, LabelMs without one.
func (r Reading) Margin() float64 {
	if r.HostLagMs == 0 {
		return r.LabelMs
	}
	return r.HostLagMs / r.LabelMs
}

// SegmentsMs appends the segments of a to segs and their times, milliseconds, to dst. A
// time is the solution of a regression, and may be below 0. It errs if a is not of the
// model's family or at a resolution that the basis does not cover.
func (m *Model) SegmentsMs(dst []float64, segs []Segment, a space.Arch) ([]float64, []Segment, error) {
	if a.Family != m.Family {
		return dst, segs, sameFamily(a, m.Family)
	}
	segs, err := Segments(segs, a)
	if err != nil {
		return dst, segs, err
	}
	var buffer [8]ridge.Term
	for _, s := range segs {
		row, err := m.columns.Terms(buffer[:0], s, a.Resolution, 1)
		if err != nil {
			return dst, segs, err
		}
		dst = append(dst, ridge.Dot(row, m.Theta))
	}
	return dst, segs, nil
}

// EntriesMs gives the time of a segment of each entry of the family's layout at a resolution,
// milliseconds: 0 for entries that the family lacks. It errs if the basis does not cover the
// resolution.
func (m *Model) EntriesMs(resolution int) ([]float64, error) {
	p, err := planFor(m.Family, resolution)
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(p.entries))
	var buffer [8]ridge.Term
	for e, s := range p.entries {
		if s.Slot == absent {
			continue
		}
		row, err := m.columns.Terms(buffer[:0], s, resolution, 1)
		if err != nil {
			return nil, err
		}
		out[e] = ridge.Dot(row, m.Theta)
	}
	return out, nil
}

// Read predicts a pass of a, with the host in the given state: an index of
// Queue.LaunchMs, which must be in range; it is ignored without a queue. Errors are those
// of SegmentsMs.
func (m *Model) Read(a space.Arch, state int) (Reading, error) {
	var times [maxSegments]float64
	var segments [maxSegments]Segment
	ms, segs, err := m.SegmentsMs(times[:0], segments[:0], a)
	if err != nil {
		return Reading{}, err
	}
	var r Reading
	for b, s := range segs {
		r.TrueMs += ms[b]
		r.Launches += s.Launches
	}
	r.LabelMs = r.TrueMs
	if !m.Queue.None() {
		var w weights
		w.weigh(segs, m.Queue.Depth)
		r.LabelMs, r.HostLagMs = m.Queue.label(&w, ms, state)
		r.HostLimited = r.HostLagMs > 0
	}
	return r, nil
}

// LabelsMs writes the predicted label of each architecture, milliseconds, to dst, which
// must be as long as archs. states has the state of the host for each of them; nil is
// Queue.HostState for all. Errors are those of SegmentsMs, with the index.
func (m *Model) LabelsMs(dst []float64, archs []space.Arch, states []int) error {
	for i, a := range archs {
		state := m.Queue.HostState
		if states != nil {
			state = states[i]
		}
		r, err := m.Read(a, state)
		if err != nil {
			return fmt.Errorf("architecture %d: %w", i, err)
		}
		dst[i] = r.LabelMs
	}
	return nil
}
