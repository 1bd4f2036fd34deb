package audit_test

import (
	"math"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/audit"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

func find(t *testing.T, sets ...*dataset.Set) map[string]audit.Finding {
	t.Helper()
	findings, err := audit.Check(t.Context(), sets, nil)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]audit.Finding{}
	for _, f := range findings {
		out[f.Set+" "+string(f.Kind)] = f
	}
	return out
}

func TestCheckFindsTheKnownDefects(t *testing.T) {
	found := find(t, open(t, "note10"), open(t, "rtx2080ti-b64"), open(t, "p40-b64"), open(t, "xeon-b64-fixed"), open(t, "help-titanxp-b1"))
	for _, want := range []string{
		"note10 table-sums", "note10 additive", "rtx2080ti-b64 drift", "rtx2080ti-b64 warm-up", "rtx2080ti-b64 same-architectures",
		"p40-b64 warm-up", "xeon-b64-fixed repeated-labels", "xeon-b64-fixed duplicates",
	} {
		if _, ok := found[want]; !ok {
			t.Errorf("not found: %s", want)
		}
	}
	for _, not := range []string{"p40-b64 drift", "p40-b64 duplicates", "p40-b64 additive", "help-titanxp-b1 drift", "help-titanxp-b1 table-sums", "note10 drift"} {
		if f, ok := found[not]; ok {
			t.Errorf("found what is not there: %+v", f)
		}
	}
	if v := found["xeon-b64-fixed repeated-labels"].Values; v["distinct_labels"] != 243 || v["distinct_architectures"] != 1215 {
		t.Errorf("distinct labels and architectures: %v, want 243 and 1215", v)
	}
	// The second state of the 2080 Ti's host: rows 4273–5189 and 8054–about 9781,
	// found by a queue model of the GPU that this check knows nothing of.
	parts := found["rtx2080ti-b64 drift"].Rows
	for _, want := range [][2]int{{4273, 5190}, {8054, 9781}} {
		if !slices.ContainsFunc(parts, func(p [2]int) bool { return near(p[0], want[0]) && near(p[1], want[1]) }) {
			t.Errorf("no part near rows %v among %v", want, parts)
		}
	}
}

func near(a, b int) bool { return a-b < 20 && b-a < 20 }

// synthetic has n measured-like rows: table sums with one percent of noise.
func synthetic(t *testing.T, n int) *dataset.Set {
	t.Helper()
	s, err := space.ByID("mbv3-w1.2")
	if err != nil {
		t.Fatal(err)
	}
	rng := random.Stream(1, "synthetic")
	set := &dataset.Set{Info: dataset.Info{Name: "synthetic"}}
	for range n {
		a := s.Sample(rng)
		ms, err := lut.Note10().LatencyMs(s, a)
		if err != nil {
			t.Fatal(err)
		}
		set.Samples = append(set.Samples, dataset.Sample{Arch: a, LatencyMs: ms * (1 + 0.01*rng.NormFloat64())})
	}
	return set
}

func TestCheckIsQuietOnGoodData(t *testing.T) {
	if found := find(t, synthetic(t, 6000)); len(found) != 0 {
		t.Errorf("found in good data: %v", found)
	}
}

func TestCheckFindsPlantedDefects(t *testing.T) {
	for _, c := range []struct {
		kind  latpred.WarningKind
		spoil func([]dataset.Sample)
		rows  [][2]int // of the finding, each end within 20
		value string   // one of its values
		about float64  // what it is, within a fifth
		also  []latpred.WarningKind
	}{
		{latpred.WarnDrift, func(rows []dataset.Sample) {
			for i := 2000; i < 3500; i++ {
				rows[i].LatencyMs *= 1.02
			}
		}, [][2]int{{0, 2000}, {2000, 3500}, {3500, 6000}}, "range_percent", 2, nil}, // wild rows are clipped, which takes some of it
		{latpred.WarnWarmUp, func(rows []dataset.Sample) {
			for i := range 60 {
				rows[i].LatencyMs *= 1 + 0.04*float64(1-2*(i%2))
			}
		}, [][2]int{{0, 60}}, "ratio", 5, nil}, // 4 % against the mean size of 1 % of normal noise, .8 %
		{latpred.WarnOutliers, func(rows []dataset.Sample) { rows[4321].LatencyMs *= 1.5 }, [][2]int{{4321, 4322}}, "rows", 1, nil},
		{latpred.WarnScale, func(rows []dataset.Sample) {
			for i := range rows {
				rows[i].LatencyMs /= 1000
			}
		}, nil, "median_ms", 0.030, nil},
		{latpred.WarnContradictions, func(rows []dataset.Sample) {
			rows[1010].Arch, rows[1010].LatencyMs = rows[1020].Arch, 2*rows[1020].LatencyMs
		}, nil, "architectures", 1,
			[]latpred.WarningKind{latpred.WarnDuplicates, latpred.WarnOutliers}},
	} {
		set := synthetic(t, 6000)
		c.spoil(set.Samples)
		found := find(t, set)
		f, ok := found["synthetic "+string(c.kind)]
		if !ok || len(found) != 1+len(c.also) {
			t.Errorf("planted was %s, found %v", c.kind, found)
			continue
		}
		for _, kind := range c.also {
			if _, ok := found["synthetic "+string(kind)]; !ok {
				t.Errorf("%s is no %s", c.kind, kind)
			}
		}
		if !slices.EqualFunc(f.Rows, c.rows, func(a, b [2]int) bool { return near(a[0], b[0]) && near(a[1], b[1]) }) {
			t.Errorf("%s in rows %v, planted in %v", c.kind, f.Rows, c.rows)
		}
		if v := f.Values[c.value]; math.Abs(v-c.about) > 0.2*c.about {
			t.Errorf("%s: %s is %v, want about %v", c.kind, c.value, v, c.about)
		}
	}
}

func TestCheckOfFewRows(t *testing.T) {
	if found := find(t, synthetic(t, 3)); len(found) != 0 {
		t.Errorf("three good rows: %v", found)
	}
}

func open(t testing.TB, name string) *dataset.Set {
	t.Helper()
	set, err := dataset.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return set
}
