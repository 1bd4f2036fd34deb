package latpred_test

import (
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/hardware"
	"github.com/ofalat/ofalat/latpred/latpredtest"
	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/neural"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// kinds makes a predictor of each kind, all of rows of p40-b64.
func kinds(t *testing.T) (map[string]latpred.Predictor, *dataset.Set) {
	t.Helper()
	network, set := trained(t)
	out := map[string]latpred.Predictor{latpred.KindPaper: network}
	table, _, err := additive.Train(t.Context(), set, set.SplitFileOrder(), additive.Config{})
	if err != nil {
		t.Fatal(err)
	}
	out[latpred.KindTable] = table
	large, err := dataset.Open("p40-b64")
	if err != nil {
		t.Fatal(err)
	}
	s, err := large.Space()
	if err != nil {
		t.Fatal(err)
	}
	sources, err := catalog.Sources(t.Context(), s, []string{"note10", "rtx2080ti-b64"})
	if err != nil {
		t.Fatal(err)
	}
	for name, kind := range map[string]string{"note10": latpred.KindLookup, "p40-b64-fixed": latpred.KindLinear} {
		e, err := catalog.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind != kind {
			t.Errorf("%s is predicted by a %s", name, e.Kind)
		}
	}
	lookup, err := catalog.Load(t.Context(), "note10")
	if err != nil {
		t.Fatal(err)
	}
	out[latpred.KindLookup] = lookup
	linear, err := additive.FitLinear(large.Subset(seqTo(7000)))
	if err != nil {
		t.Fatal(err)
	}
	out[latpred.KindLinear] = linear
	adapted, _, err := adapt.Adapt(t.Context(), sources, set.Subset(seqTo(12)), adapt.Config{})
	if err != nil {
		t.Fatal(err)
	}
	out[latpred.KindAdapted] = adapted
	hybrid, _, err := additive.Train(t.Context(), large, dataset.Split{Train: seqTo(2000), Validation: seqTo(2400)[2000:]}, additive.Config{NoQueue: true, Hybrid: true})
	if err != nil {
		t.Fatal(err)
	}
	out[latpred.KindHybrid] = hybrid
	hardware, _, err := catalog.GPU(t.Context(), hardware.Spec{Name: "like a P40", Generation: "pascal", BandwidthGBs: 400, FP32TFLOPS: 12, Space: "mbv3-w1.0"})
	if err != nil {
		t.Fatal(err)
	}
	out[latpred.KindHardware] = hardware
	return out, set
}

// TestPredictorConformance holds every kind to the contract of Predictor, and of
// what else it offers.
func TestPredictorConformance(t *testing.T) {
	all, set := kinds(t)
	for kind, p := range all {
		t.Run(kind, func(t *testing.T) {
			if p.Kind() != kind {
				t.Errorf("it says that it is %q", p.Kind())
			}
			latpredtest.Run(t, p, set)
		})
	}
}

// trained is a small network of the first rows of a set.
func trained(t testing.TB) (*neural.Predictor, *dataset.Set) {
	t.Helper()
	be, err := backend.Open(t.Context(), backend.Options{Kind: backend.Go})
	if err != nil {
		t.Fatal(err)
	}
	set, err := dataset.Open("p40-b64")
	if err != nil {
		t.Fatal(err)
	}
	set = set.Subset(seqTo(400))
	config := mlp.Config{Layers: []int{0, 30, 1}, Epochs: 2, BatchSize: 32, KeepBest: true,
		Optimizer: mlp.Optimizer{Kind: mlp.Adam, LearningRate: 1e-2}}
	p, _, err := neural.Train(t.Context(), be, neural.Job{Set: set, Split: set.SplitFileOrder(), Seed: 5, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	return p, set
}

func seqTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// TestConformanceInOtherSpaces holds tables, closed forms and what was adapted to the contract for
// networks that are not OFA's.
func TestConformanceInOtherSpaces(t *testing.T) {
	for _, id := range []string{"fbnet-cifar100", "nasbench201"} {
		s, err := space.ByID(id)
		if err != nil {
			t.Fatal(err)
		}
		set := &dataset.Set{Info: dataset.Info{Name: "made up", Device: "made up", Rows: 900}}
		archs := simulated.Archs(s, random.Stream(1, id), set.Rows)
		for i, ms := range simulated.Card.MeasureMs(s, archs, nil) {
			set.Samples = append(set.Samples, dataset.Sample{Arch: archs[i], LatencyMs: ms})
		}
		linear, err := additive.FitLinear(set)
		if err != nil {
			t.Fatal(err)
		}
		table, _, err := additive.Train(t.Context(), set, set.SplitFileOrder(), additive.Config{})
		if err != nil {
			t.Fatal(err)
		}
		transferred, _, err := adapt.Adapt(t.Context(), nil, set.Subset(seqTo(50)), adapt.Config{})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range []latpred.Predictor{linear, table, transferred} {
			t.Run(id+" "+p.Kind(), func(t *testing.T) { latpredtest.Run(t, p, set) })
		}
	}
}
