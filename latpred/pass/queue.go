package pass

import "fmt"

// Queue describes what a clock shows of a pass if it is never synchronised with the GPU;
// see the package comment. The zero Queue is a clock that waits for the GPU: it shows the
// true pass.
type Queue struct {
	Depth     int       `json:"depth"`                // Q: launches that still wait in the queue when the clock starts or stops; 0: no queue
	LaunchMs  []float64 `json:"launch_ms,omitempty"`  // τ: time of one launch, for each state of the host
	OffsetMs  []float64 `json:"offset_ms,omitempty"`  // δ: offset of h, for each state
	HostState int       `json:"host_state,omitempty"` // the state for which to predict, an index of LaunchMs
}

// Validate errs if the depth is negative, the lengths differ or the state does not exist.
func (q Queue) Validate() error {
	if n := len(q.LaunchMs); q.Depth < 0 || len(q.OffsetMs) != n || !q.None() && (q.HostState < 0 || q.HostState >= n) {
		return fmt.Errorf("pass: queue of depth %d with %d launches, %d offsets and state %d", q.Depth, n, len(q.OffsetMs), q.HostState)
	}
	return nil
}

// The timing routine of the paper's authors: 5 warm-up passes, then 10 timed ones.
const (
	warmUps = 5
	timed   = 10
)

// None reports whether there is no queue, so that labels are true passes.
func (q Queue) None() bool { return q.Depth == 0 }

// hostMs is h in a state, for a pass of the given number of launches.
func (q Queue) hostMs(launches, state int) float64 {
	return .5*float64(launches)*q.LaunchMs[state] + q.OffsetMs[state]
}

// passesWithin writes to dst, as long as segments, how many times each segment runs
// within the first m launches of repeated passes of n launches each. A segment that is
// under way counts in part.
func passesWithin(dst []float64, segments []Segment, n, m int) {
	if m <= 0 {
		clear(dst)
		return
	}
	whole, rest, before := float64(m/n), m%n, 0
	for b, s := range segments {
		part := float64(rest-before) / float64(max(1, s.Launches)) // an identity is no launch
		dst[b] = whole + max(0, min(1, part))
		before += s.Launches
	}
}

// weights are the coefficients of a network's segment times in E (stop) and in S
// (start), and its number of launches in a pass.
type weights struct {
	stop, start [maxSegments]float64
	launches    int
}

// weigh sets w for a network with the given segments and queue depth.
func (w *weights) weigh(segments []Segment, depth int) {
	w.launches = 0
	for _, s := range segments {
		w.launches += s.Launches
	}
	passesWithin(w.stop[:len(segments)], segments, w.launches, (warmUps+timed)*w.launches-depth)
	passesWithin(w.start[:len(segments)], segments, w.launches, warmUps*w.launches-depth)
	for b := range segments {
		w.stop[b] /= timed
		w.start[b] /= timed
	}
}

// label gives what the clock shows for a network with weights w and the given segment
// times, in a state of the host, and h − S.
func (q Queue) label(w *weights, timesMs []float64, state int) (ms, lateMs float64) {
	var stop, start float64
	for b, ms := range timesMs {
		stop += w.stop[b] * ms
		start += w.start[b] * ms
	}
	h := q.hostMs(w.launches, state)
	return stop - max(h, start), h - start
}

// View is how a clock times one network. With segment times t, the label is
//
//	Σ Stop·t − max(HostMs, Σ Start·t)
//
// Without a queue Stop is 1 and the rest 0, so that the label is the sum of t.
type View struct {
	Stop, Start [maxSegments]float64 // coefficients of the segments' times in E and in S
	HostMs      float64              // h
}

// View returns the view of a network with the given segments, with the host in
// q.HostState.
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

// LabelMs gives what the clock shows if the segments take timesMs, and whether the host
// limits it (h > S). timesMs are in the order of the segments that the view was made of.
func (v *View) LabelMs(timesMs []float64) (ms float64, hostLimited bool) {
	var start float64
	for b, t := range timesMs {
		ms += v.Stop[b] * t
		start += v.Start[b] * t
	}
	return ms - max(v.HostMs, start), v.HostMs > start
}
