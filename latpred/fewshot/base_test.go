package fewshot

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/floats"
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

// Every segment has its columns, inside the row, each once.
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
