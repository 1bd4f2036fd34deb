package pass

import "fmt"

// Queue says how a clock that is never synchronised with the GPU sees a pass. The
// zero Queue is a clock that waits for the GPU: it shows the true pass.
type Queue struct {
	Depth     int       `json:"depth"`                // kernels that wait in the launch queue when the clock stops; 0: none
	LaunchMs  []float64 `json:"launch_ms,omitempty"`  // τ: a launch, in each state of the host
	OffsetMs  []float64 `json:"offset_ms,omitempty"`  // δ: added to half a pass's launches, in each state
	HostState int       `json:"host_state,omitempty"` // the state that predictions assume
}

// Validate says what is wrong with a queue that was read from a file.
func (q Queue) Validate() error {
	if n := len(q.LaunchMs); q.Depth < 0 || len(q.OffsetMs) != n || !q.None() && (q.HostState < 0 || q.HostState >= n) {
		return fmt.Errorf("pass: queue of depth %d with %d launches, %d offsets and state %d", q.Depth, n, len(q.OffsetMs), q.HostState)
	}
	return nil
}

// The routine that the paper's authors timed with: 5 passes, then 10 timed.
const (
	warmUps = 5
	timed   = 10
)

// None reports whether labels are true passes.
func (q Queue) None() bool { return q.Depth == 0 }

// hostMs is h: what the host needs for half a pass's launches, in a state.
func (q Queue) hostMs(kernels, state int) float64 {
	return .5*float64(kernels)*q.LaunchMs[state] + q.OffsetMs[state]
}

// done is how often each segment is passed within the first m kernels of repeated
// passes, the last one in part: dst has the length of segments.
func done(dst []float64, segments []Segment, n, m int) {
	if m <= 0 {
		clear(dst)
		return
	}
	whole, rest, before := float64(m/n), m%n, 0
	for b, s := range segments {
		part := float64(rest-before) / float64(s.Kernels)
		dst[b] = whole + max(0, min(1, part))
		before += s.Kernels
	}
}

// weights are those of a network's segments in E and in S, and its kernels a pass.
type weights struct {
	stop, start [maxSegments]float64
	kernels     int
}

// weigh fills w for a network under a queue of some depth.
func (w *weights) weigh(segments []Segment, depth int) {
	w.kernels = 0
	for _, s := range segments {
		w.kernels += s.Kernels
	}
	done(w.stop[:len(segments)], segments, w.kernels, (warmUps+timed)*w.kernels-depth)
	done(w.start[:len(segments)], segments, w.kernels, warmUps*w.kernels-depth)
	for b := range segments {
		w.stop[b] /= timed
		w.start[b] /= timed
	}
}

// label is what the clock shows of a network with the given times of its segments,
// in a state, and by how much the host was later at the start than the GPU.
func (q Queue) label(w *weights, timesMs []float64, state int) (ms, lateMs float64) {
	var stop, start float64
	for b, ms := range timesMs {
		stop += w.stop[b] * ms
		start += w.start[b] * ms
	}
	h := q.hostMs(w.kernels, state)
	return stop - max(h, start), h - start
}

// View is what a clock sees of a network with given times of its segments: which
// part of each counts.
type View struct {
	LabelMs     float64
	HostLimited bool
	HostMs      float64   // h, where HostLimited, else 0
	Weights     []float64 // LabelMs is their sum over the segments' times, less HostMs
}

// See gives the view under q of a network whose segments take so long. Weights
// has room for them and is filled.
func (q Queue) See(weightsOut []float64, segments []Segment, timesMs []float64) View {
	v := View{Weights: weightsOut[:len(segments)]}
	if q.None() {
		for b, ms := range timesMs {
			v.Weights[b] = 1
			v.LabelMs += ms
		}
		return v
	}
	var w weights
	w.weigh(segments, q.Depth)
	var late float64
	v.LabelMs, late = q.label(&w, timesMs, q.HostState)
	copy(v.Weights, w.stop[:len(segments)])
	if v.HostLimited = late > 0; v.HostLimited {
		v.HostMs = q.hostMs(w.kernels, q.HostState)
		return v
	}
	for b := range v.Weights {
		v.Weights[b] -= w.start[b]
	}
	return v
}
