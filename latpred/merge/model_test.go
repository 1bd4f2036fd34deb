package merge_test

import (
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred/merge"
	"gonum.org/v1/gonum/stat"
)

// With known truth: intervals of scales cover it as often as they promise, nothing is refused
// that has no more than the noise of one device, and the variances are found again.
func TestScalesCover(t *testing.T) {
	for _, c := range []struct {
		name                string
		groups, sessions    int
		noise, drift, apart float64
		low, high           float64 // of the coverage; more where a variance of 0 can't be estimated below 0
	}{
		{"a pool", 4, 4, .008, .01, .003, .92, .98},
		{"two long sessions", 12, 2, .008, .01, .003, .92, .99},
		{"many short ones", 1, 12, .008, 0, .003, .92, .98},
		{"noise alone", 4, 4, .008, 0, 0, .94, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			const repeats = 100
			covered, all := 0, 0
			var single, drift, apart float64
			for r := range repeats {
				p := somePool(uint64(r))
				p.groups, p.units, p.noise, p.drift, p.apart = c.groups, 2, c.noise, c.drift, c.apart
				scales := make([]float64, c.sessions)
				for i := range scales {
					scales[i] = .04 * p.rng.NormFloat64()
				}
				journals, means := p.journals(t, scales...)
				m := join(t, merge.Options{}, journals...)
				common := stat.Mean(means, nil) // all have as many rows
				for i, s := range m.Report.Sessions {
					all++
					if v := math.Exp(means[i] - common); v >= s.Low && v <= s.High {
						covered++
					}
				}
				n := m.Report.Noise
				single, drift, apart = single+n.Single*n.Single/repeats, drift+n.Drift*n.Drift/repeats, apart+n.Apart*n.Apart/repeats
			}
			if share := float64(covered) / float64(all); share < c.low || share > c.high {
				t.Errorf("%.3f of %d intervals cover the truth, want %.2f to %.2f", share, all, c.low, c.high)
			}
			// A label is a median of seven: its standard deviation is .459 of a round's.
			for _, v := range []struct {
				what      string
				got, want float64
			}{{"labels", single, .459 * c.noise * .459 * c.noise}, {"drift", drift, c.drift * c.drift}, {"anchors", apart, c.apart * c.apart}} {
				if got, want := math.Sqrt(v.got), math.Sqrt(v.want); math.Abs(got-want) > .15*want+.0012 {
					t.Errorf("standard deviation of %s %.5f, want %.5f", v.what, got, want)
				}
			}
			t.Logf("%.3f covered; labels %.5f, drift %.5f, anchors %.5f", float64(covered)/float64(all), math.Sqrt(single), math.Sqrt(drift), math.Sqrt(apart))
		})
	}
}
