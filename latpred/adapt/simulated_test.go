package adapt_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/latpredtest"
	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
	"github.com/ofalat/ofalat/latpred/transfer"
)

// measure makes a set of n networks that a made-up device was measured with.
func measure(t testing.TB, d simulated.Device, s *space.Space, n int) *dataset.Set {
	t.Helper()
	return measureWith(t, d, s, n, random.Stream(uint64(n), s.ID))
}

// measureWith is measure with networks and noise from rng.
func measureWith(t testing.TB, d simulated.Device, s *space.Space, n int, rng *rand.Rand) *dataset.Set {
	t.Helper()
	set := &dataset.Set{Info: dataset.Info{Name: "made-up", Device: "made-up", SpaceID: s.ID, Rows: n}}
	archs := simulated.Archs(s, rng, n)
	for i, ms := range d.MeasureMs(s, archs, rng) {
		set.Samples = append(set.Samples, dataset.Sample{Arch: archs[i], LatencyMs: ms})
	}
	return set
}

// cardSource is a table of a made-up card.
func cardSource(t testing.TB, s *space.Space) *transfer.Source {
	t.Helper()
	set := measure(t, simulated.Card, s, 1000)
	m, _, err := pass.Fit(set.Archs(), set.LatenciesMs(), additive.SourceConfig(s.Resolutions))
	if err != nil {
		t.Fatal(err)
	}
	return &transfer.Source{Name: "card", Times: m}
}

// slow is a device like the card, with other habits and some noise.
var slow = simulated.Device{LayerMs: .1, GMACs: 30, GValues: 4, Large: .1, NoisePart: .01}

// What is expected, by leave-one-out, is about the error, in the mean over draws of the rows;
// more rows lower it; and of 90 % intervals about nine of ten hold.
func TestExpectedErrorIsTheError(t *testing.T) {
	s := spacetest.ByID(t, "mbv3-w1.0")
	sources := []*transfer.Source{cardSource(t, s)}
	test := measure(t, slow, s, 400)
	var last float64
	const draws = 6
	for i, n := range []int{10, 30, 90} {
		var e, expected, held float64
		for draw := range uint64(draws) {
			set := measureWith(t, slow, s, n, random.Stream(draw, "expected"))
			p, r, err := adapt.Adapt(t.Context(), sources, set, adapt.Config{NoQueue: true, NoForecast: true})
			if err != nil {
				t.Fatal(err)
			}
			e += 100 * metric.MAPE(latpredtest.Predict(t, p, test.Archs()), test.LatenciesMs()) / draws
			low, high := latpredtest.Bounds(t, p, test.Archs(), .9)
			share, _ := metric.Coverage(low, high, test.LatenciesMs())
			held += share / draws
			expected += r.ExpectedPercent / draws
			if r.Rows != n || p.Provenance().Rows != n || p.Provenance().Recipe["sources"] != "card" || !strings.Contains(r.Recipe, "card") || r.MoreRows != 0 {
				t.Errorf("%+v, %+v", r, p.Provenance())
			}
		}
		t.Logf("%d rows: error %.2f %%, expected %.2f, 90 %% held %.3f", n, e, expected, held)
		if math.Abs(math.Log(e/expected)) > math.Log(1.25) || held < .86 || held > .97 || i > 0 && e > .95*last {
			t.Errorf("%d rows: error %.2f %%, expected %.2f, before %.2f; 90 %% held %.3f", n, e, expected, last, held)
		}
		last = e
	}
}

// Intervals from few rows hold what they promise on average over devices that differ from
// the source in ways and noise of their own; a single device may be far off. Errors of real
// devices have longer tails than these, whose noise is normal: of low levels less is held, of
// high ones more.
func TestIntervalsOfFewRowsHoldOnAverage(t *testing.T) {
	s := spacetest.ByID(t, "mbv3-w1.0")
	sources := []*transfer.Source{cardSource(t, s)}
	levels, least := []float64{.5, .8, .9, .95}, []float64{.46, .78, .88, .94}
	const devices = 40
	for _, n := range []int{5, 10, 30} {
		held := make([]float64, len(levels))
		for k := range devices {
			rng := random.Stream(uint64(k), "device")
			d := simulated.Device{LayerMs: .02 + .1*rng.Float64(), GMACs: 20 + 100*rng.Float64(), GValues: 3 + 9*rng.Float64(),
				Deeper: .3 * (rng.Float64() - .5), Large: .2 * rng.Float64(), NoisePart: .03 * rng.Float64()}
			set := measureWith(t, d, s, n+100, rng)
			few, test := set.Subset(latpredtest.Seq(n)), set.Subset(latpredtest.Seq(n + 100)[n:])
			p, r, err := adapt.Adapt(t.Context(), sources, few, adapt.Config{NoQueue: true, NoForecast: true})
			if err != nil || r.MoreRows != 0 {
				t.Fatal(err, r)
			}
			for i, level := range levels {
				low, high := latpredtest.Bounds(t, p, test.Archs(), level)
				share, _ := metric.Coverage(low, high, test.LatenciesMs())
				held[i] += share / devices
			}
		}
		t.Logf("%d rows: %.3f", n, held)
		for i, level := range levels {
			if held[i] < least[i] || 1-held[i] < .25*(1-level) {
				t.Errorf("%d rows: intervals of %v hold %.3f on average", n, levels[i], held[i])
			}
		}
	}
}

// The unit of the labels does not matter, but for a warning where it is none of the
// sources'.
func TestAdaptInOtherUnits(t *testing.T) {
	s := spacetest.ByID(t, "mbv3-w1.0")
	sources := []*transfer.Source{cardSource(t, s)}
	set := measure(t, slow, s, 12)
	one, _, err := adapt.Adapt(t.Context(), sources, set, adapt.Config{NoQueue: true})
	if err != nil {
		t.Fatal(err)
	}
	for i := range set.Samples {
		set.Samples[i].LatencyMs *= 1e4
	}
	two, r, err := adapt.Adapt(t.Context(), sources, set, adapt.Config{NoQueue: true})
	if err != nil {
		t.Fatal(err)
	}
	archs := simulated.Archs(s, random.Stream(5, "units"), 20)
	l1, h1 := latpredtest.Bounds(t, one, archs, .9)
	l2, h2 := latpredtest.Bounds(t, two, archs, .9)
	for i := range archs {
		if math.Abs(l2[i]-1e4*l1[i]) > 1e-5*l2[i] || math.Abs(h2[i]-1e4*h1[i]) > 1e-5*h2[i] {
			t.Errorf("%v to %v, and %v to %v", l1[i], h1[i], l2[i], h2[i])
		}
	}
	if !slices.ContainsFunc(r.Warnings, func(w latpred.Warning) bool { return w.Kind == latpred.WarnScale }) {
		t.Errorf("ten thousand times as slow: %v", r.Warnings)
	}
}

// lawful predicts a power of what a made-up device takes: no table, and no sum.
type lawful struct {
	s     *space.Space
	power float64
}

func (lawful) Kind() string                   { return "lawful" }
func (lawful) Provenance() latpred.Provenance { return latpred.Provenance{} }
func (l lawful) PredictMs(dst []float64, archs []space.Arch) error {
	for i, a := range archs {
		if a.Family != l.s.Family || a.Resolution%32 != 0 || !l.s.Contains(a) {
			return fmt.Errorf("architecture %d: unknown", i)
		}
		dst[i] = math.Pow(simulated.Card.PassMs(l.s, a), l.power)
	}
	return nil
}

// A predictor of any kind is a source: a table of what it says, which knows the resolutions
// that the predictor answers for. A table can't follow a power of a sum all the way.
func TestSourceOfAnything(t *testing.T) {
	for _, id := range []string{"mbv3-w1.0", "proxyless-w1.3"} {
		s := spacetest.ByID(t, id)
		source, err := adapt.SourceOf(t.Context(), "lawful", lawful{s, 1.2}, s)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(source.Times.Basis.Resolutions(), []int{128, 160, 192, 224}) {
			t.Errorf("%s: resolutions %v", id, source.Times.Basis.Resolutions())
		}
		var got, want []float64
		for _, a := range simulated.Archs(s, random.Stream(1, id), 100) {
			a.Resolution = 192
			ms, err := source.PassMs(a)
			if err != nil {
				t.Fatal(err)
			}
			got, want = append(got, ms), append(want, math.Pow(simulated.Card.PassMs(s, a), 1.2))
		}
		e := metric.MAPE(got, want)
		t.Logf("%s: mean relative error %.4f", id, e)
		if e > .02 {
			t.Errorf("%s: mean relative error %.4f", id, e)
		}
	}
	if _, err := adapt.SourceOf(t.Context(), "none", lawful{&space.Space{}, 1}, spacetest.ByID(t, "mbv3-w1.0")); err == nil || !strings.Contains(err.Error(), "source none: it answers for no network") {
		t.Errorf("a predictor that knows nothing: %v", err)
	}
}

// A table is its own source; a hybrid, here of a device whose time is no sum, is one by a table
// of what it says.
func TestSourceOfATable(t *testing.T) {
	of := spacetest.ByID(t, "mbv3-w1.0")
	set := measure(t, simulated.Card, of, 600)
	for i, row := range set.Samples {
		set.Samples[i].LatencyMs = math.Pow(row.LatencyMs, 1.5)
	}
	for _, hybrid := range []bool{false, true} {
		table, _, err := additive.Train(t.Context(), set, set.SplitFileOrder(), additive.Config{NoQueue: true, Hybrid: hybrid})
		if err != nil {
			t.Fatal(err)
		}
		s, err := adapt.SourceOf(t.Context(), "card", table, of)
		if err != nil || (table.Kind() == latpred.KindHybrid) != hybrid || (s.Times == table.Model()) == hybrid {
			t.Fatalf("hybrid %v: %+v, %v", hybrid, s, err)
		}
		archs := simulated.Archs(of, random.Stream(3, "passes"), 100)
		got := make([]float64, len(archs))
		for i, a := range archs {
			if got[i], err = s.PassMs(a); err != nil {
				t.Fatal(err)
			}
		}
		e := metric.MAPE(got, latpredtest.Predict(t, table, archs))
		t.Logf("hybrid %v: mean relative error %.4f", hybrid, e)
		if !hybrid && e > 1e-12 || e > .02 {
			t.Errorf("hybrid %v: the source is off by %.4f", hybrid, e)
		}
	}
}

// What was adapted comes back from a file to the bit, intervals and segments included;
// segments sum up to the pass.
func TestFileAndSegments(t *testing.T) {
	s := spacetest.ByID(t, "proxyless-w1.3")
	p, _, err := adapt.Adapt(t.Context(), []*transfer.Source{cardSource(t, s)}, measure(t, slow, s, 15), adapt.Config{})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "adapted")
	if err := modelfile.Save(file, p); err != nil {
		t.Fatal(err)
	}
	loaded, err := modelfile.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	again := loaded.(*adapt.Predictor)
	archs := simulated.Archs(s, random.Stream(6, "file"), 10)
	l1, h1 := latpredtest.Bounds(t, p, archs, .8)
	l2, h2 := latpredtest.Bounds(t, again, archs, .8)
	if !slices.Equal(l1, l2) || !slices.Equal(h1, h2) {
		t.Errorf("bounds %v to %v, and %v to %v", l1, h1, l2, h2)
	}
	passes := make([]float64, len(archs))
	if err := again.PassMs(passes, archs); err != nil {
		t.Fatal(err)
	}
	for i, a := range archs {
		b, err := again.Segments(a)
		if err != nil {
			t.Fatal(err)
		}
		var sum float64
		for _, seg := range b.Segments {
			sum += seg.Ms
		}
		if math.Abs(sum/passes[i]-1) > 1e-9 || b.TrueMs != passes[i] && math.Abs(b.TrueMs/passes[i]-1) > 1e-12 {
			t.Errorf("segments of %v ms, a pass of %v, %v", sum, b.TrueMs, passes[i])
		}
	}
}
