package transfer

import (
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
	"gonum.org/v1/gonum/mat"
)

// A row that is left out is predicted as by a fit to the other rows: exactly with one base, one
// ratio of noise and normal noise, but for the units and the means of bases, which a fit takes
// from its rows.
func TestLeftOutIsAFitToTheOthers(t *testing.T) {
	s := spacetest.ByID(t, "nasbench201")
	for _, n := range []int{12, 150} {
		prior := DefaultPrior()
		prior.Tails, prior.MeanShare, prior.PhysicsShare, prior.Noise = 0, 0, 0, []float64{.05}
		l := learnerOf(t, s, prior)
		rows, ms, _ := measured(t, s, simulated.Phone, "left out", n)
		all, err := l.Fit(rows, ms)
		if err != nil {
			t.Fatal(err)
		}
		left, sd := all.LeftOut()
		_, p := rows.Dims()
		for i := range 5 {
			kept, rest := mat.NewDense(n-1, p, nil), append([]float64(nil), ms[:i]...)
			rest = append(rest, ms[i+1:]...)
			for k := range n - 1 {
				from := k
				if k >= i {
					from++
				}
				kept.SetRow(k, rows.RawRowView(from))
			}
			d, err := l.decompose(kept)
			if err != nil {
				t.Fatal(err)
			}
			m, err := l.newModel(d, rest)
			if err != nil {
				t.Fatal(err)
			}
			m.meanMs, m.spreadMs = all.meanMs, all.spreadMs
			if err := m.fit(d, rest); err != nil {
				t.Fatal(err)
			}
			want := m.mean(rows.RawRowView(i))
			near(t, "left out", left[i], want, 1e-4*want)
			// The scale of all rows and that of the others differ by little.
			if ratio := sd[i] / m.SpreadMs(rows.RawRowView(i)); math.Abs(math.Log(ratio)) > .7 {
				t.Errorf("%d rows: standard deviation is %v times that of a fit to the others", n, ratio)
			}
		}
	}
}

// By hand: with nine measurements whose errors are twice as large as those of the distribution
// before, which counts as 20, intervals are (20 + 9·2)/29 times as wide at any level; with none
// they are as wide.
func TestWidthOfIntervalsByHand(t *testing.T) {
	m := &Model{}
	for _, level := range []float64{.5, .9, .99} {
		near(t, "width without measurements", m.factor(level), tails.Quantile(.5+level/2), 1e-12)
	}
	for i := range 9 {
		m.scores = append(m.scores, 2*tails.Quantile(.5+.05*float64(i+1)))
	}
	for _, level := range []float64{.04, .5, .9, .99} {
		near(t, "width", m.factor(level), 38./29*tails.Quantile(.5+level/2), 1e-9)
	}
	m.scores[4] *= 2 // the median
	near(t, "width at another median", m.factor(.5), (20.+9*4)/29*tails.Quantile(.75), 1e-9)
}

// A row that something disturbed counts little, so that the others are predicted as without the
// disturbance; left out, it is far from what they say, by the noise of any measurement.
func TestOutlierIsFarWhenLeftOut(t *testing.T) {
	l := timed(t, TimesPrior())
	rng := random.Stream(3, "outlier")
	archs := simulated.Archs(l.features.Space, rng, 30)
	ms := other.MeasureMs(l.features.Space, archs, rng)
	plain := waiting(t, l, archs, ms).Models[0]
	_, sd := plain.LeftOut()
	ms[11] *= 1.5
	m := waiting(t, l, archs, ms).Models[0]
	left, disturbed := m.LeftOut()
	for i := range ms {
		z := math.Abs(ms[i]-left[i]) / disturbed[i]
		if i == 11 && z < 6 || i != 11 && z > 4 {
			t.Errorf("row %d is %.1f standard deviations off", i, z)
		}
		if ratio := disturbed[i] / sd[i]; math.Abs(math.Log(ratio)) > math.Log(1.6) {
			t.Errorf("row %d: its standard deviation is %.2f times that without an outlier", i, ratio)
		}
		if i == 11 && m.root[i] > .3 || i != 11 && m.root[i] < .5 {
			t.Errorf("row %d has the weight %.3f", i, m.root[i]*m.root[i])
		}
	}
}
