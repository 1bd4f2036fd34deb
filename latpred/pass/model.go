package pass

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/ridge"
	"github.com/ofalat/ofalat/latpred/space"
)

// Model gives the times of segments, and what a clock shows of their sum. It is
// safe for concurrent use.
type Model struct {
	Basis  Basis
	Stages int       // of the networks that it was fitted to
	Theta  []float64 // a coefficient for each column of the basis
	Queue  Queue
	Spread float64 // robust standard deviation of the training residuals, ms
}

// Reading is a pass as the model sees it.
type Reading struct {
	TrueMs      float64 // T: the pass itself
	LabelMs     float64 // what the clock shows; TrueMs where it waits for the GPU
	HostLimited bool    // the clock started before the launch queue was full
	HostLagMs   float64 // h − S: above 0 where HostLimited; 0 without a queue
	Launches    int     // GPU launches of a pass
}

// Margin tells like rows from unlike ones, for intervals: under a launch queue,
// h − S as a part of the label; without one the label itself.
func (r Reading) Margin() float64 {
	if r.HostLagMs == 0 {
		return r.LabelMs
	}
	return r.HostLagMs / r.LabelMs
}

// SegmentsMs appends the segments of a to segs and their times to dst.
func (m *Model) SegmentsMs(dst []float64, segs []Segment, a space.Arch) ([]float64, []Segment, error) {
	if n := a.Stages(); n != m.Stages {
		return dst, segs, fmt.Errorf("pass: %s has %d stages: the model was fitted to networks of %d", a, n, m.Stages)
	}
	segs, err := Segments(segs, a)
	if err != nil {
		return dst, segs, err
	}
	var buffer [8]ridge.Term
	for _, s := range segs {
		row, err := m.Basis.Terms(buffer[:0], s, a.Resolution, 1)
		if err != nil {
			return dst, segs, err
		}
		dst = append(dst, ridge.Dot(row, m.Theta))
	}
	return dst, segs, nil
}

// Read gives a reading of a in a state of the host.
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

// LabelsMs writes the label of each architecture to dst, which has their length,
// with the host in the state of each; nil is the state that the queue assumes.
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
