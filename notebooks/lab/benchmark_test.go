package lab

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/kernelext"
	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
)

// A device is no source for itself, and neither is the same card at another batch.
func TestOthers(t *testing.T) {
	all := len(Others(&dataset.Set{Info: dataset.Info{SpaceID: "fbnet-cifar100", Hardware: "none of them"}}))
	for name, without := range map[string][]string{"fbnet-raspi4": {"raspi4"}, "fbnet-1080ti-b1": {"1080ti_1", "1080ti_32", "1080ti_64"}} {
		sources := Others(kernelext.Must(dataset.Open(name)))
		if len(sources) != all-len(without) {
			t.Errorf("%s: %d sources of %d", name, len(sources), all)
		}
		for _, s := range sources {
			if slices.Contains(without, s.Name) {
				t.Errorf("%s: its source is %s", name, s.Name)
			}
		}
	}
}

// Networks to learn from are the set's, each once, and none is judged by.
func TestDesigned(t *testing.T) {
	set := kernelext.Must(dataset.Open("fbnet-raspi4"))
	learn, judge := Designed(nil, set, 20, 300)
	if learn.Rows != 20 || judge.Rows != 300 {
		t.Fatalf("%d and %d rows", learn.Rows, judge.Rows)
	}
	ms := map[space.Arch]float64{}
	for _, s := range set.Samples {
		ms[s.Arch] = s.LatencyMs
	}
	seen := map[space.Arch]bool{}
	for _, s := range append(slices.Clone(learn.Samples), judge.Samples...) {
		if seen[s.Arch] || ms[s.Arch] != s.LatencyMs {
			t.Errorf("%v: %v ms", s.Arch, s.LatencyMs)
		}
		seen[s.Arch] = true
	}
}

func TestRecorded(t *testing.T) {
	if got := printed(func() { Recorded("table1") }); !strings.Contains(got, "At full size, as recorded") {
		t.Errorf("of an item that is recorded: %s", got)
	}
	if got := printed(func() { Recorded("nothing") }); !strings.Contains(got, "Nothing: not recorded at full size yet.") {
		t.Errorf("of one that is not: %s", got)
	}
}

// What the first solution of lesson 11 says: sources change next to nothing for the Raspberry
// Pi.
func TestSourcesOfAnotherSpace(t *testing.T) {
	rank := func(name string, sources []*transfer.Source) float64 {
		set := kernelext.Must(dataset.Open(name))
		learn, judge := Designed(sources, set, 20, 1000)
		p, _, err := adapt.Adapt(t.Context(), sources, learn, adapt.Config{})
		if err != nil {
			t.Fatal(err)
		}
		ms := make([]float64, judge.Rows)
		if err := p.PredictMs(ms, judge.Archs()); err != nil {
			t.Fatal(err)
		}
		return metric.Spearman(ms, judge.LatenciesMs())
	}
	of := func(name string) (with, without float64) {
		return rank(name, Others(kernelext.Must(dataset.Open(name)))), rank(name, nil)
	}
	with, without := of("fbnet-raspi4")
	if !(with > .97) || with-without > .01 {
		t.Errorf("Raspberry Pi: %v, without sources %v", with, without)
	}
	with, without = of("nasbench201-raspi4")
	if !(with > .95) || math.Abs(with-without) > .01 {
		t.Errorf("Raspberry Pi, NAS-Bench-201: %v, without sources %v", with, without)
	}
}

// What its second solution says.
func TestLeastOfPixel3(t *testing.T) {
	set := kernelext.Must(dataset.Open("nasbench201-pixel3"))
	near(t, "least latency", slices.Min(set.LatenciesMs()), .0033, .00005)
}
