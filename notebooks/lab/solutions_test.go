package lab

import (
	"testing"

	"github.com/ofalat/ofalat/kernelext"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/neural"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// What the folded solutions of exercises say of shipped data.

func form(set *dataset.Set, rows []int) *lut.Linear {
	train := set.Subset(rows)
	return kernelext.Must(lut.FitLinear(train.Archs(), train.LatenciesMs(), 1e-3))
}

func TestTourSolutions(t *testing.T) {
	set := kernelext.Must(dataset.Open("rtx2080ti-b64"))
	split := set.SplitFileOrder()
	full, few, test := form(set, split.Train), form(set, split.Train[:700]), set.Subset(split.Test)
	smaller := space.MustParse("r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666")
	smaller.Resolution = 160
	ms := make([]float64, 3)
	kernelext.Check(full.PredictMs(ms, []space.Arch{
		space.MustParse("r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666"),
		space.MustParse("r176 d43342 k3333-555-333-3333-55 e6666-444-444-6666-66"), smaller,
	}))
	for i, want := range []float64{20.4, 18.3, 16.5} {
		near(t, "exercise 1", ms[i], want, .051)
	}
	for want, f := range map[float64]*lut.Linear{.41: full, 2: few} {
		pred := make([]float64, test.Rows)
		kernelext.Check(f.PredictMs(pred, test.Archs()))
		near(t, "exercise 2", metric.RMSE(pred, test.LatenciesMs()), want, .051)
	}
}

// The cards agree with each other about as well as with the phone: lessons 4 and 8.
func TestCorrelations(t *testing.T) {
	open := func(name string) []float64 { return kernelext.Must(dataset.Open(name)).LatenciesMs() }
	phone, rtx, p40 := open("note10"), open("rtx2080ti-b64"), open("p40-b64")
	for _, pair := range [][2][]float64{{phone, rtx}, {phone, p40}, {rtx, p40}} {
		near(t, "correlation", stat.Correlation(pair[0], pair[1], nil), .99, .007)
	}
}

// Exercises 3 and 4 of lesson 4.
func TestFineTuningSolutions(t *testing.T) {
	set := kernelext.Must(dataset.Open("note10"))
	split := set.SplitFileOrder()
	labels, test := set.Subset(split.Train[:700]), set.Subset(split.Test)
	source := kernelext.Must(neural.Released("rtx2080ti-b64"))
	p := kernelext.Must(neural.AsTested(source, kernelext.Must(neural.ReleasedHead("rtx2080ti-b64", "note10")), source.Provenance()))
	judge := func(set *dataset.Set) ([]float64, float64) {
		pred := make([]float64, set.Rows)
		kernelext.Check(p.PredictMs(pred, set.Archs()))
		return pred, metric.Evaluate(pred, set.LatenciesMs()).BiasMs
	}
	_, off := judge(labels)
	near(t, "bias", off, -6.62, .0051)
	pred, _ := judge(test)
	floats.AddConst(-off, pred)
	near(t, "repaired", metric.MAE(pred, test.LatenciesMs()), 2.50, .0051)

	for to, want := range map[string][2]float64{"xeon-b64-fixed-v1": {174, 74}, "xeon-b64-fixed": {339, 181}} {
		head := kernelext.Must(neural.ReleasedHead("rtx2080ti-b64", to))
		var squares float64
		for _, w := range head.Weights {
			squares += float64(w) * float64(w)
		}
		near(t, to+", square of the norm", squares, want[0]*want[0], want[0])
		near(t, to+", bias", float64(head.Bias), want[1], .51)
	}
}
