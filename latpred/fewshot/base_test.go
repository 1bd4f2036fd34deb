package fewshot

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/tensor"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// A mixture of two sources is the sum of their scaled times; a queue that would hide
// more than half of a pass is not believed; sources that fail, or give no time, err.
func TestSeeByHand(t *testing.T) {
	segs := []pass.Segment{{Launches: 200}, {Launches: 100}}
	times := [][]float64{{6, 2}, {1, 3}}
	of := func(source int) ([]float64, error) { return times[source], nil }
	b := Base{Parts: []Part{{0, .5}, {1, 2}}, CentreMs: 10}
	a := judged(t)[0]
	s, err := b.baseline(a, segs, of)
	if err != nil || !slices.Equal(s.ms, []float64{5, 7}) || s.labelMs != 12 || s.limited || s.implausible {
		t.Errorf("%+v, %v", s, err)
	}
	for _, c := range []struct {
		launch               float64
		limited, implausible bool
	}{{.001, false, false}, {.02, true, false}, {.2, true, true}} {
		b.Queue = pass.Queue{Depth: 900, LaunchMs: []float64{c.launch}, OffsetMs: []float64{0}}
		s, err := b.baseline(a, segs, of)
		if err != nil || s.limited != c.limited || s.implausible != c.implausible || c.implausible && s.labelMs != LeastLabel*12 {
			t.Errorf("a launch of %v ms: %+v, %v", c.launch, s, err)
		}
	}
	times[1] = []float64{-9, math.Inf(1)}
	if _, err := b.baseline(a, segs, of); err == nil {
		t.Error("a source that gives infinity, no error")
	}
	no := errors.New("no")
	if _, err := b.baseline(a, segs, func(int) ([]float64, error) { return nil, no }); !errors.Is(err, no) {
		t.Errorf("%v", err)
	}
}

// A power law by hand: of a base that says 20 where measurements are around 10, with
// an exponent up by .1, a factor of 1.05 and a constant of .2: the error is
// .05 + .1·ln 2 + .2·(½ − 1).
func TestCommonByHand(t *testing.T) {
	b := Base{CentreMs: 10, PowerLaw: true, columns: columnsOf(space.OFA5)}
	mean := []float64{.05, .1, .2}
	near(t, "error", b.common(20, mean), .05+.1*math.Ln2-.1, 1e-12)
	s := baseline{labelMs: 20}
	part, _ := b.correct(&s, mean)
	near(t, "part", part, 1+.05+.1*math.Ln2-.1, 1e-12)
	row := make([]float64, b.width())
	near(t, "part of the base", b.fill(row, &s, false), 1, 0)
	for c, want := range []float64{1, math.Ln2, -.5} {
		near(t, "column", row[c], want, 1e-12)
	}
	if part, _ = b.correct(&s, []float64{-5, 0, 0}); part != smallest {
		t.Errorf("a prediction below 0 is %v of its base", part)
	}
}

// Every segment has its columns, inside the row, each once; and every column has a prior.
func TestColumns(t *testing.T) {
	s := mobileNet(t)
	rng := random.Stream(1, "columns")
	c := columnsOf(s.Family)
	b := Base{CentreMs: 1, Sizes: s.Resolutions, columns: c}
	named := map[int]bool{colGlobal: true, colPower: true, colConstant: true, colLaunch: true, colOffset: true}
	for range 1500 {
		a := s.Sample(rng)
		segs, err := pass.Segments(nil, a)
		if err != nil {
			t.Fatal(err)
		}
		for _, seg := range segs {
			row, x := make([]float64, b.width()), make([]float64, b.width())
			size := .25 + c.size(a.Resolution) // no term is 0
			c.add(row, 1, seg, size, b.sizeColumns(a.Resolution))
			terms := 0
			for i := range row {
				x[i] = rng.NormFloat64()
				if row[i] != 0 {
					named[i] = true
					terms++
				}
			}
			// The trend is 0 in the middle stage, and that of kernels at a kernel of 5 as well.
			if want := map[bool]int{true: 9, false: 15}[seg.Slot < 0]; terms > want || terms < want-2 {
				t.Fatalf("%+v has %d columns, want %d", seg, terms, want)
			}
			near(t, "effect", c.effect(seg, size, b.sizeColumns(a.Resolution), x), floats.Dot(row, x), 1e-9)
		}
	}
	// Columns of the sixth stage are named by no network of five: 2 places, 3 + 3 of its
	// kernels and expansions, 2 slopes, 18 entries, 20 of each resolution. Stem and head
	// have a place and no entry.
	if want := b.width() - 2 - 6 - 2 - 18 - 2 - 20*len(s.Resolutions); len(named) != want {
		t.Errorf("%d columns are named, want %d", len(named), want)
	}
	for _, sizes := range []int{0, 1, 5} {
		for i, sd := range c.priors(sizes) {
			if !(sd > 0) && i != colConstant {
				t.Errorf("%d sizes: column %d has the prior %v", sizes, i, sd)
			}
		}
	}
	if plain := (&Base{PowerLaw: true, columns: c}).priors(); plain[colPower] != sdFreePower || plain[colConstant] != sdConstant || len(plain) != 3 {
		t.Errorf("priors of a power law: %v", plain)
	}
}

// The depth of places goes from −1.5, the stem, over −1 to 1 for five stages, to 1.5. The
// sixth stage of ProxylessNAS goes on, since both families share their columns: 191 of
// them, and 125 for each resolution.
func TestDepthOfPlaces(t *testing.T) {
	five, six := columnsOf(space.OFA5), columnsOf(space.OFA6)
	for stage, want := range []float64{-1, -.5, 0, .5, 1, 1.5} {
		for _, later := range []int{0, 1} {
			entry := (2*stage+later)*9 + 4
			if d := five.groups[entry].depth; d != want || six.groups[entry].depth != want {
				t.Errorf("stage %d is %v deep, want %v", stage, d, want)
			}
		}
	}
	l := space.OFA5.Layout
	if stem, head := five.groups[l.Stem()].depth, five.groups[l.Head()].depth; stem != -1.5 || head != 1.5 {
		t.Errorf("stem and head are %v and %v deep", stem, head)
	}
	if five.size(176) != 0 || five.size(224) != 1 || five.size(128) != -1 {
		t.Errorf("sizes %v, %v, %v", five.size(176), five.size(224), five.size(128))
	}
	if five.coarse != 191 || five.perSize != 125 || six.count(2) != 191+2*125 || five.entry != 81 || five.slopes != 65 {
		t.Errorf("%+v", five)
	}
}

// A source whose own time is not its table's sum: segments share it out as the table does.
func TestSourceWithTimesOfItsOwn(t *testing.T) {
	s := sourceOf(t, "card", card)
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
	if s.Total = constantPredictor(-1); s.PassMs(make([]float64, 1), judged(t)[:1]) == nil {
		t.Error("a time below 0, no error")
	}
	if all := withTables([]Source{s, sourceOf(t, "card", card)}); len(all) != 3 || all[2].Total != nil || all[2].Name != "card, smoothed" {
		t.Errorf("sources and their tables: %v", all)
	}
}

// A model comes back from its tensors and header to the bit, with the key Plain in the
// header as ever; what is damaged does not.
func TestStoreAndLoad(t *testing.T) {
	f := prepared(t, 45)
	m, _ := learn(t, f.sources[:1], f.archs, f.y, Config{})
	if !m.Fine() {
		t.Error("45 rows make no fine model")
	}
	b := tensor.NewBundle()
	h, err := m.Store(b, "x.")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(h)
	if err != nil || !strings.Contains(string(text), `"Parts":[{"Source":0,"Scale":`) || !strings.Contains(string(text), `"Plain":false`) || !strings.Contains(string(text), `"CentreMs":`) || !strings.Contains(string(text), `"Sizes":[160,176,192,208,224]`) {
		t.Errorf("%s, %v", text, err)
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
		spoil(&damaged.Components[0])
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
	f := prepared(t, 12)
	m, _ := learn(t, f.sources[:1], f.archs, f.y, Config{})
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

// Segments are the corrected times, and a pass is their sum: without a queue it is
// about what is predicted.
func TestSegmentsSumUp(t *testing.T) {
	f := prepared(t, 20)
	m, _ := learn(t, f.sources[:1], f.archs, f.y, Config{NoQueue: true})
	for _, a := range judged(t)[:10] {
		segs, ms, limited, err := m.SegmentsMs(a)
		want, err2 := m.MeanMs(a)
		if err != nil || err2 != nil || limited || len(segs) != a.Blocks()+2 {
			t.Fatalf("%d segments, %v, %v, %v", len(segs), limited, err, err2)
		}
		near(t, "sum of the segments", sum(ms), want, 1e-9*want)
	}
}

