package fewshot

import (
	"math"
	"sync"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/mat"
)

func near(t interface {
	Helper()
	Errorf(string, ...any)
}, name string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %.12g, want %.12g", name, got, want)
	}
}

func mobileNet(t testing.TB) *space.Space {
	t.Helper()
	s, err := space.ByID("mbv3-w1.0")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var tables sync.Map // of sources, by device

// sourceOf is a table fitted to a made-up device.
func sourceOf(t testing.TB, name string, d simulated.Device) Source {
	t.Helper()
	if m, ok := tables.Load(d); ok {
		return Source{Name: name, Model: m.(*pass.Model)}
	}
	s := mobileNet(t)
	archs := simulated.Archs(s, random.Stream(1, "source"), 600)
	m, _, err := pass.Fit(archs, d.MeasureMs(s, archs, nil), pass.Config{Basis: pass.Tied(s.Resolutions), Rounds: 2})
	if err != nil {
		t.Fatal(err)
	}
	tables.Store(d, m)
	return Source{Name: name, Model: m}
}

// judged are networks to predict.
func judged(t testing.TB) []space.Arch {
	t.Helper()
	return simulated.Archs(mobileNet(t), random.Stream(9, "judged"), 60)
}

// clockOf is a queue of 928 launches.
func clockOf(launchMs float64) pass.Queue {
	return pass.Queue{Depth: 928, LaunchMs: []float64{launchMs}, OffsetMs: []float64{0}}
}

// componentOf is a component with coefficients, and a covariance of those of no single
// resolution, drawn at random; they are small enough that no prediction is below Smallest.
func componentOf(t testing.TB, name string, b Base, weight float64) Component {
	t.Helper()
	b.columns = columnsOf(mobileNet(t).Family)
	rng, known := random.Stream(2, name), colConstant+1
	if !b.PowerLaw {
		known = b.columns.coarse
	}
	c := Component{Base: b, Weight: weight, Mean: make([]float64, b.width()), Cov: mat.NewSymDense(known, nil), Noise: .01 + .02*rng.Float64()}
	for i := range c.Mean {
		c.Mean[i] = .03 * rng.NormFloat64()
	}
	root := mat.NewDense(known, 3, nil)
	for i := range known {
		for k := range 3 {
			root.Set(i, k, .01*rng.NormFloat64())
		}
	}
	c.Cov.SymOuterK(1, root)
	return c
}

// madeUp is a model of two sources and a component of each form: a table without and with
// columns of single resolutions, a mixture behind a queue, and a power law.
func madeUp(t testing.TB) *Model {
	t.Helper()
	m := &Model{Sources: []Source{sourceOf(t, "card", simulated.Card), sourceOf(t, "phone", simulated.Phone)}, Components: []Component{
		componentOf(t, "plain", Base{Parts: []Part{{0, 1.5}}, CentreMs: 9}, .4),
		componentOf(t, "sizes", Base{Parts: []Part{{1, .3}}, CentreMs: 9, Sizes: []int{160, 176, 192, 208, 224}}, .2),
		componentOf(t, "queue", Base{Parts: []Part{{0, 2}, {1, .1}}, CentreMs: 9, Queue: clockOf(.017)}, .3),
		componentOf(t, "power law", Base{Parts: []Part{{1, .4}}, CentreMs: 9, PowerLaw: true}, .1),
	}}
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	return m
}

// constantPredictor says the same of every network.
type constantPredictor float64

func (constantPredictor) Kind() string                   { return "constant" }
func (constantPredictor) Provenance() latpred.Provenance { return latpred.Provenance{} }
func (c constantPredictor) PredictMs(dst []float64, _ []space.Arch) error {
	for i := range dst {
		dst[i] = float64(c)
	}
	return nil
}
