package transfer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/mat"
)

// Settings of FitClock.
const (
	leastLabel  = .5   // smallest plausible measurement, as a part of the pass
	clocksKept  = 4    // largest number of launch queues that are averaged over
	clockWeight = .005 // smallest weight of one
)

// Clocked predicts a device whose clock may not have waited for it: an average over launch
// queues, see pass.Queue, of models of passes, weighted by their evidence. It is safe for
// concurrent use.
type Clocked struct {
	Queues  []pass.Queue // the zero Queue is a clock that waits
	Weights []float64    // of the queues; they sum to 1
	Models  []*Model     // of passes, by queue
}

// waiting is the clock of a model of measurements that are passes.
func waiting(m *Model) *Clocked { return &Clocked{[]pass.Queue{{}}, []float64{1}, []*Model{m}} }

// FitClock is Fit for networks of a space with tables of times, see Features.With, by a clock
// that may not have waited for the device. A measurement tells of the pass what the mean of
// the tables, as a whole as long as the pass, shows of itself under a queue; each of the
// queues that package pass tries is judged by the evidence of the passes that it implies.
func (l *Learner) FitClock(ctx context.Context, archs []space.Arch, ms []float64) (*Clocked, error) {
	rows, err := l.features.Rows(archs)
	if err != nil {
		return nil, err
	}
	plain, err := l.Fit(rows, ms)
	if err != nil || l.features.times == nil {
		return waiting(plain), err
	}
	rough := *l
	rough.prior.Tails, rough.prior.Widths = 0, []float64{l.prior.Widths[len(l.prior.Widths)/2]}
	type candidate struct {
		queue    pass.Queue
		passes   []float64
		evidence float64
	}
	var found []candidate
	prior := -math.Log(float64(len(pass.DepthsTried) * len(pass.LaunchesMs)))
	for _, depth := range pass.DepthsTried {
		for _, launch := range pass.LaunchesMs {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			q := pass.Queue{Depth: depth, LaunchMs: []float64{launch}, OffsetMs: []float64{0}}
			passes, logSlope, err := l.passes(q, archs, ms)
			if err != nil {
				continue // the queue contradicts the measurements
			}
			m, err := rough.Fit(rows, passes)
			if err != nil {
				continue
			}
			found = append(found, candidate{q, passes, m.logEvidence + logSlope + prior})
		}
	}
	roughly, err := rough.Fit(rows, ms)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(found, func(a, b candidate) int {
		switch {
		case a.evidence > b.evidence:
			return -1
		case a.evidence < b.evidence:
			return 1
		}
		return 0
	})
	logs := []float64{roughly.logEvidence}
	best := logs[0]
	for _, c := range found {
		logs = append(logs, c.evidence)
		best = max(best, c.evidence)
	}
	c := &Clocked{}
	var total float64
	add := func(q pass.Queue, log float64, m *Model) {
		w := math.Exp(log - best)
		total += w
		c.Queues, c.Weights, c.Models = append(c.Queues, q), append(c.Weights, w), append(c.Models, m)
	}
	if w := math.Exp(logs[0] - best); w > clockWeight {
		add(pass.Queue{}, logs[0], plain)
	}
	for i, one := range found[:min(clocksKept, len(found))] {
		if math.Exp(logs[i+1]-best) <= clockWeight {
			break
		}
		m, err := l.Fit(rows, one.passes)
		if err != nil {
			continue
		}
		add(one.queue, logs[i+1], m)
	}
	for i := range c.Weights {
		c.Weights[i] /= total
	}
	return c, nil
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

// Means writes the predictions, milliseconds, of measurements of networks with the given
// features to dst.
func (c *Clocked) Means(dst []float64, archs []space.Arch, rows *mat.Dense) error {
	clear(dst)
	for k, m := range c.Models {
		for i, a := range archs {
			s, err := m.learner.features.show(c.Queues[k], a)
			if err != nil {
				return err
			}
			ms, _ := s.label(m.mean(rows.RawRowView(i)))
			dst[i] += c.Weights[k] * ms
		}
	}
	return nil
}
