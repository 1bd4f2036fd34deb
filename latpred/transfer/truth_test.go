package transfer

import (
	"math"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// other is a device that differs from card and phone.
var other = simulated.Device{LayerMs: .05, GMACs: 40, GValues: 5, NoisePart: .02}

// judged are networks that no test here measures.
func judged(t *testing.T) []space.Arch {
	t.Helper()
	return simulated.Archs(spacetest.ByID(t, "mbv3-w1.0"), random.Stream(9, "judged"), 60)
}

// waiting fits measurements by a clock that waited.
func waiting(t *testing.T, l *Learner, archs []space.Arch, ms []float64) *Clocked {
	t.Helper()
	c, err := l.FitWaiting(t.Context(), archs, ms)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// from is a learner of OFA's networks.
func from(t *testing.T, sources ...*Source) *Learner {
	t.Helper()
	l, err := NewLearner(FeaturesOf(spacetest.ByID(t, "mbv3-w1.0")), sources, TimesPrior())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Measured in other units, the same device is another thousand times as slow.
func TestUnits(t *testing.T) {
	l := timed(t, TimesPrior())
	for _, n := range []int{3, 12, 45} {
		rng := random.Stream(1, "units")
		archs := simulated.Archs(l.features.Space, rng, n)
		ms := other.MeasureMs(l.features.Space, archs, rng)
		us := slices.Clone(ms)
		floats.Scale(1000, us)
		one, two := waiting(t, l, archs, ms), waiting(t, l, archs, us)
		l1, h1, l2, h2 := make([]float64, 60), make([]float64, 60), make([]float64, 60), make([]float64, 60)
		if err := one.Bounds(l1, h1, judged(t), .9); err != nil {
			t.Fatal(err)
		}
		if err := two.Bounds(l2, h2, judged(t), .9); err != nil {
			t.Fatal(err)
		}
		for i := range l1 {
			if math.Abs(l2[i]-1000*l1[i]) > 1e-6*h2[i] || math.Abs(h2[i]-1000*h1[i]) > 1e-6*h2[i] {
				t.Fatalf("%d rows: %v to %v ms and %v to %v µs", n, l1[i], h1[i], l2[i], h2[i])
			}
		}
	}
}

// Neither the order of the rows nor the names and the order of the sources matter, nor that one
// is there twice.
func TestOrder(t *testing.T) {
	a, b := tableOf(t, "card", simulated.Card), tableOf(t, "phone", simulated.Phone)
	rng := random.Stream(2, "order")
	archs := simulated.Archs(spacetest.ByID(t, "mbv3-w1.0"), rng, 14)
	y := other.MeasureMs(spacetest.ByID(t, "mbv3-w1.0"), archs, rng)
	m := waiting(t, from(t, a, b), archs, y)
	want := means(t, m, judged(t))
	left, _ := m.Models[0].LeftOut()
	mixed, mixedY, mixedLeft := make([]space.Arch, len(y)), make([]float64, len(y)), make([]float64, len(y))
	for i, at := range rng.Perm(len(y)) {
		mixed[i], mixedY[i], mixedLeft[i] = archs[at], y[at], left[at]
	}
	again := waiting(t, from(t, a, b), mixed, mixedY)
	if e := metric.MAPE(means(t, again, judged(t)), want); e > 1e-7 {
		t.Errorf("rows in another order: %v apart", e)
	}
	if got, _ := again.Models[0].LeftOut(); metric.MAPE(got, mixedLeft) > 1e-7 {
		t.Errorf("rows in another order: left out, %v apart", metric.MAPE(got, mixedLeft))
	}
	a.Name, b.Name = "second", "first"
	if e := metric.MAPE(means(t, waiting(t, from(t, b, a), archs, y), judged(t)), want); e > 1e-7 {
		t.Errorf("sources in another order: %v apart", e)
	}
	once, twice := waiting(t, from(t, a), archs, y), waiting(t, from(t, a, a), archs, y)
	e := metric.MAPE(means(t, twice, judged(t)), means(t, once, judged(t)))
	t.Logf("a source twice: %.5f apart", e)
	if e > .0002 {
		t.Errorf("with the source twice predictions are %v apart", e)
	}
}

// A mixture of two sources, a part of each, is found from a dozen rows.
func TestMixtureOfSources(t *testing.T) {
	a, b := tableOf(t, "card", simulated.Card), tableOf(t, "phone", simulated.Phone)
	archs := slices.Concat(simulated.Archs(spacetest.ByID(t, "mbv3-w1.0"), random.Stream(4, "mixture"), 12), judged(t))
	y := passMs(t, a, archs)
	floats.Scale(2, y)
	floats.AddScaled(y, .1, passMs(t, b, archs))
	e := metric.MAPE(means(t, waiting(t, from(t, a, b), archs[:12], y[:12]), judged(t)), y[12:])
	t.Logf("mean relative error %.4f", e)
	if e > .0035 {
		t.Errorf("mean relative error %.4f", e)
	}
}

// Of devices that differ from their source as layers do, the error falls with the rows and is
// below that of a line through the source's times where there are many; of 90 % intervals about
// nine of ten hold, on average over devices.
func TestErrorFallsAndIntervalsHold(t *testing.T) {
	s, card := spacetest.ByID(t, "mbv3-w1.0"), tableOf(t, "card", simulated.Card)
	l, sizes := from(t, card), []int{4, 12, 60}
	errs, held := make([]float64, len(sizes)), make([]float64, len(sizes))
	var line float64
	const devices = 16
	for k := range devices {
		rng := random.Stream(uint64(k), "device")
		d := simulated.Device{
			LayerMs: .02 + .1*rng.Float64(), GMACs: 20 + 100*rng.Float64(), GValues: 3 + 9*rng.Float64(),
			Deeper: .3 * (rng.Float64() - .5), Large: .2 * rng.Float64(),
		}
		truth := d.MeasureMs(s, judged(t), nil)
		d.NoisePart = .01
		archs := simulated.Archs(s, rng, sizes[len(sizes)-1])
		y, again := d.MeasureMs(s, archs, rng), d.MeasureMs(s, judged(t), rng)
		for i, n := range sizes {
			m := waiting(t, l, archs[:n], y[:n])
			errs[i] += metric.MAPE(means(t, m, judged(t)), truth) / devices
			low, high := make([]float64, len(truth)), make([]float64, len(truth))
			if err := m.Bounds(low, high, judged(t), .9); err != nil {
				t.Fatal(err)
			}
			share, _ := metric.Coverage(low, high, again)
			held[i] += share / devices
		}
		b, a := stat.LinearRegression(passMs(t, card, archs), y, nil, false)
		of := passMs(t, card, judged(t))
		floats.Scale(a, of)
		floats.AddConst(b, of)
		line += metric.MAPE(of, truth) / devices
	}
	t.Logf("rows %v: errors %.4f, held %.2f; of a line %.4f", sizes, errs, held, line)
	if !(errs[0] > errs[1] && errs[1] > errs[2]) || errs[2] > .0069 || errs[1] > .0222 || errs[2] > .2*line {
		t.Errorf("rows %v: errors %.4f; of a line %.4f", sizes, errs, line)
	}
	for i, h := range held {
		if h < .85 || h > .98 {
			t.Errorf("%d rows: 90 %% intervals hold %.2f", sizes[i], h)
		}
	}
}
