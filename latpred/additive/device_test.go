package additive

import (
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/random"
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

// measured is a set of n networks that a made-up device was measured with. spoil, which
// may be nil, changes a label.
func measured(t testing.TB, d simulated.Device, n int, spoil func(i int, a space.Arch, ms float64) float64) *dataset.Set {
	t.Helper()
	return measuredIn(t, mobileNet(t), d, n, spoil)
}

// measuredIn is measured for networks of a space.
func measuredIn(t testing.TB, s *space.Space, d simulated.Device, n int, spoil func(i int, a space.Arch, ms float64) float64) *dataset.Set {
	t.Helper()
	rng := random.Stream(1, "measured")
	archs := simulated.Archs(s, rng, n)
	set := &dataset.Set{Info: dataset.Info{Name: "made-up", Device: "made-up", SpaceID: s.ID, Rows: n}}
	for i, ms := range d.MeasureMs(s, archs, rng) {
		if spoil != nil {
			ms = spoil(i, archs[i], ms)
		}
		set.Samples = append(set.Samples, dataset.Sample{Arch: archs[i], LatencyMs: ms})
	}
	return set
}

// noisy is a card with a hundredth of noise.
func noisy() simulated.Device {
	d := simulated.Card
	d.NoisePart = .01
	return d
}

// train trains on the first 70 % of a set's rows, in their order.
func train(t testing.TB, set *dataset.Set, c Config) (*Table, *Report) {
	t.Helper()
	table, report, err := Train(t.Context(), set, set.SplitFileOrder(), c)
	if err != nil {
		t.Fatal(err)
	}
	return table, report
}

func predict(t testing.TB, p interface {
	PredictMs([]float64, []space.Arch) error
}, archs []space.Arch) []float64 {
	t.Helper()
	out := make([]float64, len(archs))
	if err := p.PredictMs(out, archs); err != nil {
		t.Fatal(err)
	}
	return out
}
