package experiment

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/metric"
	"pgregory.net/rapid"
)

// Of 1, 2, 3 over seeds: mean 2, and the interval of Student's t with two degrees of
// freedom, 4.3027 · √(1/3 + 15/70) = 3.184 either side; of two seeds a mean alone; of none
// nothing.
func TestRowOverSeeds(t *testing.T) {
	for _, c := range []struct {
		values          []float64
		mean, low, high float64
	}{
		{nil, math.NaN(), math.NaN(), math.NaN()}, {[]float64{4}, 4, math.NaN(), math.NaN()},
		{[]float64{1, 3}, 2, math.NaN(), math.NaN()}, {[]float64{3, 1, 2}, 2, 2 - 3.184, 2 + 3.184},
	} {
		row := newRow("q", "ms")
		row.correct(c.values)
		for i, pair := range [][2]float64{{float64(row.Corrected), c.mean}, {float64(row.CorrectedLow), c.low}, {float64(row.CorrectedHigh), c.high}} {
			if math.IsNaN(pair[0]) != math.IsNaN(pair[1]) || math.Abs(pair[0]-pair[1]) > 1e-4 {
				t.Errorf("%v: value %d is %v, want %v", c.values, i, pair[0], pair[1])
			}
		}
	}
}

// The same numbers are in the band of a curve, which has no width before three seeds.
func TestBand(t *testing.T) {
	if b := band(700, []float64{1, 3}); b.X != 700 || b.Value != 2 || b.Low != 2 || b.High != 2 {
		t.Errorf("%+v", b)
	}
	b := band(7, []float64{1, 2, 3})
	near(t, "low", b.Low, 2-4.30265*math.Sqrt(1./3+15./70), 1e-4)
	near(t, "high", b.High, 2+4.30265*math.Sqrt(1./3+15./70), 1e-4)
}

// Median, tenth and ninetieth percentile of ten draws: 5.5, and the first and the ninth.
func TestSpread(t *testing.T) {
	s := spread(20, []float64{10, 1, 9, 2, 8, 3, 7, 4, 6, 5})
	if s.X != 20 || s.Value != 5.5 || s.Low != 1 || s.High != 9 {
		t.Errorf("%+v", s)
	}
	if s = spread(3, []float64{4}); s.Value != 4 || s.Low != 4 || s.High != 4 {
		t.Errorf("of one draw: %+v", s)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := spread(1, rapid.SliceOfN(rapid.Float64Range(-10, 10), 1, 30).Draw(t, "values"))
		if s.Low > s.Value || s.Value > s.High {
			t.Fatalf("%+v", s)
		}
	})
}

func TestMedians(t *testing.T) {
	values := []float64{5, 1, 4}
	if m := metric.Median(values); m != 4 || !slices.Equal(values, []float64{5, 1, 4}) {
		t.Errorf("median %v, values %v", m, values)
	}
	if m := metric.Median([]float64{5, 1, 4, 2}); m != 3 {
		t.Errorf("of four: %v", m)
	}
	if s := span(7, []float64{.5, .4, .6}); s.X != 7 || math.Abs(s.Value-.5) > 1e-12 || s.Low != .4 || s.High != .6 {
		t.Errorf("%+v", s)
	}
}

// Relative errors by hand: of 11 and 18 for 10 and 20, 10 % each: RMS and MAPE 10 %.
func TestRelativeErrors(t *testing.T) {
	near(t, "RMS", rms([]float64{11, 18}, []float64{10, 20}), 10, 1e-12)
	near(t, "RMS", rms([]float64{13, 20}, []float64{10, 20}), 30/math.Sqrt2, 1e-12)
	near(t, "MAPE", mapePercent([]float64{13, 20}, []float64{10, 20}), 15, 1e-12)
	s := metric.Scores{MAEMs: 1, MAPEPercent: 2, RMSEMs: 3, PaperRMSEMs: 4}
	if mae(s) != 1 || mape(s) != 2 || rmseOf(s) != 3 || paperRMSEOf(s) != 4 {
		t.Error("scores are taken for each other")
	}
}

// Errors over another way's, on the same draws: ratios of ½ and 2 are no difference,
// their interval exp(±1.96 · ln 2); that of one draw is not known.
func TestCompare(t *testing.T) {
	r := compare([]float64{1, 2}, []float64{2, 1})
	near(t, "mean", r.mean, 1, 1e-12)
	near(t, "low", r.low, math.Exp(-1.96*math.Ln2), 1e-9)
	near(t, "high", r.high, math.Exp(1.96*math.Ln2), 1e-9)
	if r = compare([]float64{3}, []float64{2}); r.mean != 1.5 || !math.IsNaN(r.low) {
		t.Errorf("one draw: %+v", r)
	}
	a, b := []float64{1, 2, 5, 3}, []float64{2, 3, 4, 5}
	there, back := compare(a, b), compare(b, a)
	near(t, "the other way round", there.mean*back.mean, 1, 1e-12)
	near(t, "its interval", there.low*back.high, 1, 1e-12)
}

// Ten rows of which the two smallest predictions miss: .8 are held, in the worst fifth
// none; the order of rows does not matter.
func TestCoverages(t *testing.T) {
	pred := []float64{9, 1, 8, 2, 7, 3, 6, 4, 5, 10}
	low, high, want := make([]float64, 10), make([]float64, 10), make([]float64, 10)
	for i, p := range pred {
		low[i], high[i], want[i] = p-1, p+1, p+.5
		if p <= 2 {
			want[i] = p + 5
		}
	}
	all, worst := coverages(pred, low, high, want)
	near(t, "held", all, .8, 1e-12)
	near(t, "held of the worst fifth", worst, 0, 1e-12)
	want[1] = 1
	if all, worst = coverages(pred, low, high, want); math.Abs(all-.9) > 1e-12 || worst != .5 {
		t.Errorf("%v, in the worst fifth %v", all, worst)
	}
}

func TestStatesOfMany(t *testing.T) {
	if w := medianWidth([]float64{0, 1, 2}, []float64{1, 4, math.Inf(1)}); w != 3 {
		t.Errorf("the median of 1, 3 and no end is %v", w)
	}
	if !slices.Equal(constant(2, 3), []int{2, 2, 2}) {
		t.Errorf("%v", constant(2, 3))
	}
	if got := each([]int{1, 2}, func(v int) float64 { return float64(v) / 2 }); !slices.Equal(got, []float64{.5, 1}) {
		t.Errorf("%v", got)
	}
	if got := logs([]float64{1, math.E}); got[0] != 0 || math.Abs(got[1]-1) > 1e-15 {
		t.Errorf("%v", got)
	}
}

// Numbers come back from JSON, missing ones as missing.
func TestNumbersInJSON(t *testing.T) {
	for _, n := range []Number{0, 1.25, -3e-9, 1e12, None} {
		text, err := json.Marshal(n)
		if err != nil {
			t.Fatal(err)
		}
		var again Number
		if err := json.Unmarshal(text, &again); err != nil || again != n && !(again.Missing() && n.Missing()) {
			t.Errorf("%v: %s: %v, %v", n, text, again, err)
		}
	}
	var n Number
	if json.Unmarshal([]byte(`"1"`), &n) == nil {
		t.Error("a text is a number")
	}
}

// The cells of a row stand under their names; the kind of the best only where there is one.
func TestCells(t *testing.T) {
	row := newRow("error", "ms")
	row.Paper, row.Best, row.BestKind = 1.5, 2, "table"
	none := newRow("other", "")
	none.BestKind = "table"
	r := Result{Rows: []Row{row, none}}
	cells := r.Cells()
	if want := []string{"error", "ms", "1.5", "–", "–", "–", "2 (table)"}; !slices.Equal(cells[0], want) {
		t.Errorf("%q, want %q", cells[0], want)
	}
	if cells[1][6] != "–" {
		t.Errorf("%q", cells[1])
	}
}

// New results take the place of old ones of the item, in the order of the items.
func TestMerge(t *testing.T) {
	of := func(item, title string) *Result { return &Result{Item: item, Title: title} }
	merged := Merge([]*Result{of("better", "old"), of("table1", "old")}, []*Result{of("table1", "new"), of("datasets", "new"), of("no item", "new")})
	var got []string
	for _, r := range merged {
		got = append(got, r.Item+" "+r.Title)
	}
	if want := []string{"datasets new", "table1 new", "better old"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// A page has the rows that the paper or a checkpoint has, items with many numbers folded,
// notes below but for those of the sets.
func TestMarkdown(t *testing.T) {
	with, without := newRow("known", "ms"), newRow("unknown", "ms")
	with.Paper = 3
	page, err := Markdown([]*Result{
		{Item: "table1", Title: "One", Rows: []Row{with, without}, Notes: []string{"a note"}},
		{Item: "figure4a", Title: "Two", Rows: []Row{with}}, {Item: "table5", Title: "Three", Rows: []Row{without}},
		{Item: "datasets", Title: "Four", Rows: []Row{with}, Notes: []string{"a finding"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"**One**", "| known (ms) | 3 |", "- a note", "<details><summary>Two</summary>", "**Four**"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in %s", want, page)
		}
	}
	for _, not := range []string{"unknown", "Three", "a finding"} {
		if strings.Contains(page, not) {
			t.Errorf("%q in %s", not, page)
		}
	}
}
