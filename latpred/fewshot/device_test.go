package fewshot

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// Made-up devices: card and phone are sources, the others are learnt from them.
var (
	card  = simulated.Card
	phone = simulated.Phone
)

func mobileNet(t testing.TB) *space.Space {
	t.Helper()
	s, err := space.ByID("mbv3-w1.0")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var tables sync.Map // of sources, by device

// sourceOf is a table fitted to a device without noise.
func sourceOf(t testing.TB, name string, d simulated.Device) Source {
	t.Helper()
	if m, ok := tables.Load(d); ok {
		return Source{Name: name, Model: m.(*pass.Model)}
	}
	s := mobileNet(t)
	archs := simulated.Archs(s, random.Stream(1, "source"), 1200)
	m, _, err := pass.Fit(archs, d.MeasureMs(s, archs, nil), pass.Config{Basis: pass.Tied(s.Resolutions), Rounds: 2})
	if err != nil {
		t.Fatal(err)
	}
	tables.Store(d, m)
	return Source{Name: name, Model: m}
}

// support measures n networks of a device.
func support(t testing.TB, d simulated.Device, rng *rand.Rand, n int) ([]space.Arch, []float64) {
	t.Helper()
	archs := simulated.Archs(mobileNet(t), rng, n)
	return archs, d.MeasureMs(mobileNet(t), archs, rng)
}

// judged are networks that no test measures.
func judged(t testing.TB) []space.Arch {
	t.Helper()
	return simulated.Archs(mobileNet(t), random.Stream(9, "judged"), 60)
}

// fitted learns a device.
func learn(t testing.TB, sources []Source, archs []space.Arch, y []float64, c Config) (*Model, *Report) {
	t.Helper()
	m, r, err := Fit(t.Context(), sources, archs, y, c)
	if err != nil {
		t.Fatal(err)
	}
	return m, r
}

// means are what a model says of networks.
func means(t testing.TB, m *Model, archs []space.Arch) []float64 {
	t.Helper()
	out := make([]float64, len(archs))
	for i, a := range archs {
		var err error
		if out[i], err = m.MeanMs(a); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// apart is the mean relative difference.
func apart(got, want []float64) (e float64) {
	for i := range got {
		e += math.Abs(got[i]/want[i]-1) / float64(len(got))
	}
	return e
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
