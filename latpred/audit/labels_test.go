package audit_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/audit"
	"github.com/ofalat/ofalat/latpred/dataset"
)

// scale multiplies the latencies of rows from to to−1.
func scale(set *dataset.Set, from, to int, by float64) {
	for i := from; i < to; i++ {
		set.Samples[i].LatencyMs *= by
	}
}

// Rows in another unit are named in ranges, with the factor; of two parts the one that
// can't be milliseconds is the odd one, however many rows it has.
func TestMixedUnits(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(set *dataset.Set)
		want  string
	}{
		{"the second half in seconds", func(s *dataset.Set) { scale(s, 30, 60, 1e-3) }, "rows 31–60 are about 0.001 times what the other rows let expect: are units mixed? All must be milliseconds"},
		{"most in seconds", func(s *dataset.Set) { scale(s, 5, 60, 1e-3) }, "rows 6–60 are about 0.001 times"},
		{"most in microseconds", func(s *dataset.Set) { scale(s, 0, 50, 1e3) }, "rows 1–50 are about 1000 times"},
		{"nanoseconds among milliseconds", func(s *dataset.Set) { scale(s, 10, 20, 1e6) }, "rows 11–20 are about 10"},
		{"three units", func(s *dataset.Set) { scale(s, 0, 10, 1e-3); scale(s, 50, 60, 1e3) }, "rows 1–10 are about 0.001 times, rows 51–60 are about 1000 times"},
		{"one row", func(s *dataset.Set) { scale(s, 7, 8, 1e3) }, "row 8 is about 1000 times"},
		{"every second", func(s *dataset.Set) {
			for i := 0; i < 60; i += 2 {
				s.Samples[i].LatencyMs /= 1000
			}
		}, "rows 1, 3, 5, 7, 9, 11, 13, 15, … (30 in all) are about 0.001 times"},
	} {
		set := goodRows(t, 60)
		c.spoil(set)
		for name, judge := range map[string]func(*dataset.Set) ([]latpred.Warning, error){"Labels": audit.Labels, "Units": audit.Units} {
			if _, err := judge(set); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s, %s: %v, want …%s…", c.name, name, err, c.want)
			}
		}
		found := find(t, set)
		f, ok := found[" "+string(latpred.WarnUnits)]
		if _, scale := found[" "+string(latpred.WarnScale)]; !ok || scale || !strings.Contains(f.Message, c.want) || f.Rows == nil || f.Values["factor_1"] == 0 {
			t.Errorf("%s: found %v", c.name, found)
		}
	}
}

// Two clusters that are closer than units can be are doubted, not refused; one odd row is
// left to other checks.
func TestOtherBatchAmongRows(t *testing.T) {
	set := goodRows(t, 40)
	scale(set, 30, 40, 32)
	warnings, err := audit.Labels(set)
	if err != nil || len(warnings) != 1 || warnings[0].Kind != latpred.WarnUnits || !slices.Equal(warnings[0].Rows, []int{30, 31, 32, 33, 34, 35, 36, 37, 38, 39}) ||
		!strings.HasPrefix(warnings[0].Message, "rows 31–40 are about 3") {
		t.Errorf("%v, %v", warnings, err)
	}
	set = goodRows(t, 40)
	scale(set, 3, 4, 50)
	if warnings, err := audit.Labels(set); err != nil || warnings != nil {
		t.Errorf("one odd row: %v, %v", warnings, err)
	}
}

// The same labels are nothing to learn from, but can judge.
func TestConstantLabels(t *testing.T) {
	set := goodRows(t, 6)
	for i := range set.Samples {
		set.Samples[i].LatencyMs = 7
	}
	if _, err := audit.Labels(set); err == nil || err.Error() != "all 6 latencies are 7 ms: there is nothing to learn" {
		t.Errorf("%v", err)
	}
	if warnings, err := audit.Units(set); err != nil || warnings != nil {
		t.Errorf("%v, %v", warnings, err)
	}
	if _, ok := find(t, set)[" constant"]; !ok {
		t.Error("Check does not find them")
	}
	set.Samples[3].LatencyMs = 7.000001
	if _, err := audit.Labels(set); err == nil || err.Error() != "all 6 latencies are 7 ms, to a millionth: there is nothing to learn" {
		t.Errorf("%v", err)
	}
	if _, err := audit.Labels(set.Subset([]int{2})); err != nil {
		t.Errorf("one row: %v", err)
	}
}

// goodRows take 1 ms for 10 million multiply-accumulates: 1e10 a second. No device is 200
// times as fast, and hardly one 200 times as slow.
func TestSuspiciousScale(t *testing.T) {
	for _, c := range []struct {
		by    float64
		batch int
		want  string // unit in the warning; "": none
	}{
		{1, 0, ""}, {1, 64, ""}, {1e-3, 0, "seconds"}, {1e-3, 64, "seconds"}, {1e3, 0, "microseconds"}, {1e5, 64, "microseconds"}, {1e6, 0, "nanoseconds"},
		{.01, 0, ""}, {100, 0, ""}, {1e3, 64, ""}, // 64 times the work
	} {
		set := goodRows(t, 30)
		set.Batch = c.batch
		scale(set, 0, 30, c.by)
		warnings, err := audit.Labels(set)
		if err != nil || len(warnings) > 1 || (len(warnings) == 1) != (c.want != "") {
			t.Errorf("%v times, batch %d: %v, %v", c.by, c.batch, warnings, err)
			continue
		}
		if c.want != "" && (warnings[0].Kind != latpred.WarnScale || !strings.Contains(warnings[0].Message, "are these "+c.want+"? They are taken as milliseconds")) {
			t.Errorf("%v times: %v, want %s", c.by, warnings, c.want)
		}
	}
}

// What ships raises no doubt.
func TestShippedLabels(t *testing.T) {
	for _, info := range dataset.Index() {
		if warnings, err := audit.Labels(open(t, info.Name)); err != nil || warnings != nil {
			t.Errorf("%s: %v, %v", info.Name, warnings, err)
		}
	}
}

func TestAgainstPredictor(t *testing.T) {
	measured, pred := []float64{.02, .03, .01}, []float64{20, 30, 0}
	if got := audit.AgainstPredictor(measured, pred); len(got) != 1 || got[0].Kind != latpred.WarnScale || !strings.Contains(got[0].Message, "are they seconds?") {
		t.Errorf("%v", got)
	}
	if got := audit.AgainstPredictor(pred[:2], pred[:2]); got != nil {
		t.Errorf("%v", got)
	}
}
