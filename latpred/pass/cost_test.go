package pass

import (
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"pgregory.net/rapid"
)

// x ≥ 0 minimises xᵀGx/2 − mᵀx exactly where the slope Gx − m is nowhere below 0, and
// 0 where x is above it (Karush, Kuhn, Tucker).
func TestNonNegativeIsOptimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.SliceOfN(rapid.Float64Range(0, 3), costKinds, costKinds), costKinds, 12).Draw(t, "rows")
		truth := rapid.SliceOfN(rapid.Float64Range(-2, 2), costKinds, costKinds).Draw(t, "truth")
		var gram [costKinds][costKinds]float64
		var moment [costKinds]float64
		for _, row := range rows {
			var y float64
			for k, v := range row {
				y += v * truth[k]
			}
			for k, v := range row {
				moment[k] += v * y
				for l, u := range row {
					gram[k][l] += v * u
				}
			}
		}
		x := nonNegative(gram, moment)
		size := 1.0
		for k := range gram {
			size = max(size, gram[k][k], math.Abs(moment[k]))
		}
		for k := range x {
			slope := -moment[k]
			for l, v := range x {
				slope += gram[k][l] * v
			}
			if x[k] < 0 || slope < -1e-5*size || x[k] > 1e-6 && slope > 1e-5*size*max(1, x[k]) {
				t.Fatalf("kind %d is %v with slope %v: %v", k, x[k], slope, x)
			}
		}
	})
}

// By hand: y = 2a − b over a = (1, 0), b = (0, 1) is best met by 2 and, below 0, by 0;
// where a and b are alike both are told together.
func TestNonNegativeByHand(t *testing.T) {
	gram := [costKinds][costKinds]float64{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}}
	got := nonNegative(gram, [costKinds]float64{2, -1, 0, .5})
	for k, want := range [costKinds]float64{2, 0, 0, .5} {
		if math.Abs(got[k]-want) > 1e-6 {
			t.Errorf("kind %d is %v, want %v", k, got[k], want)
		}
	}
	if got = nonNegative(gram, [costKinds]float64{-1, -1, -1, -1}); got != [costKinds]float64{} {
		t.Errorf("all below 0: %v", got)
	}
}

// The operations of an entry are those of the layers of package space, those of
// squeeze-and-excitation left out, in either form of network.
func TestCostsAreTheLayers(t *testing.T) {
	for _, id := range []string{"mbv3-w1.0", "proxyless-w1.3"} {
		s, err := space.ByID(id)
		if err != nil {
			t.Fatal(err)
		}
		rng := random.Stream(1, id)
		for range 50 {
			a := s.Sample(rng)
			segs, err := Segments(nil, a)
			if err != nil {
				t.Fatal(err)
			}
			var got, want, n float64
			for _, seg := range segs {
				c := costOf(seg.Entry, a.Stages()).at(seg)
				got += c[costPointwise] + c[costDepthwise]
				n += c[costLaunch]
			}
			var launches int
			for _, l := range s.Layers(a) {
				want += 1e-6 * float64(l.MACs()-2*int64(l.Mid)*int64(l.SE))
			}
			for _, seg := range segs {
				launches += seg.Launches
			}
			if math.Abs(got/want-1) > 1e-9 {
				t.Fatalf("%s: %v million operations, the layers have %v", a, got, want)
			}
			if int(n) > launches || int(n) < launches-a.Blocks() { // shortcuts are not counted
				t.Fatalf("%s: %v launches, the segments have %d", a, n, launches)
			}
		}
	}
}

// What kinds of cost take is found from passes that are made of them.
func TestFitCosts(t *testing.T) {
	s, err := space.ByID("mbv3-w1.0")
	if err != nil {
		t.Fatal(err)
	}
	want := [costKinds]float64{.01, .4, .03, .2}
	rng := random.Stream(1, "costs")
	var segs [][]Segment
	var y []float64
	for range 60 {
		a := s.Sample(rng)
		these, err := Segments(nil, a)
		if err != nil {
			t.Fatal(err)
		}
		var ms float64
		for _, seg := range these {
			ms += dot(costOf(seg.Entry, a.Stages()).at(seg), want)
		}
		segs, y = append(segs, these), append(y, ms)
	}
	got := fitCosts(segs, 5, y)
	for k := range want {
		if math.Abs(got[k]/want[k]-1) > 1e-3 {
			t.Errorf("kind %d takes %v ms, want %v", k, got[k], want[k])
		}
	}
}
