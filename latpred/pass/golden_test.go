package pass

import (
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred/space"
)

// What fits gave in November 2026, of a made-up card behind a queue: label and true pass
// of OFA's example, a launch, and the spread of the residuals, ms. They hold changes of
// form to changing nothing; a change of the fit replaces them.
func TestGolden(t *testing.T) {
	q := Queue{Depth: 920, LaunchMs: []float64{.02}, OffsetMs: []float64{0}}
	archs, labels, _ := unsynchronised(t, 400, q, nil)
	p := space.MustParse("r176 d43344 k5533-535-335-3557-5755 e6666-444-444-6666-6666")
	resolutions := ResolutionsOf(archs)
	for _, c := range []struct {
		name                        string
		config                      Config
		label, pass, launch, spread float64
	}{
		{"tied", Config{Basis: Tied(resolutions)}, 20.8112743094, 20.8112743094, 0, 0.0178511577507},
		{"tied, relative, queue", Config{Basis: Tied(resolutions), Relative: true, QueueDepth: 920, LaunchMs: .025}, 21.0453613129, 21.0453613129, 0.026654505657, 0.0070722462907},
		{"shape, two states", Config{Basis: Shape(resolutions, false), QueueDepth: 910, States: 2, LaunchMs: .025}, 20.6649797671, 20.6649797671, 0.0194415968143, 0.0233502512165},
		{"sizes", Config{Basis: Shape(resolutions, true), Relative: true, Rounds: 3}, 21.0728027137, 21.0728027137, 0, 0.0574819327166},
	} {
		m, _, err := Fit(archs, labels, c.config)
		if err != nil {
			t.Fatal(err)
		}
		r, err := m.Read(p, 0)
		if err != nil {
			t.Fatal(err)
		}
		launch := 0.0
		if !m.Queue.None() {
			launch = m.Queue.LaunchMs[0]
		}
		got, want := [4]float64{r.LabelMs, r.TrueMs, launch, m.Spread}, [4]float64{c.label, c.pass, c.launch, c.spread}
		for i := range got {
			if math.Abs(got[i]-want[i]) > 1e-7*math.Abs(want[i]) {
				t.Errorf("%s: %.12g, %.12g, %.12g, %.12g; want %.12g", c.name, got[0], got[1], got[2], got[3], want)
				break
			}
		}
	}
}
