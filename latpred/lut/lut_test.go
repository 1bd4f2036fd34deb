package lut_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

func wide(t testing.TB) *space.Space {
	t.Helper()
	s, err := space.ByID("mbv3-w1.2")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Sums over the Note10 table, to the last digit. The first is the paper's example,
// whose label in the authors' set is the same; N is the net of OFA's tutorial.
func TestGoldenSums(t *testing.T) {
	for arch, want := range map[string]float64{
		"r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666": 33.50015649132496,
		"r176 d43344 k5533-535-335-3557-5755 e6666-444-444-6666-6666": 37.04433193325105,
		"r208 d24233 k77-5737-37-577-557 e63-3646-63-633-646":         39.888340486176574,
		"r192 d22343 k53-53-773-5573-335 e33-44-634-4443-666":         24.73016685342752, // N
		"r192 d23233 k33-555-33-333-555 e33-444-33-444-444":           19.88688251867145,
		"r224 d23343 k33-555-333-3333-555 e33-444-444-6666-444":       34.61625920342697,
	} {
		got, err := lut.Note10().LatencyMs(wide(t), space.MustParse(arch))
		if err != nil || got != want {
			t.Errorf("%s: %v, %v, want %v", arch, got, err, want)
		}
	}
}

// Smallest and largest networks at each resolution, 3 decimals. Source: computed
// from the authors' table.
func TestExtremes(t *testing.T) {
	want := map[int]string{160: "9.890 47.773", 176: "11.721 58.038", 192: "13.325 67.562", 208: "15.834 81.192", 224: "17.769 92.398"}
	for r, text := range want {
		small := space.MustParse(fmt.Sprintf(`{"ks":3,"e":3,"d":2,"r":%d}`, r))
		large := space.MustParse(fmt.Sprintf(`{"ks":7,"e":6,"d":4,"r":%d}`, r))
		a, err1 := lut.Note10().LatencyMs(wide(t), small)
		b, err2 := lut.Note10().LatencyMs(wide(t), large)
		if got := fmt.Sprintf("%.3f %.3f", a, b); got != text || err1 != nil || err2 != nil {
			t.Errorf("r%d: %s (%v, %v), want %s", r, got, err1, err2, text)
		}
	}
}

// The paper's Fig. 6 counts 272,243 ms for the table: all 17 resolutions.
func TestCost(t *testing.T) {
	table := lut.Note10()
	if n := len(table.Resolutions()); n != 17 {
		t.Fatalf("%d resolutions, want 17", n)
	}
	if got := table.Cost(); math.Abs(got-272243.6) > 0.05 {
		t.Errorf("cost %.2f ms, want 272243.6", got)
	}
	if got := table.Cost(160, 176, 192, 208, 224); math.Abs(got-78373.5) > 0.05 {
		t.Errorf("cost of five %.2f ms, want 78373.5", got)
	}
}

func TestMissing(t *testing.T) {
	narrow, err := space.ByID("mbv3-w1.0")
	if err != nil {
		t.Fatal(err)
	}
	a := space.MustParse("r160 d22222 k33-33-33-33-33 e33-33-33-33-33")
	_, err = lut.Note10().LatencyMs(narrow, a)
	var missing *lut.MissingError
	if !errors.As(err, &missing) || len(missing.Keys) != 16 || !strings.Contains(err.Error(), "Conv-input:160x160x3-output:80x80x16") {
		t.Errorf("width 1.0 on a table of width 1.2: %v", err)
	}
	a.Resolution = 128
	if _, err = lut.Note10().LatencyMs(wide(t), a); !errors.As(err, &missing) || !strings.Contains(err.Error(), "no resolution 128: it has [160 164") {
		t.Errorf("a resolution without a table: %v", err)
	}
}

func TestReadYAML(t *testing.T) {
	good := "Conv-input:160x160x3-output:80x80x24:\n  count: 498\n  mean: 0.495562248995984\n  std: 0.01\n"
	rows, err := lut.ReadYAML(strings.NewReader(good), "t.yaml")
	if err != nil || rows["Conv-input:160x160x3-output:80x80x24"] != (lut.Entry{Count: 498, MeanMs: 0.495562248995984, StdMs: 0.01}) {
		t.Errorf("rows %v, error %v", rows, err)
	}
	for text, want := range map[string]string{
		"":                                      "no rows",
		"a: [1,":                                "t.yaml: [1:",
		"a:\n  count: 1\n  std: 1\n":            "a: needs mean",
		"a: {count: 1.5, mean: 1}":              "count is 1.5",
		"a: {mean: 1, std: .inf}":               "+Inf is no standard deviation",
		"a: {mean: [1, 2]}":                     "mean is no number",
		"a: true":                               "mean is no number",
		"[1, 2]":                                "no lookup table: want a map",
		"a: 1\n---\nb: 2\n":                     "2 documents",
		"a: *b":                                 "nothing is named &b",
		"a: 1\na: 2":                            "already defined",
		"a: {count: 1, mean: .nan, std: 0}":     "NaN",
		"a: {count: 1, mean: -1, std: 0}":       "-1 is no time",
		"a: {count: 0, mean: 1, std: 0}":        "count is 0",
		"a: {count: 1, mean: 1, std: 0, sd: 1}": "unknown field",
		"a: {count: x, mean: 1, std: 0}":        "count is no number",
	} {
		if _, err := lut.ReadYAML(strings.NewReader(text), "t.yaml"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want …%s…", text, err, want)
		}
	}
	if _, err := lut.ReadYAML(strings.NewReader(strings.Repeat("#", 5<<20)), "big.yaml"); err == nil || !strings.Contains(err.Error(), "larger") {
		t.Errorf("5 MB were read: %v", err)
	}
}

func TestCSVRoundTrip(t *testing.T) {
	var b bytes.Buffer
	if err := lut.WriteCSV(&b, lut.Note10()); err != nil {
		t.Fatal(err)
	}
	back := &lut.Table{Device: "note10", SpaceID: "mbv3-w1.2"}
	if err := back.ReadCSV(&b, "t.csv"); err != nil {
		t.Fatal(err)
	}
	for _, r := range lut.Note10().Resolutions() {
		for key, e := range lut.Note10().Rows[r] {
			if back.Rows[r][key] != e {
				t.Fatalf("r%d %s: %v came back as %v", r, key, e, back.Rows[r][key])
			}
		}
	}
	if err := back.ReadCSV(strings.NewReader("resolution,layer,count,mean_ms,std_ms\n160,a,1,x,0\n"), "t.csv"); err == nil || !strings.Contains(err.Error(), "t.csv:2") {
		t.Errorf("a damaged row: %v", err)
	}
}

// Latencies that are sums are recovered, whatever is summed.
func TestFitLinearRecoversSums(t *testing.T) {
	rng := random.Stream(1, "linear")
	s := wide(t)
	var archs []space.Arch
	var ms []float64
	for range 6000 {
		a := s.Sample(rng)
		v, err := lut.Note10().LatencyMs(s, a)
		if err != nil {
			t.Fatal(err)
		}
		archs, ms = append(archs, a), append(ms, v)
	}
	m, err := lut.FitLinear(archs[:5000], ms[:5000], 1e-6)
	if err != nil {
		t.Fatal(err)
	}
	pred := make([]float64, 1000)
	if err := m.PredictMs(pred, archs[5000:]); err != nil {
		t.Fatal(err)
	}
	for i, p := range pred {
		if math.Abs(p-ms[5000+i]) > 1e-3 {
			t.Fatalf("%v: %v, want %v", archs[5000+i], p, ms[5000+i])
		}
	}
	unseen := archs[0]
	unseen.Resolution = 128
	if err := m.PredictMs(pred[:2], []space.Arch{archs[0], unseen}); err == nil || !strings.Contains(err.Error(), "architecture 1: ") || !strings.Contains(err.Error(), "resolution 128") {
		t.Errorf("a resolution that was not fitted: %v", err)
	}
}

func ExampleTable_LatencyMs() {
	s, err := space.ByID("mbv3-w1.2") // the table's width
	if err != nil {
		panic(err)
	}
	ms, err := lut.Note10().LatencyMs(s, space.MustParse("r192 d22343 k53-53-773-5573-335 e33-44-634-4443-666"))
	fmt.Printf("%.2f ms %v\n", ms, err)
	// Output: 24.73 ms <nil>
}

func FuzzReadYAML(f *testing.F) {
	f.Add("a: {count: 1, mean: 2, std: 0}")
	f.Add("? [a]\n: b")
	f.Add("&a a: *a")
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := lut.ReadYAML(strings.NewReader(text), "f")
		if err == nil && len(rows) == 0 {
			t.Error("no rows and no error")
		}
	})
}

func BenchmarkTable(b *testing.B) {
	s, a := wide(b), space.MustParse("r192 d22343 k53-53-773-5573-335 e33-44-634-4443-666")
	for b.Loop() {
		if _, err := lut.Note10().LatencyMs(s, a); err != nil {
			b.Fatal(err)
		}
	}
}

func TestIndexedSumsAreTheTables(t *testing.T) {
	rng := random.Stream(1, "indexed")
	for _, id := range []string{"mbv3-w1.2", "compofa-fixed-w1.2", "compofa-elastic-w1.2"} {
		s, err := space.ByID(id)
		if err != nil {
			t.Fatal(err)
		}
		x, err := lut.Note10().Index(s)
		if err != nil {
			t.Fatal(err)
		}
		for range 300 {
			a := s.Sample(rng)
			want, err := lut.Note10().LatencyMs(s, a)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := x.LatencyMs(a); err != nil || got != want {
				t.Fatalf("%s: %v (%v), the table says %v", a, got, err, want)
			}
		}
		a := s.Sample(rng)
		var missing *lut.MissingError
		a.Resolution = 128
		if _, err := x.LatencyMs(a); !errors.As(err, &missing) || missing.Resolution != 128 {
			t.Errorf("resolution 128: %v", err)
		}
	}
}

func TestIndexNamesWhatIsMissing(t *testing.T) {
	s, err := space.ByID("mbv3-w1.2")
	if err != nil {
		t.Fatal(err)
	}
	a := s.Largest()
	gap := &lut.Table{Device: "gap", Rows: map[int]map[string]lut.Entry{224: maps.Clone(lut.Note10().Rows[224])}}
	layers := s.Layers(a)
	last := lut.Key(layers[len(layers)-5]) // the last block
	delete(gap.Rows[224], last)
	x, err := gap.Index(s)
	if err != nil {
		t.Fatal(err)
	}
	if missing := gap.Missing(s, 224); !slices.Equal(missing, []string{last}) {
		t.Errorf("missing %v, want %s alone", missing, last)
	}
	if _, err := x.LatencyMs(a); err == nil || !strings.Contains(err.Error(), last) {
		t.Errorf("%v, want that %s is missing", err, last)
	}
	if err := x.PredictMs(make([]float64, 1), []space.Arch{a}); err == nil || !strings.Contains(err.Error(), a.String()) {
		t.Errorf("%v, want the architecture named", err)
	}
	delete(gap.Rows[224], lut.Key(layers[0]))
	if _, err := gap.Index(s); err == nil {
		t.Error("a table without a stem was laid out")
	}
	if _, err := (&lut.Table{Device: "none"}).Index(s); err == nil {
		t.Error("an empty table was laid out")
	}
}

func TestCoverage(t *testing.T) {
	for _, r := range lut.Note10().Resolutions() {
		if missing := lut.Note10().Missing(wide(t), r); missing != nil {
			t.Errorf("the Note10 table lacks %v at %d", missing, r)
		}
	}
	narrow, err := space.ByID("mbv3-w1.0")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(lut.Note10().Missing(narrow, 224)); n < 90 {
		t.Errorf("of width 1.0 only %d layers are missing", n)
	}
}

// A table of OFA's layers has no sum for FBNet's, and not a wrong one.
func TestTableOfAnotherFamily(t *testing.T) {
	s := space.FBNet.Reference()
	var missing *lut.MissingError
	if _, err := lut.Note10().LatencyMs(s, s.Largest()); !errors.As(err, &missing) || len(missing.Keys) < 20 {
		t.Errorf("a network of FBNet has a latency: %v", err)
	}
	if _, err := lut.Note10().Index(s); err == nil {
		t.Error("a table was laid out for FBNet")
	}
	wide, err := space.ByID("mbv3-w1.2")
	if err != nil {
		t.Fatal(err)
	}
	x, err := lut.Note10().Index(wide)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.LatencyMs(space.OFA6.Reference().Largest()); err == nil || !strings.Contains(err.Error(), "6 stages, want 5") {
		t.Errorf("a network of six stages among those of five: %v", err)
	}
}

func BenchmarkIndexed(b *testing.B) {
	s, err := space.ByID("mbv3-w1.2")
	if err != nil {
		b.Fatal(err)
	}
	x, err := lut.Note10().Index(s)
	if err != nil {
		b.Fatal(err)
	}
	a := s.Sample(random.Stream(1, "indexed"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := x.LatencyMs(a); err != nil {
			b.Fatal(err)
		}
	}
}
