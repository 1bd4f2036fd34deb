package audit_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/audit"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/random"
)

// kindsOf checks one set and gives what it finds, by kind.
func kindsOf(t *testing.T, s *dataset.Set) map[latpred.WarningKind]audit.Finding {
	t.Helper()
	found, err := audit.Check(t.Context(), []*dataset.Set{s}, nil)
	if err != nil {
		t.Fatal(err)
	}
	out := map[latpred.WarningKind]audit.Finding{}
	for _, f := range found {
		out[f.Kind] = f
	}
	return out
}

// altered is a copy of a shipped set with other labels.
func altered(t *testing.T, name string, change func(y []float64) []float64) *dataset.Set {
	t.Helper()
	s, err := dataset.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	s = s.Subset(func() (rows []int) {
		for i := range 2500 {
			rows = append(rows, i)
		}
		return rows
	}())
	for i, v := range change(s.LatenciesMs()) {
		s.Samples[i].LatencyMs = v
	}
	return s
}

// What can happen to the labels of a benchmark's set is found, and is not where it did not
// happen: the noisiest phone, and the batch that says least of its networks, are as they should
// be.
func TestCheckAltered(t *testing.T) {
	rng := random.Stream(1, "altered")
	for name, c := range map[string]struct {
		change func(y []float64) []float64
		kind   latpred.WarningKind
		says   string
	}{
		"in another order": {func(y []float64) []float64 {
			rng.Shuffle(len(y), func(i, k int) { y[i], y[k] = y[k], y[i] })
			return y
		}, latpred.WarnUnexplained, "nothing to do with"},
		"one row too low":  {func(y []float64) []float64 { return append(y[len(y)-1:], y[:len(y)-1]...) }, latpred.WarnUnexplained, "the row before its own"},
		"one row too high": {func(y []float64) []float64 { return append(y[1:], y[0]) }, latpred.WarnUnexplained, "the row after its own"},
		"of two devices": {func(y []float64) []float64 {
			for i := range y {
				if rng.IntN(2) == 0 {
					y[i] *= 3
				}
			}
			return y
		}, latpred.WarnUnexplained, "several devices"},
		"the last result again": {func(y []float64) []float64 {
			for i := range y {
				if i > 0 && rng.IntN(10) == 0 {
					y[i] = y[i-1]
				}
			}
			return y
		}, latpred.WarnStale, "the row before"},
		"a timeout": {func(y []float64) []float64 {
			sorted := slices.Sorted(slices.Values(y))
			for i := range y {
				y[i] = min(y[i], sorted[len(y)*95/100])
			}
			return y
		}, latpred.WarnCapped, "timeout"},
		"pauses": {func(y []float64) []float64 {
			for i := range y {
				if rng.IntN(100) == 0 {
					y[i] *= 5
				}
			}
			return y
		}, latpred.WarnOutliers, "robust standard deviations"},
	} {
		for _, set := range []string{"fbnet-1080ti-b1", "nasbench201-titanrtx-b256"} {
			if name == "of two devices" && set != "fbnet-1080ti-b1" {
				continue // there the order of networks is stronger
			}
			found := kindsOf(t, altered(t, set, c.change))
			if !strings.Contains(found[c.kind].Message, c.says) {
				t.Errorf("%s, %s: found %v", set, name, found)
			}
		}
	}
	for _, set := range []string{"fbnet-1080ti-b1", "fbnet-samsung-s7", "help-rtx2080ti-b1", "rtx2080ti-b64-fixed", "nasbench201-pixel2"} {
		found := kindsOf(t, altered(t, set, slices.Clone))
		for _, kind := range []latpred.WarningKind{latpred.WarnUnexplained, latpred.WarnStale, latpred.WarnCapped} {
			if f, doubted := found[kind]; doubted {
				t.Errorf("%s: %+v", set, f)
			}
		}
	}
}
