package transfer

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
	"pgregory.net/rapid"
)

// queueOf is a queue of 928 launches, a number between two that are tried.
func queueOf(launchMs float64) pass.Queue {
	return pass.Queue{Depth: 928, LaunchMs: []float64{launchMs}, OffsetMs: []float64{0}}
}

// A clock by hand: it starts when .4 of a pass is done, or after the host's 3 ms, and stops
// when 1.4 are. Of 5 ms the host limits what it shows, of 10 ms it does not.
func TestShowByHand(t *testing.T) {
	s := show{stop: 1.4, start: .4, hostMs: 3}
	for passMs, want := range map[float64][2]float64{5: {4, 1.4}, 10: {10, 1}} {
		ms, slope := s.label(passMs)
		near(t, "label", ms, want[0], 1e-12)
		near(t, "slope", slope, want[1], 1e-12)
		near(t, "pass", s.pass(ms), passMs, 1e-12)
	}
	if ms, slope := (show{stop: 1}).label(7); ms != 7 || slope != 1 {
		t.Errorf("a clock that waits shows %v of 7 ms, with the slope %v", ms, slope)
	}
}

// What a clock of any queue shows of any network is found back, and its slope is the derivative.
func TestPassIsTheInverseOfLabel(t *testing.T) {
	l := timed(t, TimesPrior())
	pool := simulated.Archs(l.features.Space, random.Stream(1, "show"), 40)
	limited := 0
	rapid.Check(t, func(t *rapid.T) {
		q := pass.Queue{Depth: rapid.SampledFrom(pass.DepthsTried).Draw(t, "depth"), LaunchMs: []float64{rapid.SampledFrom(pass.LaunchesMs).Draw(t, "launch")}, OffsetMs: []float64{0}}
		s, err := l.features.show(q, rapid.SampledFrom(pool).Draw(t, "network"))
		if err != nil {
			t.Fatal(err)
		}
		ms := rapid.Float64Range(.5, 300).Draw(t, "pass")
		label, slope := s.label(ms)
		if s.start*ms < s.hostMs {
			limited++
		}
		if got := s.pass(label); math.Abs(got/ms-1) > 1e-9 {
			t.Errorf("a pass of %v ms, shown as %v, is read as %v", ms, label, got)
		}
		if next, other := s.label(1.000001 * ms); slope == other && math.Abs((next-label)/(1e-6*ms)-slope) > 1e-5 {
			t.Errorf("at %v ms the slope is %v, want %v", ms, slope, (next-label)/(1e-6*ms))
		}
	})
	if limited == 0 {
		t.Error("the host limited no label: this tests nothing")
	}
}

// behindQueue shows networks on a source that takes scale times as long, by a clock that does
// not wait for it.
func behindQueue(t *testing.T, s *Source, scale, launchMs float64, archs []space.Arch) (labels, passes []float64) {
	t.Helper()
	m := *s.Times
	m.Theta = slices.Clone(m.Theta)
	for i := range m.Theta {
		m.Theta[i] *= scale
	}
	m.Queue = queueOf(launchMs)
	for _, a := range archs {
		r, err := m.Read(a, 0)
		if err != nil {
			t.Fatal(err)
		}
		labels, passes = append(labels, r.LabelMs), append(passes, r.TrueMs)
	}
	return labels, passes
}

// fitClock fits a device by a clock that may not have waited.
func fitClock(t *testing.T, l *Learner, archs []space.Arch, ms []float64) *Clocked {
	t.Helper()
	c, err := l.FitClock(t.Context(), archs, ms)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// means are what a model says of networks.
func means(t *testing.T, c *Clocked, archs []space.Arch) []float64 {
	t.Helper()
	out := make([]float64, len(archs))
	if err := c.Means(out, archs); err != nil {
		t.Fatal(err)
	}
	return out
}

// onlyCard is a learner whose source is a card.
func onlyCard(t *testing.T) *Learner {
	t.Helper()
	l, err := NewLearner(FeaturesOf(spacetest.ByID(t, "mbv3-w1.0")), []*Source{tableOf(t, "card", simulated.Card)}, TimesPrior())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// A queue before a device that is otherwise its source is found from 16 rows with a noise of
// half a per cent: passes come out, which the labels are far from, and intervals hold.
func TestQueueIsFound(t *testing.T) {
	const rows, launch = 16, .017 // ms, between two that are tried
	l, s := onlyCard(t), tableOf(t, "card", simulated.Card)
	rng := random.Stream(5, "queue")
	archs := simulated.Archs(spacetest.ByID(t, "mbv3-w1.0"), rng, rows+100)
	labels, passes := behindQueue(t, s, 2.5, launch, archs)
	if off := metric.MAPE(labels, passes); off < .03 {
		t.Fatalf("labels are off by %.3f only: the queue tests nothing", off)
	}
	measured := slices.Clone(labels)
	for i := range measured {
		measured[i] *= 1 + .005*rng.NormFloat64()
	}
	c := fitClock(t, l, archs[:rows], measured[:rows])
	test := archs[rows:]
	var found float64
	for k, q := range c.Queues {
		if !q.None() {
			found += c.Weights[k] * q.LaunchMs[0] / (1 - c.Waits())
		}
	}
	of := make([]float64, len(test))
	limited := 0
	for i, a := range test {
		var err error
		if of[i], err = c.PassMs(a); err != nil {
			t.Fatal(err)
		}
		if is, err := c.HostLimited(a); err != nil {
			t.Fatal(err)
		} else if is {
			limited++
		}
	}
	low, high := make([]float64, len(test)), make([]float64, len(test))
	if err := c.Bounds(low, high, test, .9); err != nil {
		t.Fatal(err)
	}
	held, _ := metric.Coverage(low, high, measured[rows:])
	off, offPass := metric.MAPE(means(t, c, test), labels[rows:]), metric.MAPE(of, passes[rows:])
	t.Logf("%d queues, waits %.3f, launches of %.4f ms, labels off by %.4f, passes by %.4f, 90 %% hold %.2f", len(c.Queues), c.Waits(), found, off, offPass, held)
	if c.Waits() > .05 || math.Abs(found/launch-1) > .1 || off > .0085 || offPass > .0046 || held < .85 || limited == 0 {
		t.Errorf("waits %.3f, launches of %.4f ms, labels off by %.4f, passes by %.4f, 90 %% hold %.2f, %d limited by the host", c.Waits(), found, off, offPass, held, limited)
	}
	waiting, err := l.FitWaiting(t.Context(), archs[:rows], measured[:rows])
	if err != nil || waiting.Waits() != 1 || len(waiting.Models) != 1 {
		t.Errorf("a clock that waits, and %d models, %v", len(waiting.Models), err)
	}
	if other := metric.MAPE(means(t, waiting, test), labels[rows:]); other < 1.05*off {
		t.Errorf("without a queue labels are off by %.4f, with one by %.4f", other, off)
	}
}

// A device that a clock waited for keeps most weight on that, in the mean over draws, and the
// queues that stay beside it do no harm.
func TestNoQueueIsFoundWhereNoneIs(t *testing.T) {
	l := timed(t, TimesPrior())
	d := simulated.Device{LayerMs: .05, GMACs: 40, GValues: 5, Large: .1, NoisePart: .02}
	s := spacetest.ByID(t, "mbv3-w1.0")
	test := simulated.Archs(s, random.Stream(2, "test"), 100)
	want := d.MeasureMs(s, test, random.Stream(3, "noise"))
	const draws = 8
	var waits, clocked, plain float64
	for draw := range uint64(draws) {
		rng := random.Stream(draw, "waits")
		archs := simulated.Archs(s, rng, 14)
		ms := d.MeasureMs(s, archs, rng)
		c := fitClock(t, l, archs, ms)
		w, err := l.FitWaiting(t.Context(), archs, ms)
		if err != nil {
			t.Fatal(err)
		}
		waits += c.Waits() / draws
		clocked += metric.MAPE(means(t, c, test), want) / draws
		plain += metric.MAPE(means(t, w, test), want) / draws
	}
	t.Logf("waits %.3f, mean relative error %.4f, of a clock that waits %.4f", waits, clocked, plain)
	if waits < .7 || clocked > 1.05*plain {
		t.Errorf("waits %.3f, mean relative error %.4f, of a clock that waits %.4f", waits, clocked, plain)
	}
}

// A search for queues ends with its context, and in spaces without times there is none.
func TestFitClockEnds(t *testing.T) {
	l := onlyCard(t)
	archs := simulated.Archs(spacetest.ByID(t, "mbv3-w1.0"), random.Stream(1, "ends"), 9)
	ms := simulated.Phone.MeasureMs(spacetest.ByID(t, "mbv3-w1.0"), archs, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.FitClock(ctx, archs, ms); err == nil {
		t.Error("interrupted, no error")
	}
	s := spacetest.ByID(t, "nasbench201")
	_, y, networks := measured(t, s, simulated.Phone, "target", 9)
	c, err := learnerOf(t, s, DefaultPrior()).FitClock(t.Context(), networks, y)
	if err != nil || c.Waits() != 1 || c.Timed() || c.Resolutions() != nil {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := l.FitClock(t.Context(), networks, y); err == nil {
		t.Error("networks of another space, no error")
	}
}
