package pass

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// made makes segments that are so many launches each.
func made(launches ...int) []Segment {
	var segs []Segment
	for i, n := range launches {
		segs = append(segs, Segment{Entry: i, Slot: i, Launches: n})
	}
	return segs
}

// Two segments of 3 and 2 launches, 5 a pass. Of the first 12 launches, two passes
// and two launches more, the first segment had 2⅔ turns, the second 2; of the first
// 14 the second has had one launch of two.
func TestDoneByHand(t *testing.T) {
	segs := made(3, 2)
	for _, c := range []struct {
		launches int
		want     [2]float64
	}{
		{12, [2]float64{2 + 2./3, 2}}, {14, [2]float64{3, 2.5}}, {15, [2]float64{3, 3}}, {0, [2]float64{}}, {-4, [2]float64{}},
	} {
		got := []float64{9, 9}
		passesWithin(got, segs, 5, c.launches)
		if math.Abs(got[0]-c.want[0])+math.Abs(got[1]-c.want[1]) > 1e-12 {
			t.Errorf("of %d launches: %v, want %v", c.launches, got, c.want)
		}
	}
}

// A queue of 7 places, passes of 5 launches: the clock starts when the device has done
// 5·5 − 7 = 18 of them and stops at 15·5 − 7 = 68. With times 6 and 4 ms that is
// (14 turns of the first and 13 + ½ … of the second) − (4 and 3 + ½), over ten passes:
// one pass, 10 ms, as long as the queue is full at the start.
func TestLabelByHand(t *testing.T) {
	segs, times := made(3, 2), []float64{6, 4}
	var w weights
	w.weigh(segs, 7)
	if w.launches != 5 {
		t.Errorf("%d launches a pass", w.launches)
	}
	// 18 = 3 passes + 3 launches: 4 and 3 turns. 68 = 13 passes + 3: 14 and 13.
	for i, want := range [4]float64{.4, .3, 1.4, 1.3} {
		if got := append(w.start[:2:2], w.stop[:2]...)[i]; math.Abs(got-want) > 1e-12 {
			t.Errorf("weight %d is %v, want %v", i, got, want)
		}
	}
	start, stop := .4*6+.3*4, 1.4*6+1.3*4
	for _, c := range []struct{ launch, offset, label, late float64 }{
		{.5, 0, stop - start, .5*5*.5 - start},     // the queue is full: a true pass
		{2, 0, stop - .5*5*2, .5*5*2 - start},      // the host is late: 5 ms after the device
		{2, .25, stop - 5.25, 5.25 - start},        // and later still
		{1.2, .6, stop - start, 3 + .6 - 3.6 - 0.}, // just not late
	} {
		q := Queue{Depth: 7, LaunchMs: []float64{c.launch}, OffsetMs: []float64{c.offset}}
		label, late := q.label(&w, times, 0)
		if math.Abs(label-c.label) > 1e-12 || math.Abs(late-c.late) > 1e-12 {
			t.Errorf("launch %v + %v: label %v, late %v, want %v and %v", c.launch, c.offset, label, late, c.label, c.late)
		}
	}
	if math.Abs(stop-start-10) > 1e-12 {
		t.Errorf("a full queue shows %v ms of a pass of 10", stop-start)
	}
}

// Whatever the segments and the depth: what is done sums up to the launches, between
// start and stop lies one pass, and a view shows what the model's label is.
func TestWeightsOfAnyQueue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		segs := made(rapid.SliceOfN(rapid.IntRange(1, 40), 1, maxSegments).Draw(t, "launches")...)
		depth := rapid.IntRange(1, 400).Draw(t, "depth")
		times := rapid.SliceOfN(rapid.Float64Range(.01, 5), len(segs), len(segs)).Draw(t, "times")
		var w weights
		w.weigh(segs, depth)
		var stopped, total float64
		for i, s := range segs {
			stopped += 10 * w.stop[i] * float64(s.Launches)
			total += times[i]
			if warm := 5*w.launches >= depth; warm && math.Abs(w.stop[i]-w.start[i]-1) > 1e-9 {
				t.Fatalf("segment %d runs %v times between start and stop", i, w.stop[i]-w.start[i])
			}
		}
		if want := float64(max(0, 15*w.launches-depth)); math.Abs(stopped-want) > 1e-6 {
			t.Fatalf("%v launches are done at the stop, want %v", stopped, want)
		}
		q := Queue{Depth: depth, LaunchMs: []float64{rapid.Float64Range(.001, 1).Draw(t, "launch")}, OffsetMs: []float64{0}}
		view := q.View(segs)
		label, late := q.label(&w, times, 0)
		seen, limited := view.LabelMs(times)
		if math.Abs(seen-label) > 1e-9*math.Abs(label) || limited != (late > 0) {
			t.Fatalf("a view shows %v, %v, the label is %v, late by %v", seen, limited, label, late)
		}
		none := Queue{}.View(segs)
		if all, limited := none.LabelMs(times); math.Abs(all-total) > 1e-9*total || limited {
			t.Fatalf("without a queue a pass of %v shows %v, %v", total, all, limited)
		}
	})
}

// The closed form is what a queue that is simulated launch by launch gives, where the
// device never waits between start and stop.
func TestLabelOfASimulatedQueue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		segs := made(rapid.SliceOfN(rapid.IntRange(2, 20), 3, 12).Draw(t, "launches")...)
		times := rapid.SliceOfN(rapid.Float64Range(.5, 3), len(segs), len(segs)).Draw(t, "times")
		q := Queue{Depth: rapid.IntRange(20, 300).Draw(t, "depth"), LaunchMs: []float64{rapid.Float64Range(.001, .01).Draw(t, "launch")}, OffsetMs: []float64{0}}
		var w weights
		w.weigh(segs, q.Depth)
		label, _ := q.label(&w, times, 0)
		simulated, longest := launchByLaunch(segs, times, q)
		// At the stop the device is in the middle of a launch: it is off by one at most.
		if 5*w.launches > q.Depth && math.Abs(label-simulated) > 2*longest/10+1e-9 {
			t.Fatalf("label %v, simulated %v", label, simulated)
		}
	})
}

// launchByLaunch gives the label of a clock beside a queue, and the longest launch.
func launchByLaunch(segs []Segment, times []float64, q Queue) (labelMs, longest float64) {
	var each []float64
	for i, s := range segs {
		for range s.Launches {
			each = append(each, times[i]/float64(s.Launches))
			longest = max(longest, each[len(each)-1])
		}
	}
	n := len(each)
	finish := make([]float64, 15*n)
	var host, device, start float64
	for k := range finish {
		if host += q.LaunchMs[0]; k >= q.Depth {
			host = max(host, finish[k-q.Depth])
		}
		device = max(device, host) + each[k%n]
		if finish[k] = device; k == 5*n-1 {
			start = host
		}
	}
	return (host - start) / 10, longest
}

// Where the labels of a queue are true passes, and where they are not, Margin tells
// rows apart by what they have: h − S over the label, or the label.
func TestMargin(t *testing.T) {
	for _, c := range []struct {
		r    Reading
		want float64
	}{{Reading{LabelMs: 20, HostLagMs: -5}, -.25}, {Reading{LabelMs: 20}, 20}} {
		if got := c.r.Margin(); got != c.want {
			t.Errorf("%+v: %v, want %v", c.r, got, c.want)
		}
	}
}
