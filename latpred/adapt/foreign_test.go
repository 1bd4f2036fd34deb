package adapt_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/explain"
	"github.com/ofalat/ofalat/latpred/latpredtest"
	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
	"github.com/ofalat/ofalat/latpred/transfer"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// Between two made-up devices that were measured with FBNet's or NAS-Bench-201's networks
// a dozen measurements are worth more than their mean, and a hundred more than a dozen;
// segments, explanations and ONNX know the choices.
func TestAdaptInForeignSpaces(t *testing.T) {
	for _, id := range []string{"fbnet-imagenet", "fbnet-cifar100", "nasbench201"} {
		s := spacetest.ByID(t, id)
		card := measure(t, simulated.Card, s, 1500)
		table, _, err := additive.Train(t.Context(), card, card.SplitFileOrder(), additive.Config{NoQueue: true})
		if err != nil {
			t.Fatal(err)
		}
		source, err := adapt.SourceOf(t.Context(), "card", table, s)
		if err != nil {
			t.Fatal(err)
		}
		test := measure(t, slow, s, 400)
		var errs []float64
		var p *adapt.Predictor
		for _, n := range []int{12, 100} {
			rows := measure(t, slow, s, n)
			if p, _, err = adapt.Adapt(t.Context(), []*transfer.Source{source}, rows, adapt.Config{NoQueue: true}); err != nil {
				t.Fatal(err)
			}
			errs = append(errs, metric.MAPE(latpredtest.Predict(t, p, test.Archs()), test.LatenciesMs()))
		}
		mean := meanError(measure(t, slow, s, 12), test)
		t.Logf("%s: mean relative error of 12 rows %.4f, of 100 %.4f; of their mean %.4f", id, errs[0], errs[1], mean)
		if errs[0] > .0127 || errs[0] > mean/2 || errs[1] > 1.05*errs[0] { // of noise alone: .008
			t.Errorf("%s: mean relative error of 12 rows %.4f, of 100 %.4f; of their mean %.4f", id, errs[0], errs[1], mean)
		}
		a := test.Samples[0].Arch
		e, err := explain.Explain(p, a, nil)
		if err != nil || e.Breakdown == nil || len(e.Savings) == 0 || e.Breakdown.Segments[1].Choice == "" {
			t.Errorf("%s: %+v, %v", id, e, err)
		}
		t.Run("onnx", func(t *testing.T) { // skips without a runtime
			latpredtest.RunONNX(t, p, test.Archs()[:60])
			latpredtest.RunONNX(t, table, test.Archs()[:60])
		})
		plan, err := adapt.Plan([]*transfer.Source{source}, s, random.Stream(1, "plan"), 6)
		if err != nil || len(plan) != 6 || !s.Contains(plan[5]) {
			t.Errorf("%s: plan %v, %v", id, plan, err)
		}
	}
}

// Between HELP's devices, measured with FBNet's networks: a few dozen measurements are
// worth more than their mean, or than the source as it is.
func TestAdaptBetweenHELPDevices(t *testing.T) {
	for _, c := range []struct {
		from, to string
		limit    float64 // mean relative error; reached: .0085, .0108, .0203
	}{{"1080ti_64", "titan_rtx_32", .0094}, {"silver_4114", "silver_4210r", .0119}, {"pixel3", "raspi4", .0224}} {
		from := shipped(t, "fbnet/"+c.from)
		source, err := adapt.FitSource(c.from, spacetest.ByID(t, from.SpaceID), from.Archs()[:2000], from.LatenciesMs()[:2000])
		if err != nil {
			t.Fatal(err)
		}
		to := shipped(t, "fbnet/"+c.to)
		few, test := to.Subset(latpredtest.Seq(40)), to.Subset(latpredtest.Seq(5000)[2000:])
		p, r, err := adapt.Adapt(t.Context(), []*transfer.Source{source}, few, adapt.Config{NoQueue: true})
		if err != nil {
			t.Fatal(err)
		}
		pred := latpredtest.Predict(t, p, test.Archs())
		e, mean := metric.MAPE(pred, test.LatenciesMs()), meanError(few, test)
		t.Logf("%s to %s: mean relative error %.4f, expected %.4f, of the mean %.4f, Spearman %.3f", c.from, c.to, e, r.ExpectedPercent/100, mean, metric.Spearman(pred, test.LatenciesMs()))
		if e > c.limit || e > mean {
			t.Errorf("%s to %s: mean relative error %.4f, of the mean %.4f", c.from, c.to, e, mean)
		}
	}
}

// shipped opens a set by its name or alias.
func shipped(t *testing.T, name string) *dataset.Set {
	t.Helper()
	set, err := dataset.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// meanError is what the mean of a few measurements is worth on others.
func meanError(few, test *dataset.Set) float64 {
	var mean float64
	for _, ms := range few.LatenciesMs() {
		mean += ms / float64(few.Rows)
	}
	pred := make([]float64, test.Rows)
	for i := range pred {
		pred[i] = mean
	}
	return metric.MAPE(pred, test.LatenciesMs())
}

// Rows and sources of different families don't go together.
func TestAdaptAcrossFamilies(t *testing.T) {
	sources := []*transfer.Source{cardSource(t, spacetest.ByID(t, "mbv3-w1.0"))}
	if _, _, err := adapt.Adapt(t.Context(), sources, measure(t, slow, spacetest.ByID(t, "fbnet-imagenet"), 12), adapt.Config{}); err == nil || !strings.Contains(err.Error(), "no source covers the measurements: source card") {
		t.Errorf("a source of OFA's for rows of FBNet's: %v", err)
	}
	if _, err := adapt.Plan(sources, spacetest.ByID(t, "fbnet-imagenet"), random.Stream(1, "plan"), 5); err == nil {
		t.Error("a plan for FBNet's networks from a source of OFA's, no error")
	}
	mixed := measure(t, slow, spacetest.ByID(t, "fbnet-imagenet"), 12)
	mixed.Samples[5] = measure(t, slow, spacetest.ByID(t, "nasbench201"), 1).Samples[0]
	if _, _, err := adapt.Adapt(t.Context(), sources, mixed, adapt.Config{}); err == nil {
		t.Error("rows of two families, no error")
	}
}

// A predictor of any kind in any space is a source.
func TestSourceOfForeignPredictor(t *testing.T) {
	s := spacetest.ByID(t, "fbnet-cifar100")
	source, err := adapt.SourceOf(t.Context(), "lawful", lawful{s, 1.1}, s)
	if err != nil {
		t.Fatal(err)
	}
	f := transfer.FeaturesOf(s)
	archs := simulated.Archs(s, random.Stream(1, "foreign"), 200)
	rows, err := f.Rows(archs)
	if err != nil || source.Space != s || source.Times != nil {
		t.Fatalf("%v, %+v", err, source)
	}
	got, want := make([]float64, len(archs)), make([]float64, len(archs))
	for i, a := range archs {
		got[i] = floats.Dot(source.Weights, rows.RawRowView(i))
		want[i] = math.Pow(simulated.Card.PassMs(s, a), 1.1)
	}
	if r := stat.Correlation(got, want, nil); r < .999 {
		t.Errorf("the source goes with the predictor with a correlation of %v", r)
	}
	if _, err := source.PassMs(archs[0]); !errors.Is(err, transfer.ErrNoTimes) {
		t.Errorf("a function of features has times: %v", err)
	}
}
