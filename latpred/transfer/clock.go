package transfer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/floats"
)

// Settings of FitClock.
const (
	leastLabel  = .5   // smallest plausible measurement, as a part of the pass
	clocksKept  = 12   // largest number of queues that are averaged over, besides none
	clockWeight = .005 // smallest weight of one, relative to the first
	queueOdds   = .25  // prior odds that the clock did not wait
)

// Clocked predicts a device whose clock may not have waited for it: an average over launch
// queues, see pass.Queue, of models of passes, weighted by their evidence. It is safe for
// concurrent use.
type Clocked struct {
	Queues  []pass.Queue // the zero Queue is a clock that waits
	Weights []float64    // of the queues; they sum to 1
	Models  []*Model     // of passes, by queue; all have the same features
}

// Waiting is the average over a single queue: measurements are passes, which m is a model of.
func Waiting(m *Model) *Clocked { return &Clocked{[]pass.Queue{{}}, []float64{1}, []*Model{m}} }

// FitClock is Fit for networks of a space with tables of times, see Features.With, by a clock
// that may not have waited for the device. Of a pass the clock shows what it would show of the
// mean of the tables, were that as long; each of the queues that package pass tries is judged
// by the evidence of the passes that the measurements then tell of.
func (l *Learner) FitClock(ctx context.Context, archs []space.Arch, ms []float64) (*Clocked, error) {
	rows, err := l.features.Rows(archs)
	if err != nil {
		return nil, err
	}
	d, err := l.decompose(rows)
	if err != nil {
		return nil, err
	}
	plain, err := l.fit(d, ms)
	if err != nil {
		return nil, err
	}
	plain.archs = archs
	if l.features.times == nil {
		return Waiting(plain), nil
	}
	found, err := l.readings(ctx, d, archs, ms)
	if err != nil {
		return nil, err
	}
	c := &Clocked{}
	var total float64
	for _, r := range found {
		w := math.Exp(r.evidence - found[0].evidence)
		if w < clockWeight {
			break
		}
		m := plain
		if !r.queue.None() {
			if len(c.Models) == clocksKept {
				continue
			}
			if m, err = l.fit(d, r.passes); err != nil {
				continue
			}
			m.archs = archs
		}
		total += w
		c.Queues, c.Weights, c.Models = append(c.Queues, r.queue), append(c.Weights, w), append(c.Models, m)
	}
	floats.Scale(1/total, c.Weights)
	return c, ctx.Err()
}

// FitWaiting is Fit for networks, by a clock that waited for the device.
func (l *Learner) FitWaiting(ctx context.Context, archs []space.Arch, ms []float64) (*Clocked, error) {
	rows, err := l.features.Rows(archs)
	if err != nil {
		return nil, err
	}
	m, err := l.Fit(rows, ms)
	if err != nil {
		return nil, err
	}
	m.archs = archs
	return Waiting(m), ctx.Err()
}

// reading is what measurements tell of passes if the clock had a queue.
type reading struct {
	queue    pass.Queue
	passes   []float64
	evidence float64 // log density of the measurements and prior
}

// readings lists the queues that don't contradict the measurements, that of the most evidence
// first.
func (l *Learner) readings(ctx context.Context, d *decomposed, archs []space.Arch, ms []float64) ([]reading, error) {
	log, err := l.evidence(d, ms)
	if err != nil {
		return nil, err
	}
	found := []reading{{passes: ms, evidence: log}}
	prior := math.Log(queueOdds / float64(len(pass.DepthsTried)*len(pass.LaunchesMs)))
	for _, depth := range pass.DepthsTried {
		for _, launch := range pass.LaunchesMs {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			r := reading{queue: pass.Queue{Depth: depth, LaunchMs: []float64{launch}, OffsetMs: []float64{0}}}
			logSlope := 0.0
			if r.passes, logSlope, err = l.passes(r.queue, archs, ms); err != nil {
				continue
			}
			if r.evidence, err = l.evidence(d, r.passes); err == nil {
				r.evidence += logSlope + prior
				found = append(found, r)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b reading) int { return cmp.Compare(b.evidence, a.evidence) })
	return found, nil
}

// show is what a clock shows of a network: start and stop are what parts of a pass it counts,
// hostMs what the host needs.
type show struct{ stop, start, hostMs float64 }

// show gives how the clock of a queue sees a network, whose times are as those of the mean of
// the tables.
func (f *Features) show(q pass.Queue, a space.Arch) (show, error) {
	if q.None() {
		return show{stop: 1}, nil
	}
	var room [space.MaxSlots + 2]pass.Segment
	segs, err := pass.Segments(room[:0], a)
	if err != nil {
		return show{}, err
	}
	at, err := f.times.at(a.Resolution)
	if err != nil {
		return show{}, err
	}
	v := q.View(segs)
	s := show{hostMs: v.HostMs}
	var total float64
	for i, seg := range segs {
		t := at.mean[seg.Entry]
		total += t
		s.stop += v.Stop[i] * t
		s.start += v.Start[i] * t
	}
	if !(total > 0) {
		return show{}, fmt.Errorf("the sources give %v for the network", total)
	}
	s.stop /= total
	s.start /= total
	return s, nil
}

// label is what the clock shows of a pass, and the slope of that.
func (s show) label(passMs float64) (ms, slope float64) {
	if s.start*passMs >= s.hostMs {
		return (s.stop - s.start) * passMs, s.stop - s.start
	}
	return s.stop*passMs - s.hostMs, s.stop
}

// pass is the pass of which the clock shows ms.
func (s show) pass(ms float64) float64 {
	if t := ms / (s.stop - s.start); s.start*t >= s.hostMs {
		return t
	}
	return (ms + s.hostMs) / s.stop
}

var errImplausible = errors.New("the clock would hide more than half of a pass")

// passes gives the passes of which a clock shows ms, and the logarithm of the product of their
// derivatives.
func (l *Learner) passes(q pass.Queue, archs []space.Arch, ms []float64) (out []float64, logSlope float64, err error) {
	for i, a := range archs {
		s, err := l.features.show(q, a)
		if err != nil {
			return nil, 0, err
		}
		t := s.pass(ms[i])
		_, slope := s.label(t)
		if ms[i] < leastLabel*t || !(slope > 0) {
			return nil, 0, errImplausible
		}
		out = append(out, t)
		logSlope -= math.Log(slope)
	}
	return out, logSlope, nil
}
