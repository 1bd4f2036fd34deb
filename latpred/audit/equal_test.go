package audit_test

import (
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/audit"
	"github.com/ofalat/ofalat/latpred/dataset"
)

// The counts of functions and constant networks were made in Python; the noise of a simulated
// device is none, and whole milliseconds are told.
func TestFindingsOfBenchmarks(t *testing.T) {
	var sets []*dataset.Set
	for _, name := range []string{"nasbench201-raspi4", "nasbench201-eyeriss", "nasbench201-samsung-a50", "fbnet-1080ti-b1"} {
		sets = append(sets, open(t, name))
	}
	found, err := audit.Check(t.Context(), sets, nil)
	if err != nil {
		t.Fatal(err)
	}
	value := func(set string, kind latpred.WarningKind, name string) float64 {
		i := slices.IndexFunc(found, func(f audit.Finding) bool { return f.Set == set && f.Kind == kind })
		if i < 0 {
			return -1
		}
		return found[i].Values[name]
	}
	for _, c := range []struct {
		set  string
		kind latpred.WarningKind
		name string
		low  float64
		high float64
	}{
		{"nasbench201-raspi4", latpred.WarnEqual, "functions", 4930, 4930},
		{"nasbench201-raspi4", latpred.WarnConstantOutput, "rows", 341, 341},
		{"nasbench201-raspi4", latpred.WarnConstantOutput, "not_run", 200, 276}, // 276 are under 1 ms
		{"nasbench201-raspi4", latpred.WarnUnits, "factor_1", -1, -1},
		{"nasbench201-eyeriss", latpred.WarnConstantOutput, "not_run", 0, 0},
		{"nasbench201-eyeriss", latpred.WarnEqual, "noise_percent", 0, 1e-9},
		{"nasbench201-raspi4", latpred.WarnEqual, "noise_percent", 1, 10},
		{"nasbench201-samsung-a50", latpred.WarnRounded, "step_ms", 1, 1},
		{"nasbench201-raspi4", latpred.WarnRounded, "step_ms", -1, -1},
		{"fbnet-1080ti-b1", latpred.WarnEqual, "functions", -1, -1},
		{"fbnet-1080ti-b1", latpred.WarnConstantOutput, "rows", -1, -1},
	} {
		if v := value(c.set, c.kind, c.name); v < c.low || v > c.high {
			t.Errorf("%s, %s: %s is %v, want %v to %v", c.set, c.kind, c.name, v, c.low, c.high)
		}
	}
}

// Rows of networks that do nothing don't hide rows of another unit.
func TestUnitsBesideConstantNetworks(t *testing.T) {
	set := open(t, "nasbench201-raspi4")
	if warnings, err := audit.Labels(set); err != nil || warnings != nil {
		t.Errorf("as shipped: %v, %v", warnings, err)
	}
	for i := range 40 {
		set.Samples[10*i].LatencyMs *= 1000
	}
	if _, err := audit.Labels(set); err == nil {
		t.Error("microseconds among milliseconds are not told")
	}
}
