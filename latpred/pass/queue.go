package pass

import "fmt"

// Queue says how a clock that is never synchronised with the GPU sees a pass. The
// zero Queue is a clock that waits for the GPU: it shows the true pass.
type Queue struct {
	Depth     int       `json:"depth"`                // launches that wait in the launch queue when the clock stops; 0: none
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
func (q Queue) hostMs(launches, state int) float64 {
	return .5*float64(launches)*q.LaunchMs[state] + q.OffsetMs[state]
}

// done is how often each segment is passed within the first m launches of repeated
// passes, the last one in part: dst has the length of segments.
func done(dst []float64, segments []Segment, n, m int) {
	if m <= 0 {
		clear(dst)
		return
	}
	whole, rest, before := float64(m/n), m%n, 0
	for b, s := range segments {
		part := float64(rest-before) / float64(s.Launches)
		dst[b] = whole + max(0, min(1, part))
		before += s.Launches
	}
}

// weights are those of a network's segments in E and in S, and its launches a pass.
type weights struct {
	stop, start [maxSegments]float64
	launches    int
}

// weigh fills w for a network under a queue of some depth.
func (w *weights) weigh(segments []Segment, depth int) {
	w.launches = 0
	for _, s := range segments {
		w.launches += s.Launches
	}
	done(w.stop[:len(segments)], segments, w.launches, (warmUps+timed)*w.launches-depth)
	done(w.start[:len(segments)], segments, w.launches, warmUps*w.launches-depth)
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
	h := q.hostMs(w.launches, state)
	return stop - max(h, start), h - start
}

// View is what a clock sees of a network: with times t of its segments the label is
//
//	Σ Stop·t − max(HostMs, Σ Start·t)
//
// Without a queue that is their sum.
type View struct {
	Stop, Start [maxSegments]float64 // of each segment
	HostMs      float64              // h
}

// View is that of a network under q, with the host in the state that q assumes.
func (q Queue) View(segments []Segment) View {
	if q.None() {
		var v View
		for b := range segments {
			v.Stop[b] = 1
		}
		return v
	}
	var w weights
	w.weigh(segments, q.Depth)
	return View{w.stop, w.start, q.hostMs(w.launches, q.HostState)}
}

// LabelMs is what the clock shows, and whether the host limits it.
func (v *View) LabelMs(timesMs []float64) (ms float64, hostLimited bool) {
	var start float64
	for b, t := range timesMs {
		ms += v.Stop[b] * t
		start += v.Start[b] * t
	}
	return ms - max(v.HostMs, start), v.HostMs > start
}
