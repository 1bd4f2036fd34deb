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

// What lesson 1 says of drift: the RTX 2080 Ti over the Note10's table is about two percent
// lower twice, and goes from −2.2 to +1.4 % over windows of 200 rows; the P40 from −0.6 to
// +0.5 %.
func TestDrift(t *testing.T) {
	phone := kernelext.Must(dataset.Open("note10")).LatenciesMs()
	for name, want := range map[string][2]float64{"rtx2080ti-b64": {-2.2, 1.4}, "p40-b64": {-.6, .5}} {
		ratio := kernelext.Must(dataset.Open(name)).LatenciesMs()
		floats.Div(ratio, phone)
		mean := stat.Mean(ratio, nil)
		least, most := 0.0, 0.0
		for at := 0; at+200 <= len(ratio); at += 200 {
			off := more(stat.Mean(ratio[at:at+200], nil), mean)
			least, most = min(least, off), max(most, off)
		}
		near(t, name+", least", least, want[0], .15)
		near(t, name+", most", most, want[1], .15)
		if name == "rtx2080ti-b64" {
			usual := stat.Mean(ratio[200:4264], nil)
			near(t, "rows 4,300 to 5,200", more(stat.Mean(ratio[4300:5190], nil), usual), -2, .5)
			near(t, "rows from 8,050", more(stat.Mean(ratio[8053:9777], nil), usual), -2, .5)
		}
	}
}

// What lessons 1 and 5 say of the two laboratories' RTX 2080 Ti at batch 64: mean latencies
// of 18 and 27 ms, and 13 % more for a multiply-accumulate.
func TestTwoLaboratories(t *testing.T) {
	var mean, perMAC [2]float64
	for i, name := range []string{"rtx2080ti-b64", "help-rtx2080ti-b64"} {
		set := kernelext.Must(dataset.Open(name))
		s := kernelext.Must(set.Space())
		var macs float64
		for _, arch := range set.Archs() {
			macs += float64(s.MACs(arch)) / float64(set.Rows)
		}
		mean[i] = stat.Mean(set.LatenciesMs(), nil)
		perMAC[i] = mean[i] / macs
	}
	near(t, "the authors' mean", mean[0], 18, .5)
	near(t, "HELP's mean", mean[1], 27, .5)
	near(t, "a multiply-accumulate, %", more(perMAC[1], perMAC[0]), 13, .5)
}
