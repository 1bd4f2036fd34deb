package fewshot

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/tensor"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// A source whose own time is not its table's sum: segments share it out as the table does.
func TestSourceWithTimesOfItsOwn(t *testing.T) {
	s := sourceOf(t, "card", simulated.Card)
	a := judged(t)[0]
	segs, table, err := s.segmentsMs(a)
	if err != nil {
		t.Fatal(err)
	}
	s.Total = constantPredictor(2 * sum(table))
	again, ms, err := s.segmentsMs(a)
	if err != nil || len(again) != len(segs) {
		t.Fatal(err)
	}
	for i := range ms {
		near(t, "time of a segment", ms[i], 2*table[i], 1e-9)
	}
	s.Total = constantPredictor(-1)
	if _, _, err := s.segmentsMs(a); err == nil {
		t.Error("a time below 0, no error")
	}
}

// A model comes back from its tensors and header to the bit, with the key Plain in the
// header as ever; what is damaged does not.
func TestStoreAndLoad(t *testing.T) {
	m := madeUp(t)
	b := tensor.NewBundle()
	h, err := m.Store(b, "x.")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"Parts":[{"Source":0,"Scale":1.5}]`, `"Plain":false`, `"Plain":true`, `"CentreMs":9`, `"Sizes":[160,176,192,208,224]`} {
		if !strings.Contains(string(text), part) {
			t.Errorf("no %s in %s", part, text)
		}
	}
	var read Header
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	again, err := read.Load(b, "x.")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range judged(t)[:10] {
		m1, s1, err1 := m.Read(a)
		m2, s2, err2 := again.Read(a)
		if m1 != m2 || s1 != s2 || err1 != nil || err2 != nil {
			t.Fatalf("%v ± %v, %v and %v ± %v, %v", m1, s1, err1, m2, s2, err2)
		}
	}
	for name, spoil := range map[string]func(c *componentHeader){
		"no source": func(c *componentHeader) { c.Base.Parts = []Part{{7, 1}} }, "no parts": func(c *componentHeader) { c.Base.Parts = nil },
		"columns": func(c *componentHeader) { c.Columns++ }, "weight": func(c *componentHeader) { c.Weight = math.NaN() },
		"covariance": func(c *componentHeader) { c.Known = c.Columns + 1 }, "centre": func(c *componentHeader) { c.Base.CentreMs = 0 },
		"queue": func(c *componentHeader) { c.Base.Queue.Depth = 5 }, "sizes": func(c *componentHeader) { c.Base.Sizes = []int{192, 160, 176, 208, 224} },
	} {
		damaged := read
		damaged.Components = slices.Clone(read.Components)
		spoil(&damaged.Components[1])
		if _, err := damaged.Load(b, "x."); err == nil {
			t.Errorf("%s damaged, no error", name)
		}
	}
	if _, err := (Header{}).Load(b, "x."); err == nil {
		t.Error("no components, no error")
	}
}

// What other programs compute from Linear, Effects and Times is the model's mean.
func TestLinear(t *testing.T) {
	m := madeUp(t)
	for _, a := range judged(t)[:10] {
		want, err := m.MeanMs(a)
		if err != nil {
			t.Fatal(err)
		}
		var got, total float64
		for i := range m.Components {
			c := &m.Components[i]
			segs, ms, err := m.Times(c, a)
			if err != nil {
				t.Fatal(err)
			}
			v := c.Base.Queue.View(segs)
			base, _ := v.LabelMs(ms)
			base = max(base, LeastLabel*sum(ms))
			effects := make([]float64, len(segs))
			c.Effects(effects, segs, a.Resolution)
			l := c.Linear()
			var stop, start float64
			for k := range ms {
				stop += v.Stop[k] * ms[k] * (1 + effects[k])
				start += v.Start[k] * ms[k] * (1 + effects[k])
			}
			if c.Base.Queue.None() {
				start = 0
			} else {
				start = max(v.HostMs*(1+l.Launch)+base*l.Offset, start)
			}
			label := stop - start + base*(l.Global+l.Power*math.Log(base/c.Base.CentreMs)+l.Constant*(c.Base.CentreMs/base-1))
			got += c.Weight * max(Smallest*base, label)
			total += c.Weight
		}
		near(t, "mean", got/total, want, 1e-9*want)
	}
}

// Segments are the corrected times, and a pass is their sum: without a queue it is what is
// predicted; behind one it is more.
func TestSegmentsSumUp(t *testing.T) {
	m := madeUp(t)
	queued := *m
	queued.Components = m.Components[2:3]
	m.Components = slices.Delete(slices.Clone(m.Components), 2, 3)
	for _, a := range judged(t)[:10] {
		segs, ms, limited, err := m.SegmentsMs(a)
		want, err2 := m.MeanMs(a)
		if err != nil || err2 != nil || limited || len(segs) != a.Blocks()+2 {
			t.Fatalf("%d segments, %v, %v, %v", len(segs), limited, err, err2)
		}
		near(t, "sum of the segments", sum(ms), want, 1e-9*want)
		_, ms, limited, err = queued.SegmentsMs(a)
		label, err2 := queued.MeanMs(a)
		if err != nil || err2 != nil || !limited || sum(ms) < 1.02*label {
			t.Errorf("a pass of %v ms, a label of %v, limited %v, %v, %v", sum(ms), label, limited, err, err2)
		}
	}
}

// Two power laws by hand: of a network whose source takes L, the one says 2L·1.1, the
// other 3L·0.9; weights are 3 to 1. The mixture has their mean, and the variance within
// and between them.
func TestReadIsTheMixture(t *testing.T) {
	s := sourceOf(t, "card", simulated.Card)
	powerLaw := func(scale, global, sd, noise, weight float64) Component {
		c := Component{Base: Base{Parts: []Part{{0, scale}}, CentreMs: 1, PowerLaw: true, columns: columnsOf(mobileNet(t).Family)}, Weight: weight, Noise: noise,
			Mean: []float64{global, 0, 0}, Cov: mat.NewSymDense(3, nil)}
		c.Cov.SetSym(0, 0, sd*sd)
		return c
	}
	m := &Model{Sources: []Source{s}, Components: []Component{powerLaw(2, .1, .03, .04, 3), powerLaw(3, -.1, 0, .02, 1)}}
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, a := range judged(t)[:5] {
		_, ms, err := s.segmentsMs(a)
		if err != nil {
			t.Fatal(err)
		}
		pass := sum(ms)
		one, two := 2*1.1*pass, 3*.9*pass
		mean := .75*one + .25*two
		v1, v2 := math.Pow(2*pass*.05, 2), math.Pow(3*pass*.02, 2) // .05² = .03² + .04²
		sd := math.Sqrt(.75*v1 + .25*v2 + .75*.25*math.Pow(one-two, 2))
		got, gotSd, err := m.Read(a)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "mean", got, mean, 1e-9*mean)
		near(t, "standard deviation", gotSd, sd, 1e-9*sd)
		only, err := m.MeanMs(a)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "MeanMs", only, got, 1e-12*got)
	}
}

// The columns of a network and what coefficients make of it agree: the label is the
// base's times part + row·x, as long as the same side of the kink holds.
func TestFillAndCorrectAgree(t *testing.T) {
	s := sourceOf(t, "card", simulated.Card)
	pool := judged(t)
	rapid.Check(t, func(t *rapid.T) {
		a := pool[rapid.IntRange(0, len(pool)-1).Draw(t, "network")]
		segs, ms, err := s.segmentsMs(a)
		if err != nil {
			t.Fatal(err)
		}
		b := Base{Parts: []Part{{0, rapid.Float64Range(1, 4).Draw(t, "scale")}}, CentreMs: 10, PowerLaw: rapid.Bool().Draw(t, "power law"), columns: columnsOf(a.Family)}
		if !b.PowerLaw && rapid.Bool().Draw(t, "queue") {
			b.Queue = pass.Queue{Depth: rapid.SampledFrom(pass.DepthsTried).Draw(t, "depth"), LaunchMs: []float64{rapid.SampledFrom(pass.LaunchesMs).Draw(t, "launch")}, OffsetMs: []float64{0}}
		}
		if !b.PowerLaw && rapid.Bool().Draw(t, "fine") {
			b.Sizes = []int{160, 176, 192, 208, 224}
		}
		seen, err := b.baseline(a, segs, func(int) ([]float64, error) { return ms, nil })
		if err != nil {
			t.Fatal(err)
		}
		if seen.implausible {
			t.Skip("no label of a queue")
		}
		x, row := make([]float64, b.width()), make([]float64, b.width())
		for c := range x {
			x[c] = .02 * rapid.Float64Range(-1, 1).Draw(t, "x")
		}
		got, limited := b.correct(&seen, x)
		want := b.fill(row, &seen, limited)
		for c := range x {
			want += row[c] * x[c]
		}
		near(t, "label over the base's", got, max(smallest, want), 1e-9)
		if !b.PowerLaw && b.Queue.None() {
			var places float64
			for c := range b.columns.places {
				places += row[colPlace+c]
			}
			near(t, "sum over the places", places, b.fill(row, &seen, false), 1e-9)
		}
	})
}

// A prediction is never below a fiftieth of its base's, whatever the coefficients.
func TestSmallest(t *testing.T) {
	s := sourceOf(t, "card", simulated.Card)
	a := judged(t)[0]
	for _, powerLaw := range []bool{false, true} {
		c := componentOf(t, "smallest", Base{Parts: []Part{{0, 1}}, CentreMs: 10, PowerLaw: powerLaw}, 1)
		c.Mean[colGlobal] = -3
		m := &Model{Sources: []Source{s}, Components: []Component{c}}
		_, ms, err := s.segmentsMs(a)
		if err != nil {
			t.Fatal(err)
		}
		got, err := m.MeanMs(a)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "smallest prediction", got, .02*sum(ms), 1e-12)
	}
}

// The host limits a model's label if it does in any component, in whatever order.
func TestHostLimitsAnyComponent(t *testing.T) {
	m := madeUp(t)
	plain, queued := m.Components[0], m.Components[2]
	for _, c := range []struct {
		components []Component
		want       bool
	}{{[]Component{plain, queued}, true}, {[]Component{queued, plain}, true}, {[]Component{plain, plain}, false}} {
		m.Components = c.components
		_, _, limited, err := m.SegmentsMs(judged(t)[0])
		if err != nil || limited != c.want {
			t.Errorf("limited %v, want %v, %v", limited, c.want, err)
		}
	}
}

// What a model costs for a network, with and without what it does not know.
func BenchmarkModel(b *testing.B) {
	m, archs := madeUp(b), judged(b)
	b.Run("mean", func(b *testing.B) {
		b.ReportAllocs()
		for i := range b.N {
			if _, err := m.MeanMs(archs[i%len(archs)]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for i := range b.N {
			if _, _, err := m.Read(archs[i%len(archs)]); err != nil {
				b.Fatal(err)
			}
		}
	})
}
