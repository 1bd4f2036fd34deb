package adapt_test

import (
	"math"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/latpredtest"
	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
)

// In any space but OFA's a made-up device is learnt from 15 planned measurements far better
// than by their mean, what is expected is near the truth, and the predictor comes back from
// its file with its intervals.
func TestAdaptFromShipped(t *testing.T) {
	for _, id := range []string{"fbnet-imagenet", "fbnet-cifar100", "nasbench201"} {
		s := spacetest.ByID(t, id)
		sources, err := catalog.Sources(t.Context(), s, []string{"auto"})
		if err != nil || len(sources) < 10 {
			t.Fatalf("%d sources, %v", len(sources), err)
		}
		plan, err := adapt.Plan(sources, s, random.Stream(1, "plan"), 15)
		if err != nil || len(plan) != 15 {
			t.Fatalf("%d planned, %v", len(plan), err)
		}
		few := &dataset.Set{Info: dataset.Info{Name: "few", Device: "slow", SpaceID: s.ID, Rows: len(plan)}}
		for i, ms := range slow.MeasureMs(s, plan, random.Stream(2, "noise")) {
			few.Samples = append(few.Samples, dataset.Sample{Arch: plan[i], LatencyMs: ms})
		}
		p, r, err := adapt.Adapt(t.Context(), sources, few, adapt.Config{})
		if err != nil {
			t.Fatal(err)
		}
		test := measure(t, slow, s, 400)
		pred := latpredtest.Predict(t, p, test.Archs())
		e := metric.MAPE(pred, test.LatenciesMs())
		t.Logf("%s: mean relative error %.4f, expected %.4f, of the mean %.4f; %s", id, e, r.ExpectedPercent/100, meanError(few, test), r.Recipe)
		if e > meanError(few, test)/2 || r.ExpectedPercent/100 > 6*e || e > 6*r.ExpectedPercent/100 || r.Rows != 15 {
			t.Errorf("%s: mean relative error %.4f, expected %.4f, of the mean %.4f", id, e, r.ExpectedPercent/100, meanError(few, test))
		}
		file := t.TempDir() + "/m.latpred"
		if err := modelfile.Save(file, p); err != nil {
			t.Fatal(err)
		}
		back, err := modelfile.Load(file)
		if err != nil || back.Kind() != p.Kind() || !slices.Equal(latpredtest.Predict(t, back, test.Archs()), pred) {
			t.Errorf("%s: loaded it differs: %v", id, err)
		}
		low, high := make([]float64, 400), make([]float64, 400)
		if err := p.BoundsMs(low, high, test.Archs(), .9); err != nil {
			t.Fatal(err)
		}
		if held, _ := metric.Coverage(low, high, test.LatenciesMs()); held < .75 {
			t.Errorf("%s: the 90 %% interval holds %.0f %%", id, 100*held)
		}
		if _, wide := latpredtest.Bounds(t, p, test.Archs(), .99); !(wide[0] > high[0]) || math.IsInf(wide[0], 1) || len(latpred.Doubts(p, .99)) != 1 {
			t.Errorf("99 %% from 15 rows ends at %v, 90 %% at %v, with the doubts %v", wide[0], high[0], latpred.Doubts(p, .99))
		}
	}
}

// From no sources at all, physics alone ranks networks; three rows are enough for a predictor.
func TestAdaptFromNothing(t *testing.T) {
	s := spacetest.ByID(t, "fbnet-cifar100")
	p, _, err := adapt.Adapt(t.Context(), nil, measure(t, simulated.Phone, s, 3), adapt.Config{})
	if err != nil {
		t.Fatal(err)
	}
	test := measure(t, simulated.Phone, s, 200)
	if rank := metric.Spearman(latpredtest.Predict(t, p, test.Archs()), test.LatenciesMs()); rank < .6 {
		t.Errorf("rank correlation %.3f", rank)
	}
	if _, err := adapt.Plan(nil, s, random.Stream(1, "plan"), 0); err == nil {
		t.Error("a plan of none, no error")
	}
}

// Ten random rows of a phone of HELP's, from the CPUs and GPUs that ship: most of the order is
// right.
func TestAdaptToHELPDevice(t *testing.T) {
	s := spacetest.ByID(t, "fbnet-cifar100")
	sources, err := catalog.Sources(t.Context(), s, []string{"1080ti_1", "silver_4114", "titan_rtx_32"})
	if err != nil {
		t.Fatal(err)
	}
	set := shipped(t, "fbnet/pixel3")
	order := random.Stream(1, "rows").Perm(set.Rows)
	p, _, err := adapt.Adapt(t.Context(), sources, set.Subset(order[:10]), adapt.Config{})
	if err != nil {
		t.Fatal(err)
	}
	test := set.Subset(order[10:1010])
	if rank := metric.Spearman(latpredtest.Predict(t, p, test.Archs()), test.LatenciesMs()); rank < .95 {
		t.Errorf("rank correlation %.3f", rank)
	}
}
