package transfer

import (
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
	"gonum.org/v1/gonum/mat"
)

// A measurement that is too long weighs as one that is too short by Late times as much, and one
// that is as predicted weighs most; without Late both sides are alike.
func TestRowWeight(t *testing.T) {
	p := DefaultPrior()
	variance := .1 * p.noiseVariance()
	for _, late := range []float64{0, 1, 2, 3} {
		p.Late = late
		near(t, "weight", p.rowWeight(.5, variance, .1), p.rowWeight(-.5*max(1, late), variance, .1), 1e-12)
		near(t, "largest weight", p.rowWeight(0, variance, .1), (p.Tails+1)/p.Tails, 1e-12)
	}
	// By hand: Student of 4 degrees of freedom, square .25·2 over noise .1.
	p.Late = 2
	near(t, "weight of a late row", p.rowWeight(.5, variance, .1), 5/(4+5.), 1e-12)
	p.Tails = 2
	near(t, "variance without end", p.noiseVariance(), 1, 0)
}

// One measurement in five that comes late moves predictions less if that is expected.
func TestLateRowsCountLess(t *testing.T) {
	s := spacetest.ByID(t, "fbnet-cifar100")
	rows, ms, _ := measured(t, s, simulated.Phone, "target", 30)
	test, want, _ := measured(t, s, simulated.Phone, "test", 300)
	for i := 3; i < len(ms); i += 5 {
		ms[i] *= 1.3
	}
	var off []float64
	for _, late := range []float64{0, 2} {
		prior := DefaultPrior()
		prior.Late = late
		m, err := learnerOf(t, s, prior).Fit(rows, ms)
		if err != nil {
			t.Fatal(err)
		}
		pred := make([]float64, len(want))
		m.Means(pred, test)
		off = append(off, metric.MAPE(pred, want))
	}
	if !(off[1] < off[0]) {
		t.Errorf("mean relative error %.4f with late rows expected, %.4f without", off[1], off[0])
	}
}

// Networks whose bases lie twice as far apart have twice the spread; over the space it is 1; and
// networks that don't differ have the unit 1.
func TestSpreadOfBases(t *testing.T) {
	s := spacetest.ByID(t, "nasbench201")
	l := learnerOf(t, s, DefaultPrior())
	_, bases := l.kernelRows(l.features.reference)
	near(t, "spread over the space", l.spread(bases), 1, 1e-9)
	var twice mat.Dense
	twice.Scale(2, bases)
	near(t, "spread of twice as much", l.spread(&twice), 2, 1e-9)
	n, h := bases.Dims()
	near(t, "spread of nothing", l.spread(mat.NewDense(n, h, nil)), 1, 0)
	if v := l.spread(bases.Slice(0, 3, 0, h).(*mat.Dense)); !(v > 0) || math.IsInf(v, 0) {
		t.Errorf("spread of 3 networks %v", v)
	}
}
