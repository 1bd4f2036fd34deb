package audit_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/audit"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// goodRows are n networks at 1 ms for 10 million multiply-accumulates.
func goodRows(t *testing.T, n int) *dataset.Set {
	t.Helper()
	s, err := space.ByID("mbv3-w1.0")
	if err != nil {
		t.Fatal(err)
	}
	rng := random.Stream(1, "support")
	set := &dataset.Set{}
	for range n {
		a := s.Sample(rng)
		set.Samples = append(set.Samples, dataset.Sample{Arch: a, LatencyMs: float64(s.MACs(a)) / 1e7})
	}
	return set
}

func TestSupportFaults(t *testing.T) {
	if warnings, err := audit.Support(goodRows(t, 3)); err != nil || warnings != nil {
		t.Errorf("three good rows: %v, %v", warnings, err)
	}
	for want, spoil := range map[string]func(s *dataset.Set){
		"2 rows: at least 3": func(s *dataset.Set) { s.Samples = s.Samples[:2] },
		"all 6 latencies are 7 ms": func(s *dataset.Set) {
			for i := range s.Samples {
				s.Samples[i].LatencyMs = 7
			}
		},
		"rows 3, 5 have another number of stages": func(s *dataset.Set) {
			for _, i := range []int{2, 4} {
				s.Samples[i].Arch = space.OFA6.Reference().Smallest()
			}
		},
		"row 2 is about 1000 times":  func(s *dataset.Set) { s.Samples[1].LatencyMs *= 1000 },
		"row 6 is about 0.001 times": func(s *dataset.Set) { s.Samples[5].LatencyMs /= 1000 },
	} {
		set := goodRows(t, 6)
		spoil(set)
		if _, err := audit.Support(set); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want …%s…", err, want)
		}
	}
	set := goodRows(t, 6)
	set.Samples[1].LatencyMs *= 90 // a device may be that odd, a unit is not
	if _, err := audit.Support(set); err != nil {
		t.Error(err)
	}
}

// Median ratios to the sources below .02 or above 1,000, of all sources that have any.
func TestAgainstSources(t *testing.T) {
	for _, c := range []struct {
		ratios [][]float64
		want   string // "": no warning
	}{
		{nil, ""}, {[][]float64{{}, {}}, ""}, {[][]float64{{1, 2}, {.5}}, ""},
		{[][]float64{{.001, .002, .5}, {.019}}, "at most 0.019 times those of any source: are they seconds?"},
		{[][]float64{{.001}, {.021}}, ""}, // one source is as fast
		{[][]float64{{.02}}, ""},
		{[][]float64{{2000}, {1001}, {}}, "at least 1e+03 times those of any source: are they microseconds?"},
		{[][]float64{{2000}, {1000}}, ""},
	} {
		got := audit.AgainstSources(c.ratios)
		if len(got) > 1 || (len(got) == 1) != (c.want != "") || len(got) == 1 && (got[0].Kind != latpred.WarnScale || !strings.Contains(got[0].Message, c.want)) {
			t.Errorf("%v: %v, want %q", c.ratios, got, c.want)
		}
	}
}

// Independent errors of one standard deviation raise no doubt; one of more than seven is an
// outlier, and a level that changes half way is drift.
func TestLeaveOneOut(t *testing.T) {
	rng := random.Stream(2, "errors")
	var ms, pred, sd []float64
	for range 40 {
		pred, sd = append(pred, 20), append(sd, 0.5)
		ms = append(ms, 20+0.5*rng.NormFloat64())
	}
	if got := audit.LeaveOneOut(ms, pred, sd); got != nil {
		t.Errorf("good rows: %v", got)
	}
	wild := slices.Clone(ms)
	wild[3], wild[17] = 20+7.1*0.5, 20-7.1*0.5
	got := audit.LeaveOneOut(wild, pred, sd)
	if len(got) != 1 || got[0].Kind != latpred.WarnOutliers || !slices.Equal(got[0].Rows, []int{3, 17}) || !strings.Contains(got[0].Message, "rows [4 18]") {
		t.Errorf("two outliers: %v", got)
	}
	wild[3], wild[17] = 20+6.9*0.5, 20-6.9*0.5
	if got := audit.LeaveOneOut(wild, pred, sd); got != nil {
		t.Errorf("two rows just within: %v", got)
	}
	for i := 20; i < 40; i++ {
		ms[i] += 1.5
	}
	got = audit.LeaveOneOut(ms, pred, sd)
	if len(got) != 1 || got[0].Kind != latpred.WarnDrift {
		t.Errorf("another state from the middle on: %v", got)
	}
}

// A start is cold from twice the later error on.
func TestColdStart(t *testing.T) {
	errors := []float64{2, -2, 1, -1, 1}
	if ratio, cold := audit.ColdStart(errors, 2); math.Abs(ratio-2) > 1e-12 || !cold {
		t.Errorf("%v, %v, want 2 and cold", ratio, cold)
	}
	errors[0] = 1.9
	if ratio, cold := audit.ColdStart(errors, 2); math.Abs(ratio-1.95) > 1e-12 || cold {
		t.Errorf("%v, %v, want 1.95 and warm", ratio, cold)
	}
}
