package transfer

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
	"github.com/ofalat/ofalat/latpred/tensor"
	"gonum.org/v1/gonum/floats"
)

// twoClocks is an average of a clock that waited, of weight .75, and one that did not.
func twoClocks(t *testing.T) (c *Clocked, archs []space.Arch) {
	t.Helper()
	l := timed(t, TimesPrior())
	d := simulated.Device{LayerMs: .05, GMACs: 40, GValues: 5, Large: .1, NoisePart: .02}
	rng := random.Stream(6, "two clocks")
	archs = simulated.Archs(l.features.Space, rng, 15)
	ms := d.MeasureMs(l.features.Space, archs, rng)
	c = &Clocked{Queues: []pass.Queue{{}, queueOf(.012)}, Weights: []float64{.75, .25}}
	passes, _, err := l.passes(c.Queues[1], archs, ms)
	if err != nil {
		t.Fatal(err)
	}
	for _, y := range [][]float64{ms, passes} {
		one, err := l.FitWaiting(t.Context(), archs, y)
		if err != nil {
			t.Fatal(err)
		}
		c.Models = append(c.Models, one.Models[0])
	}
	return c, archs
}

// Predictions, intervals and what is left out are those of the mixture of the clocks' labels; a
// pass is the mean of passes, whatever the clock shows.
func TestClockedIsTheMixture(t *testing.T) {
	c, rows := twoClocks(t)
	f := c.Models[0].learner.features
	check := func(what string, a space.Arch, ms, sd []float64, mean, deviation float64) {
		t.Helper()
		s, err := f.show(c.Queues[1], a)
		if err != nil {
			t.Fatal(err)
		}
		label, slope := s.label(ms[1])
		want := .75*ms[0] + .25*label
		square := .75*(ms[0]*ms[0]+sd[0]*sd[0]) + .25*(label*label+slope*slope*sd[1]*sd[1])
		near(t, what, mean, want, 1e-9*want)
		near(t, what+"'s standard deviation", deviation, math.Sqrt(square-want*want), 1e-6*want)
	}
	archs := simulated.Archs(f.Space, random.Stream(7, "judged"), 10)
	got, low, high := means(t, c, archs), make([]float64, 10), make([]float64, 10)
	if err := c.Bounds(low, high, archs, .8); err != nil {
		t.Fatal(err)
	}
	q := .75*c.Models[0].factor(.8) + .25*c.Models[1].factor(.8)
	features, err := f.Rows(archs)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range archs {
		var ms, sd []float64
		for _, m := range c.Models {
			one, err := m.MeanMs(a)
			if err != nil {
				t.Fatal(err)
			}
			ms, sd = append(ms, one), append(sd, m.SpreadMs(features.RawRowView(i)))
		}
		check("prediction", a, ms, sd, got[i], (high[i]-low[i])/2/q)
		pass, err := c.PassMs(a)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "pass", pass, .75*ms[0]+.25*ms[1], 1e-12*pass)
		s, err := f.show(c.Queues[1], a)
		limited, err2 := c.HostLimited(a)
		if err != nil || err2 != nil || limited != (s.hostMs > s.start*ms[1]) {
			t.Errorf("limited by the host: %v; a pass of %v ms, %+v", limited, ms[1], s)
		}
	}
	left, deviation, err := c.LeftOut(rows)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range rows {
		m1, s1 := c.Models[0].LeftOut()
		m2, s2 := c.Models[1].LeftOut()
		check("left out", a, []float64{m1[i], m2[i]}, []float64{s1[i], s2[i]}, left[i], deviation[i])
	}
	if c.Waits() != .75 || c.Rows() != 15 || !slices.Equal(c.Describe(), c.Models[0].Describe()) || !slices.Equal(c.Resolutions(), f.Space.Resolutions) {
		t.Errorf("waits %v, %d rows, %v, resolutions %v", c.Waits(), c.Rows(), c.Describe(), c.Resolutions())
	}
}

// Segments sum to the pass. Of a device that takes three times as long as its source each takes
// three times as long, and their shares are those of the source; of one that takes twice a card's
// times and a tenth of a phone's they take that.
func TestSegmentsOfClocked(t *testing.T) {
	c, archs := twoClocks(t)
	l, source := onlyCard(t), tableOf(t, "card", simulated.Card)
	y := passMs(t, source, archs)
	floats.Scale(3, y)
	thrice, err := l.FitWaiting(t.Context(), archs, y)
	if err != nil {
		t.Fatal(err)
	}
	phone := tableOf(t, "phone", simulated.Phone)
	y = passMs(t, source, archs)
	floats.Scale(2, y)
	floats.AddScaled(y, .1, passMs(t, phone, archs))
	both, err := timed(t, TimesPrior()).FitWaiting(t.Context(), archs, y)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range simulated.Archs(l.features.Space, random.Stream(8, "segments"), 20) {
		segs, ms, err := c.SegmentsMs(a)
		pass, err2 := c.PassMs(a)
		if err != nil || err2 != nil || len(segs) != a.Blocks()+2 || slices.Min(ms) < 0 || math.Abs(floats.Sum(ms)/pass-1) > 1e-12 {
			t.Fatalf("%d segments of %v ms, a pass of %v, %v, %v", len(segs), ms, pass, err, err2)
		}
		_, got, err := thrice.SegmentsMs(a)
		want, _, err2 := source.Times.SegmentsMs(nil, nil, a)
		shares, of, err3 := thrice.AppendShares(nil, nil, a)
		if err != nil || err2 != nil || err3 != nil || len(of) != len(want) {
			t.Fatal(err, err2, err3)
		}
		for i := range want {
			near(t, "time of a segment", got[i], 3*want[i], .005*pass)
			near(t, "share of a segment", shares[i]/floats.Sum(shares), want[i]/floats.Sum(want), 1e-9)
		}
		_, got, err = both.SegmentsMs(a)
		second, _, err2 := phone.Times.SegmentsMs(nil, nil, a)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		var off float64
		for i := range want {
			off += math.Abs(got[i]-2*want[i]-.1*second[i]) / pass
		}
		if off > .045 {
			t.Errorf("segments of a mixture are off by %.3f of the pass", off)
		}
	}
}

// Clocks come back from tensors and header: predictions to the bit, intervals to the order in
// which sums are made. What is damaged does not.
func TestStoreAndLoadClocks(t *testing.T) {
	c, archs := twoClocks(t)
	b := tensor.NewBundle()
	stored, err := c.Store(b, "x.")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(stored)
	if err != nil {
		t.Fatal(err)
	}
	read := func() (h Header) {
		if err := json.Unmarshal(text, &h); err != nil {
			t.Fatal(err)
		}
		return h
	}
	again, err := read().Load(b, "x.")
	if err != nil {
		t.Fatal(err)
	}
	n := len(archs)
	low, high, low2, high2 := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	if err := c.Bounds(low, high, archs, .9); err != nil {
		t.Fatal(err)
	}
	if err := again.Bounds(low2, high2, archs, .9); err != nil {
		t.Fatal(err)
	}
	if !floats.EqualApprox(low, low2, 1e-9) || !floats.EqualApprox(high, high2, 1e-9) || !floats.Equal(means(t, c, archs), means(t, again, archs)) {
		t.Errorf("bounds %v to %v, loaded %v to %v", low, high, low2, high2)
	}
	_, one, err := c.SegmentsMs(archs[0])
	_, two, err2 := again.SegmentsMs(archs[0])
	if err != nil || err2 != nil || !floats.EqualApprox(one, two, 1e-12) {
		t.Errorf("segments %v, %v, loaded %v, %v", one, err, two, err2)
	}
	if ms, sd, err := again.LeftOut(archs); ms != nil || sd != nil || err != nil {
		t.Errorf("a loaded model leaves out rows: %v, %v, %v", ms, sd, err)
	}
	for name, spoil := range map[string]func(h *Header){
		"no tables": func(h *Header) { h.Times.Tables = nil }, "a table less": func(h *Header) { h.Times.Tables = h.Times.Tables[:1] },
		"sizes": func(h *Header) { slices.Reverse(h.Times.Sizes) }, "a size less": func(h *Header) { h.Times.Sizes = h.Times.Sizes[1:] },
		"unit": func(h *Header) { h.Times.Unit = 0 }, "no times": func(h *Header) { h.Times = nil },
		"family": func(h *Header) { h.Space = "nasbench201" }, "no clocks": func(h *Header) { h.Clocks = nil },
		"queue": func(h *Header) { h.Clocks[1].Queue.LaunchMs = nil }, "weight": func(h *Header) { h.Clocks[0].Weight = -1 },
		"spread": func(h *Header) { h.Clocks[1].SpreadMs = 0 }, "a clock more": func(h *Header) { h.Clocks = append(h.Clocks, h.Clocks[0]) },
		"width": func(h *Header) { h.Clocks[0].Components[0].Width = 3 }, "widths": func(h *Header) { h.Prior.Widths = nil },
		"noise": func(h *Header) { h.Clocks[0].Components[0].Noise = 0 }, "network": func(h *Header) { h.Archs[0] = strings.Replace(h.Archs[0], "r", "r1", 1) },
		"prior": func(h *Header) { h.Prior.Times = math.Inf(-1) },
	} {
		damaged := read()
		spoil(&damaged)
		if _, err := damaged.Load(b, "x."); err == nil {
			t.Errorf("%s damaged, no error", name)
		}
	}
	for _, name := range []string{"clock0.measured", "clock1.root", "clock0.weights", "times.mean", "times.spread", "times.centre", "sources", "bases"} {
		spoilt := tensor.NewBundle()
		if _, err := c.Store(spoilt, "x."); err != nil {
			t.Fatal(err)
		}
		values, err := spoilt.Float64("x."+name, -1)
		if err != nil {
			t.Fatal(err)
		}
		spoilt.PutFloat64("x."+name, values)
		if _, err := read().Load(spoilt, "x."); err != nil {
			t.Errorf("%s as it was: %v", name, err)
		}
		spoilt.PutFloat64("x."+name, values[1:])
		if _, err := read().Load(spoilt, "x."); err == nil {
			t.Errorf("%s has a value less, no error", name)
		}
		values[len(values)/2] = math.NaN()
		spoilt.PutFloat64("x."+name, values)
		if _, err := read().Load(spoilt, "x."); err == nil {
			t.Errorf("%s is not a number, no error", name)
		}
	}
}

// A model that was fitted to features does not know its networks, and is not stored.
func TestFeaturesAloneAreNotStored(t *testing.T) {
	s := spacetest.ByID(t, "nasbench201")
	rows, ms, _ := measured(t, s, simulated.Phone, "target", 15)
	m, err := learnerOf(t, s, DefaultPrior()).Fit(rows, ms)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Waiting(m).Store(tensor.NewBundle(), ""); err == nil {
		t.Error("no error")
	}
}
