package catalog_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/latpredtest"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
)

// A set of few rows at each of 25 resolutions gets times a pixel, one whose labels show
// a launch queue a queue.
func TestTrainShipped(t *testing.T) {
	for name, want := range map[string]struct {
		basis string
		queue bool
	}{"help-titanrtx-b64": {"shape", false}, "p40-b64": {"tied", true}} {
		loaded, err := catalog.Load(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		p := loaded.(*additive.Table)
		if m := p.Model(); m.Basis.Name() != want.basis || m.Queue.None() == want.queue || p.Provenance().Data != name {
			t.Errorf("%s: basis %s, queue %+v, %+v", name, m.Basis.Name(), m.Queue, p.Provenance())
		}
	}
	if _, err := catalog.Load(t.Context(), "no-such-set"); err == nil || !strings.Contains(err.Error(), "epyc-zen4-b1-table") {
		t.Errorf("a name that nothing has: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := catalog.Load(ended, "p40-b64"); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that it was cancelled", err)
	}
}

// All that ships is in the list once, can be found, and says what it is by data alone.
func TestEntries(t *testing.T) {
	entries := catalog.Entries()
	own := slices.DeleteFunc(dataset.Index(), func(info dataset.Info) bool { return info.Column != "" }) // benchmarks are none
	if want := len(own) + 1; len(entries) != want {                                                      // the Note10's table is its set's
		t.Fatalf("%d entries, want %d", len(entries), want)
	}
	kinds := map[string]string{}
	for _, e := range entries {
		found, err := catalog.Find(e.Name)
		if err != nil || found != e {
			t.Errorf("%s: %v, %v", e.Name, found, err)
		}
		if e.Alias != "" {
			if found, err := catalog.Find(e.Alias); err != nil || found != e {
				t.Errorf("%s: %v, %v", e.Alias, found, err)
			}
		}
		if e.Title == "" || e.Device == "" || e.Hardware == "" || e.Origin == "" || e.Batch == 0 || e.Space == nil {
			t.Errorf("%+v", e)
		}
		if resolutions, err := e.Resolutions(); err != nil || len(resolutions) != 5 {
			t.Errorf("%s at %v, %v", e.Name, resolutions, err)
		}
		kinds[e.Name] = e.Kind
	}
	for name, want := range map[string]string{
		"note10": latpred.KindLookup, "note10-fixed": latpred.KindLookup, "note10-elastic": latpred.KindLookup, "epyc-zen4-b1-table": latpred.KindLookup,
		"epyc-zen4-b1": latpred.KindTable, "p40-b64": latpred.KindTable, "help-titanrtx-b1": latpred.KindTable,
		"p40-b64-fixed": latpred.KindLinear, "xeon-b64-fixed": latpred.KindLinear,
	} {
		if kinds[name] != want {
			t.Errorf("%s is predicted by a %s, want a %s", name, kinds[name], want)
		}
	}
	if _, err := catalog.Find(""); err == nil {
		t.Error("the empty name finds something")
	}
}

// The sets of benchmarks are found by their names and upstream's, are predicted by a table of
// their space that says what it is, and are no sources of OFA's spaces.
func TestBenchmarks(t *testing.T) {
	list := catalog.Benchmarks()
	for _, e := range list {
		for _, name := range []string{e.Name, e.Alias} {
			if found, err := catalog.Find(name); err != nil || found != e {
				t.Errorf("%s: %v, %v", name, found, err)
			}
		}
		if e.IsSource() || e.Kind != latpred.KindTable && e.Kind != latpred.KindAdapted || !e.Judged() || !strings.HasPrefix(e.Name, e.Benchmark()+"-") || slices.Contains(catalog.Entries(), e) {
			t.Errorf("%+v", e)
		}
	}
	for name, most := range map[string]float64{"fbnet-2080ti-b1": 1.2, "fbnet/samsung_s7": 9, "nasbench201-titanrtx-b256": .35, "nasbench201-samsung-a50": 3.5} {
		e, err := catalog.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		p, err := e.Predictor(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		percent, err := e.ErrorPercent(p)
		if err != nil || percent > most || percent < .01 {
			t.Errorf("%s: mean relative error %.2f %%, %v, want at most %v", name, percent, err, most)
		}
		if s, exact, err := catalog.SpaceOf(p); err != nil || !exact || s != e.Space || p.Provenance().Device != e.Device {
			t.Errorf("%s: space %v, %v, %v; device %s", name, s, exact, err, p.Provenance().Device)
		}
	}
	if _, err := catalog.Load(t.Context(), "fbnet-nothing"); err == nil || !strings.Contains(err.Error(), "of other spaces, such as fbnet-1080ti-b1") {
		t.Errorf("%v", err)
	}
}

// Networks whose output depends on no image, which the Pixel 3's program didn't run, spoil
// neither the order of the others nor their errors.
func TestBenchmarkWithConstantNetworks(t *testing.T) {
	e, err := catalog.Find("nasbench201-pixel3")
	if err != nil {
		t.Fatal(err)
	}
	p, err := e.Predictor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	set, err := e.Set()
	if err != nil {
		t.Fatal(err)
	}
	set = set.Subset(set.SplitFileOrder().Test)
	if p.Kind() != e.Kind {
		t.Errorf("a predictor of kind %s, want %s", p.Kind(), e.Kind)
	}
	y, relative := set.LatenciesMs(), make([]float64, set.Rows)
	pred := latpredtest.Predict(t, p, set.Archs())
	for i := range y {
		relative[i] = math.Abs(pred[i]-y[i]) / y[i]
	}
	if rho, median := metric.Spearman(pred, y), metric.Median(relative); rho < .97 || median > .07 {
		t.Errorf("rank correlation %.3f, median relative error %.3f", rho, median)
	}
}

// Sets have rows, tables have none; only what has a table has one.
func TestEntryParts(t *testing.T) {
	for name, want := range map[string]struct{ set, table bool }{
		"note10": {true, true}, "epyc-zen4-b1": {true, true}, "epyc-zen4-b1-table": {false, true}, "p40-b64": {true, false},
	} {
		e, err := catalog.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Set(); (err == nil) != want.set {
			t.Errorf("rows of %s: %v", name, err)
		}
		if _, err := e.Table(); (err == nil) != want.table {
			t.Errorf("table of %s: %v", name, err)
		}
	}
}

// A source is a set of all of a space; a table can be adapted from too, the closed form
// of tied choices can't.
func TestSources(t *testing.T) {
	names := catalog.SourceNames()
	if len(names) != 13 || slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, "fixed") || strings.HasSuffix(n, "-table") }) {
		t.Errorf("sources %v", names)
	}
	s, err := space.ByID("mbv3-w1.0")
	if err != nil {
		t.Fatal(err)
	}
	of := func(name string) (*transfer.Source, error) {
		list, err := catalog.Sources(t.Context(), s, []string{name})
		if err != nil {
			return nil, err
		}
		return list[0], nil
	}
	if s, err := of("epyc-zen4-b1-table"); err != nil || s.Times == nil {
		t.Errorf("a table as a source: %+v, %v", s, err)
	}
	if _, err := of("xeon-b64-fixed"); err == nil || !strings.Contains(err.Error(), "ties choices") {
		t.Errorf("a set of tied choices as a source: %v", err)
	}
	if _, err := of("no-such"); err == nil || !strings.Contains(err.Error(), "none of those that ship") {
		t.Errorf("no source: %v", err)
	}
}

// Several sources come in the order of their names; one that is none, or a ctx that has ended,
// is an error.
func TestSeveralSources(t *testing.T) {
	names := []string{"help-titanrtx-b64", "epyc-zen4-b1-table", "note10"}
	s, err := space.ByID("mbv3-w1.0")
	if err != nil {
		t.Fatal(err)
	}
	sources, err := catalog.Sources(t.Context(), s, names)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range sources {
		if s.Name != names[i] {
			t.Errorf("source %d is %s, want %s", i, s.Name, names[i])
		}
	}
	if _, err := catalog.Sources(t.Context(), s, []string{"note10", "xeon-b64-fixed"}); err == nil || !strings.Contains(err.Error(), "ties choices") {
		t.Errorf("one of them is none: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := catalog.Sources(ended, s, names); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that it was cancelled", err)
	}
}

// The space of a predictor is the entry's that it is made from, or known by the form of
// the networks that it answers for.
func TestSpaceOf(t *testing.T) {
	lookup, err := catalog.Load(t.Context(), "note10-fixed")
	if err != nil {
		t.Fatal(err)
	}
	if s, exact, err := catalog.SpaceOf(lookup); err != nil || !exact || s.ID != "compofa-fixed-w1.2" {
		t.Errorf("%v, %v, %v", s, exact, err)
	}
	set, err := dataset.Open("p40-b64-fixed")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		id    string
		exact bool
	}{"p40-b64-fixed": {"compofa-fixed-w1.0", true}, "mine.csv": {"mbv3-w1.0", false}} {
		if set.Name = name; !want.exact {
			set.SpaceID = "" // as of a file
		}
		p, err := additive.FitLinear(set)
		if err != nil {
			t.Fatal(err)
		}
		if s, exact, err := catalog.SpaceOf(p); err != nil || exact != want.exact || s.ID != want.id {
			t.Errorf("%s: %v, %v, %v", name, s, exact, err)
		}
	}
	if _, _, err := catalog.SpaceOf(silent{}); err == nil {
		t.Error("a predictor that answers for nothing has a space")
	}
}

// silent answers for no network.
type silent struct{ latpred.Predictor }

func (silent) Provenance() latpred.Provenance          { return latpred.Provenance{} }
func (silent) PredictMs([]float64, []space.Arch) error { return errors.New("no") }

// What is served by measured times has the error on rows that it was not made from.
func TestErrorPercent(t *testing.T) {
	for name, want := range map[string]float64{"note10": 0, "epyc-zen4-b1-table": 5, "epyc-zen4-b1": 3, "p40-b64": .2, "rtx2080ti-b64": .63} {
		e, err := catalog.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		p, err := e.Predictor(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if percent, err := e.ErrorPercent(p); err != nil || math.Abs(percent-want) > .15*want || (percent > 0) != e.Judged() {
			t.Errorf("%s: %v %%, %v, want about %v", name, percent, err, want)
		}
	}
}
