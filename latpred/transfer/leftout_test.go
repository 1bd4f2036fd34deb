package transfer

import (
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"gonum.org/v1/gonum/mat"
)

// A row that is left out is predicted as by a fit to the other rows: exactly with one base, one
// ratio of noise and normal noise, but for the units, which the fit takes from its rows.
func TestLeftOutIsAFitToTheOthers(t *testing.T) {
	s := spaceOf(t, "nasbench201")
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
			m, err := l.newModel(rest)
			if err != nil {
				t.Fatal(err)
			}
			d, err := l.decompose(kept)
			if err != nil {
				t.Fatal(err)
			}
			m.meanMs, m.spreadMs = all.meanMs, all.spreadMs
			if err := m.fit(d, rest); err != nil {
				t.Fatal(err)
			}
			want := m.mean(rows.RawRowView(i))
			near(t, "left out", left[i], want, 1e-6*want)
			// The scale of all rows and that of the others differ by little.
			if ratio := sd[i] / m.SpreadMs(rows.RawRowView(i)); math.Abs(math.Log(ratio)) > .7 {
				t.Errorf("%d rows: standard deviation is %v times that of a fit to the others", n, ratio)
			}
		}
	}
}
