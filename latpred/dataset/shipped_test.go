package dataset_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/stat"
)

func open(t testing.TB, name string) *dataset.Set {
	t.Helper()
	set, err := dataset.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// Computed in Python from the upstream files: statistics.fmean, pstdev, min, max,
// distinct labels.
func TestShippedSets(t *testing.T) {
	want := map[string]string{
		"note10":              "31.6585 8.7490 13.1013 68.2790 10000",
		"rtx2080ti-b64":       "17.8115 5.1589 5.9269 36.5635 9934",
		"p40-b64":             "47.1600 13.8857 14.8218 102.7986 9976",
		"note10-fixed":        "28.3611 8.8560 10.2690 60.4964 1215",
		"rtx2080ti-b64-fixed": "16.9920 5.6762 5.5365 32.6054 243",
		"p40-b64-fixed":       "42.5753 13.6450 15.1933 81.2438 243",
		"xeon-b64-fixed":      "797.1466 201.3128 385.4763 1399.9774 243",
		"note10-elastic":      "33.8912 11.2108 10.8620 83.3412 10000",
	}
	sets := 0
	for _, info := range dataset.Index() {
		if info.Column != "" { // see TestBenchmarks
			continue
		}
		sets++
		set := open(t, info.Name)
		s, err := space.ByID(info.SpaceID)
		if err != nil {
			t.Fatal(err)
		}
		e, err := encode.ByName(info.Encoding)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := encode.Matrix(e, set.Archs()); err != nil {
			t.Errorf("%s: %v", info.Name, err)
		}
		for i, row := range set.Samples {
			if err := s.Validate(row.Arch); err != nil {
				t.Fatalf("%s, row %d: %v", info.Name, i, err)
			}
		}
		text, ok := want[info.Name]
		delete(want, info.Name)
		if !ok { // HELP's are in TestHELPSets, ours is made from its journal in package measure
			continue
		}
		y := set.LatenciesMs()
		labels := map[float64]bool{}
		for _, v := range y {
			labels[v] = true
		}
		mean, sd := stat.PopMeanStdDev(y, nil)
		if got := fmt.Sprintf("%.4f %.4f %.4f %.4f %d", mean, sd, slices.Min(y), slices.Max(y), len(labels)); got != text {
			t.Errorf("%s: %s, want %s", info.Name, got, text)
		}
	}
	if sets != 18 || len(want) > 0 {
		t.Errorf("%d sets, want the authors' 8, HELP's 9 and ours; missing are %v", sets, want)
	}
}

// HELP's sets: mean and standard deviation, two decimals, computed in Python.
func TestHELPSets(t *testing.T) {
	for name, want := range map[string]string{
		"2080ti_1": "11.85 2.01", "2080ti_32": "15.81 3.92", "2080ti_64": "27.41 8.47",
		"titan_rtx_1": "5.89 0.83", "titan_rtx_32": "13.19 4.18", "titan_rtx_64": "25.75 8.19",
		"titan_xp_1": "12.17 1.85", "titan_xp_32": "24.73 8.14", "titan_xp_64": "47.78 16.69",
	} {
		mean, sd := stat.PopMeanStdDev(open(t, name).LatenciesMs(), nil) // by upstream's names
		if got := fmt.Sprintf("%.2f %.2f", mean, sd); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// The labels that the authors' files have for the paper's example and for the
// first row, every digit.
func TestLabelsAreExact(t *testing.T) {
	p := space.MustParse("r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666")
	for name, want := range map[string]float64{
		"rtx2080ti-b64-fixed": 18.662428855895996, "xeon-b64-fixed": 1001.9287109375,
		"p40-b64-fixed": 46.833109855651855, "note10-fixed": 33.50015649132496,
	} {
		if row := open(t, name).Samples[0]; row.Arch != p || row.LatencyMs != want {
			t.Errorf("%s starts with %v, %v ms, want the paper's example, %v ms", name, row.Arch, row.LatencyMs, want)
		}
	}
	if got := open(t, "p40-b64").Samples[0].LatencyMs; got != 56.80058002471924 {
		t.Errorf("first P40 label %v, want 56.80058002471924", got)
	}
}

// All 30,000 Note10 labels are the table's sums, difference 0.
func TestNote10LabelsAreTableSums(t *testing.T) {
	for _, name := range []string{"note10", "note10-fixed", "note10-elastic"} {
		set := open(t, name)
		s, err := space.ByID(set.SpaceID)
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range set.Samples {
			if ms, err := lut.Note10().LatencyMs(s, row.Arch); err != nil || ms != row.LatencyMs {
				t.Fatalf("%s, row %d: sum %v (%v), label %v", name, i, ms, err, row.LatencyMs)
			}
		}
	}
}

func TestSplits(t *testing.T) {
	set := open(t, "xeon-b64-fixed")
	file := set.SplitFileOrder()
	if len(file.Train) != 7000 || len(file.Validation) != 1500 || len(file.Test) != 1500 || file.Train[0] != 0 || file.Validation[0] != 7000 || file.Test[0] != 8500 {
		t.Errorf("file order: %d, %d, %d rows", len(file.Train), len(file.Validation), len(file.Test))
	}
	split := set.SplitByArch(random.Stream(1, "split"))
	side := map[space.Arch]int{}
	rows := map[int]bool{}
	for s, list := range [][]int{split.Train, split.Validation, split.Test} {
		if !slices.IsSorted(list) {
			t.Error("rows are not in file order")
		}
		for _, i := range list {
			rows[i] = true
			network := set.Samples[i].Arch
			network.Resolution = 0
			if before, ok := side[network]; ok && before != s {
				t.Fatalf("%v is on two sides", network)
			}
			side[network] = s
		}
	}
	if n := len(split.Train) + len(split.Validation) + len(split.Test); len(rows) != set.Rows || n != set.Rows {
		t.Errorf("%d of %d rows are on a side, some of %d twice", len(rows), set.Rows, n)
	}
	var networks [3]int
	for _, s := range side {
		networks[s]++
	}
	if networks != [3]int{170, 36, 37} { // of 243 networks 70 %, 15 % and the rest, rounded down
		t.Errorf("networks on the sides: %v", networks)
	}
	if again := set.SplitByArch(random.Stream(1, "split")); !reflect.DeepEqual(again, split) {
		t.Error("the same seed splits differently")
	}
	if other := set.SplitByArch(random.Stream(2, "split")); slices.Equal(other.Test, split.Test) {
		t.Error("another seed splits alike")
	}
}
