package pass

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/ridge"
	"github.com/ofalat/ofalat/latpred/space"
)

func mobileNet(t testing.TB) *space.Space {
	t.Helper()
	s, err := space.ByID("mbv3-w1.0")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The head at 160 and 192 pixels writes 5 × 5 and 6 × 6: a tied table of these two has
// the head's times there, and at 176, which is 6 × 6 too, that of 192. Beyond, at 224
// and 7 × 7, it goes on: share (49 − 25) / (36 − 25).
func TestTiedTermsByHand(t *testing.T) {
	b := Tied([]int{160, 192})
	n := b.Width() / 2
	for _, c := range []struct {
		resolution, out int
		want            []ridge.Term
	}{
		{160, 5, []ridge.Term{{Column: Head, Value: 2}}},
		{192, 6, []ridge.Term{{Column: n + Head, Value: 2}}},
		{176, 6, []ridge.Term{{Column: Head, Value: 0}, {Column: n + Head, Value: 2}}},
		{224, 7, []ridge.Term{{Column: Head, Value: 2 * (1 - 24./11)}, {Column: n + Head, Value: 2 * 24. / 11}}},
	} {
		got, err := b.Terms(nil, Segment{Entry: Head, Slot: -1, In: c.out, Out: c.out}, c.resolution, 2)
		if err != nil || len(got) != len(c.want) {
			t.Errorf("%d: %v, %v, want %v", c.resolution, got, err, c.want)
			continue
		}
		for i, w := range c.want {
			if got[i].Column != w.Column || math.Abs(got[i].Value-w.Value) > 1e-12 {
				t.Errorf("%d: %v, want %v", c.resolution, got, c.want)
			}
		}
	}
	for _, r := range []int{0, -4} {
		if _, err := b.Terms(nil, Segment{Entry: Stem}, r, 1); err == nil {
			t.Errorf("resolution %d, no error", r)
		}
	}
	if _, err := Tied([]int{176}).Terms(nil, Segment{Entry: Stem}, 192, 1); err == nil || !strings.Contains(err.Error(), "[176]") {
		t.Errorf("a table of one resolution at another: %v", err)
	}
}

// A shape has a constant, pixels written, in units of 28 × 28, and pixels read where
// they differ; with corrections, one for the size written, the stem one for the image.
func TestShapeTermsByHand(t *testing.T) {
	plain, sizes := Shape([]int{112}, false), Shape([]int{112}, true)
	seg := Segment{Entry: 7, In: 56, Out: 28}
	got, err := plain.Terms(nil, seg, 112, 3)
	if want := []ridge.Term{{Column: 21, Value: 3}, {Column: 22, Value: 3}, {Column: 23, Value: 12}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	per := (sizes.Width() - 1) / (plain.Width() - 1) * 3 // columns of an entry: sizes are 56, 28, 14, 7, 4, 2
	if per != 9 {
		t.Errorf("%d columns of an entry, want 3 and 6 sizes", per)
	}
	got, err = sizes.Terms(nil, Segment{Entry: 7, In: 28, Out: 28}, 112, 1)
	want := []ridge.Term{{Column: 63, Value: 1}, {Column: 64, Value: 1}, {Column: 63 + 3 + 4, Value: 1}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	got, err = sizes.Terms(nil, Segment{Entry: Stem, In: 112, Out: 56}, 112, 1)
	if err != nil || got[len(got)-1] != (ridge.Term{Column: sizes.Width() - 1, Value: 1}) {
		t.Errorf("the stem: %v, %v: no column of the image", got, err)
	}
	if _, err := plain.Terms(nil, seg, 0, 1); err == nil {
		t.Error("resolution 0, no error")
	}
}

// A basis's name brings it back, every column has a penalty, and a prior made from costs
// gives each segment the time that its cost takes.
func TestBases(t *testing.T) {
	resolutions := []int{160, 176, 224}
	ms := [costKinds]float64{.01, .3, .02, .1}
	rng := random.Stream(1, "bases")
	for _, b := range []Basis{Tied(resolutions), Shape(resolutions, false), Shape(resolutions, true)} {
		same, err := BasisByName(b.Name(), resolutions)
		if err != nil || same.Width() != b.Width() || same.Name() != b.Name() || !slices.Equal(same.Resolutions(), resolutions) {
			t.Errorf("%s comes back as %v, %v", b.Name(), same, err)
		}
		theta := make([]float64, b.Width())
		b.prior(theta, 5, ms)
		for c := range theta {
			if !(b.Penalty(c) > 0) {
				t.Fatalf("%s: column %d has no penalty", b.Name(), c)
			}
		}
		for range 20 {
			a := mobileNet(t).Sample(rng)
			a.Resolution = resolutions[rng.IntN(3)]
			segs, err := Segments(nil, a)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range segs {
				row, err := b.Terms(nil, s, a.Resolution, 1)
				if err != nil {
					t.Fatal(err)
				}
				want := dot(costOf(s.Entry, 5).at(s), ms)
				if got := ridge.Dot(row, theta); math.Abs(got/want-1) > 1e-9 {
					t.Fatalf("%s: %s: entry %d takes %v ms, its cost %v", b.Name(), a, s.Entry, got, want)
				}
			}
		}
	}
}

// The sizes that a tied table interpolates between are those of the segments.
func TestSizesAt(t *testing.T) {
	rng := random.Stream(2, "sizes")
	for range 50 {
		a := mobileNet(t).Sample(rng)
		segs, err := Segments(nil, a)
		if err != nil {
			t.Fatal(err)
		}
		at := sizesAt(a.Resolution, a.Stages())
		for _, s := range segs {
			if at[s.Entry].In != s.In || at[s.Entry].Out != s.Out {
				t.Fatalf("%s: entry %d is %d to %d pixels, the segment %d to %d", a, s.Entry, at[s.Entry].In, at[s.Entry].Out, s.In, s.Out)
			}
		}
	}
}

// sample is a fit to what a made-up device takes, judged on other networks.
func sample(t *testing.T, d simulated.Device, n int, basis func([]int) Basis, c Config, scale float64) (m *Model, pred, want []float64) {
	t.Helper()
	s, rng := mobileNet(t), random.Stream(3, "sample")
	archs := simulated.Archs(s, rng, n+200)
	y := d.MeasureMs(s, archs[:n], rng)
	for i := range y {
		y[i] *= scale
	}
	c.Basis = basis(ResolutionsOf(archs))
	m, _, err := Fit(archs[:n], y, c)
	if err != nil {
		t.Fatal(err)
	}
	pred = make([]float64, 200)
	if err := m.LabelsMs(pred, archs[n:], nil); err != nil {
		t.Fatal(err)
	}
	d.NoisePart = 0
	return m, pred, d.MeasureMs(s, archs[n:], nil)
}

func tiedBasis(rs []int) Basis  { return Tied(rs) }
func shapeBasis(rs []int) Basis { return Shape(rs, false) }

func relative(pred, want []float64) (e float64) {
	for i := range pred {
		e += math.Abs(pred[i]/want[i]-1) / float64(len(pred))
	}
	return e
}

// Devices that are sums of their layers are found by tied tables and, what a layer takes
// being linear in pixels, by shapes; noise is averaged out.
func TestTrueTimesAreFound(t *testing.T) {
	quiet, noisy := simulated.Card, simulated.Card
	noisy.NoisePart = .05
	for _, c := range []struct {
		name  string
		d     simulated.Device
		n     int
		basis func([]int) Basis
		limit float64
	}{
		{"tied", quiet, 1500, tiedBasis, .001}, {"shape", quiet, 400, shapeBasis, .001}, {"a phone", simulated.Phone, 1500, tiedBasis, .002},
		{"5 % noise", noisy, 2000, shapeBasis, .02}, {"5 % noise, few rows", noisy, 400, shapeBasis, .06},
	} {
		_, pred, want := sample(t, c.d, c.n, c.basis, Config{Relative: true}, 1)
		if e := relative(pred, want); e > c.limit {
			t.Errorf("%s: mean relative error %.5f, want at most %v", c.name, e, c.limit)
		} else {
			t.Logf("%s: %.5f", c.name, e)
		}
	}
}

// With relative errors the unit of the labels does not matter.
func TestUnits(t *testing.T) {
	d := simulated.Card
	d.NoisePart = .02
	for _, basis := range []func([]int) Basis{tiedBasis, shapeBasis} {
		_, ms, _ := sample(t, d, 300, basis, Config{Relative: true}, 1)
		_, us, _ := sample(t, d, 300, basis, Config{Relative: true}, 1000)
		for i := range ms {
			if math.Abs(us[i]/ms[i]/1000-1) > 1e-6 {
				t.Fatalf("%v ms, and %v µs", ms[i], us[i])
			}
		}
	}
}

// The order of rows does not matter where no state is followed; and rows that something
// disturbed count less, so that one in twenty does no harm.
func TestOrderAndOutliers(t *testing.T) {
	s, rng := mobileNet(t), random.Stream(4, "order")
	archs := simulated.Archs(s, rng, 600)
	d := simulated.Card
	d.NoisePart = .01
	y := d.MeasureMs(s, archs, rng)
	config := Config{Basis: Shape(ResolutionsOf(archs), false), Relative: true}
	judge := func(archs []space.Arch, y []float64) []float64 {
		m, _, err := Fit(archs, y, config)
		if err != nil {
			t.Fatal(err)
		}
		pred := make([]float64, 50)
		if err := m.LabelsMs(pred, simulated.Archs(s, random.Stream(5, "judge"), 50), nil); err != nil {
			t.Fatal(err)
		}
		return pred
	}
	pred := judge(archs, y)
	mixed, mixedY := make([]space.Arch, 600), make([]float64, 600)
	for i, at := range rng.Perm(600) {
		mixed[i], mixedY[i] = archs[at], y[at]
	}
	if e := relative(judge(mixed, mixedY), pred); e > 1e-6 {
		t.Errorf("rows in another order: %v apart", e)
	}
	spoilt := slices.Clone(y)
	for i := 0; i < 600; i += 20 {
		spoilt[i] *= 3
	}
	if e := relative(judge(archs, spoilt), pred); e > .005 {
		t.Errorf("one row in twenty three times as long: %v off", e)
	}
}
