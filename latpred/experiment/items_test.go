package experiment

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// namedValue is a value of a row with its column.
type namedValue struct {
	name  string
	value Number
}

func (r Row) values() []namedValue {
	return []namedValue{{paperColumn, r.Paper}, {checkpointColumn, r.Checkpoint}, {publishedColumn, r.AsPublished}, {correctedColumn, r.Corrected}, {bestColumn, r.Best}}
}

// broken lists what can't be true of a result, whatever its size and seed; nil if nothing
// is known against it.
func broken(r *Result) []string {
	var all []string
	fail := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	rows := map[string]Row{}
	for _, row := range r.Rows {
		rows[row.Quantity] = row
		empty := true
		for _, v := range row.values() {
			empty = empty && v.value.Missing()
			if math.IsInf(float64(v.value), 0) {
				fail("%s, %s: infinite", row.Quantity, v.name)
			}
			if slices.Contains([]string{"ms", "s", "µs"}, row.Unit) && v.value < 0 && !strings.Contains(row.Quantity, "bias") {
				fail("%s, %s: %v %s", row.Quantity, v.name, v.value, row.Unit)
			}
		}
		if empty {
			fail("%s has no value", row.Quantity)
		}
		if row.CorrectedLow > row.Corrected || row.Corrected > row.CorrectedHigh {
			fail("%s outside its interval: %s", row.Quantity, row.CorrectedText())
		}
		if slack := 1e-12 * row.AsPublished; row.AsPublishedLow > row.AsPublished+slack || row.AsPublished-slack > row.AsPublishedHigh { // sums of floats
			fail("%s outside its range: %s", row.Quantity, row.AsPublishedText())
		}
		if row.CorrectedLow.Missing() != row.CorrectedHigh.Missing() || row.AsPublishedLow.Missing() != row.AsPublishedHigh.Missing() {
			fail("%s has half an interval", row.Quantity)
		}
	}
	atMost := func(small, large string, slack float64) {
		a, ok1 := rows[small]
		b, ok2 := rows[large]
		if !ok1 || !ok2 {
			return
		}
		for i, v := range a.values() {
			if w := b.values()[i]; v.name != paperColumn && float64(v.value) > float64(w.value)*(1+1e-9)+slack {
				fail("%s is %v, %s %v (%s)", small, v.value, large, w.value, v.name)
			}
		}
	}
	ordered := func(small, large string) { atMost(small, large, 0) }
	for name := range rows {
		begin, of, ok := cutLast(name, ": ")
		if !ok {
			continue
		}
		switch of {
		case "MAE":
			ordered(name, begin+": RMSE")
			ordered(name, begin+": what the paper calls RMSE") // √(e² + 10⁻⁶) ≥ |e|
		case "what the paper calls RMSE":
			if begin != "together" {
				atMost(name, begin+": RMSE", 1e-3) // √(e² + 10⁻⁶) ≤ |e| + 10⁻³
			}
		case "smallest":
			ordered(name, begin+": median")
			ordered(name, begin+": mean")
		case "median":
			ordered(name, begin+": 95th percentile")
		case "95th percentile", "mean":
			ordered(name, begin+": largest")
		case "distinct labels":
			ordered(name, begin+": rows")
		}
	}
	for name, row := range rows {
		for _, v := range row.values() {
			bounded := func(what string, low, high float64) {
				if strings.Contains(name, what) && (float64(v.value) < low || float64(v.value) > high) {
					fail("%s is %v (%s)", name, v.value, v.name)
				}
			}
			if row.Unit == "" {
				bounded("correlation", -1, 1)
				bounded("limits broken, of five", 0, 5)
			}
			if row.Unit == "%" {
				bounded("top-1", 0, 100)
				bounded("rows within", 0, 100)
				bounded("worst fifth", 0, 100)
			}
		}
		// What a search believed keeps the limit that it was given.
		if _, limit, ok := strings.Cut(name, "≤ "); ok && strings.HasSuffix(name, ": latency") {
			text, _, _ := strings.Cut(limit, " ms")
			if ms, err := strconv.ParseFloat(text, 64); err != nil || float64(row.AsPublished) > ms*(1+1e-9) {
				fail("%s: as published %v (%v)", name, row.AsPublished, err)
			}
		}
	}
	return all
}

func cutLast(text, sep string) (before, after string, ok bool) {
	at := strings.LastIndex(text, sep)
	if at < 0 {
		return text, "", false
	}
	return text[:at], text[at+len(sep):], true
}

// checkPaper holds what a result says of the paper against data/claims.csv: the row that a
// claim names is there and has a value to judge it by, and the paper's column of a row
// holds nothing but what a line of the file has.
func checkPaper(t *testing.T, r *Result) {
	t.Helper()
	printed := map[string][]float64{} // by unit
	for _, c := range claims() {
		if c.Item == r.Item {
			printed[c.Unit] = append(printed[c.Unit], float64(c.Value))
		}
	}
	for _, row := range r.Rows {
		if row.Paper.Missing() {
			continue
		}
		found := false
		for unit, values := range printed {
			factor := 1.0
			if unit != row.Unit {
				factor = milliseconds[unit] / milliseconds[row.Unit]
			}
			for _, v := range values {
				found = found || math.Abs(v*factor-float64(row.Paper)) <= 1e-9*math.Abs(v*factor)
			}
		}
		if !found && r.Item != "better" && r.Item != "datasets" && r.Item != "transfer" { // better repeats Table 1's; means of sets are implied; transfer has another paper
			t.Errorf("%s: the paper's %v of %q is no line of data/claims.csv", r.Item, row.Paper, row.Quantity)
		}
	}
}

// Everything that the record says of an item can be true, and each relation is one that a
// broken item fails.
func TestRecordsCanBeTrue(t *testing.T) {
	for _, profile := range []Profile{Quick, Full} {
		results, err := RecordedOf(profile)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			for _, fault := range broken(r) {
				t.Errorf("%s, %s: %s", profile, r.Item, fault)
			}
		}
	}
}

func TestBrokenItemsFail(t *testing.T) {
	full := func(quantity, unit string, value Number) Row {
		row := newRow(quantity, unit)
		row.AsPublished, row.AsPublishedLow, row.AsPublishedHigh = value, value-1, value+1
		row.Corrected, row.CorrectedLow, row.CorrectedHigh = value, value-1, value+1
		row.Checkpoint, row.Best = value, value
		return row
	}
	sound := func() *Result {
		return &Result{Item: "made up", Rows: []Row{
			full("a: MAE", "ms", 3), full("a: what the paper calls RMSE", "ms", 3.1), full("a: RMSE", "ms", 4),
			full("s: smallest", "ms", 2), full("s: median", "ms", 3), full("s: mean", "ms", 4), full("s: 95th percentile", "ms", 5), full("s: largest", "ms", 6),
			full("s: rows", "", 20), full("s: distinct labels", "", 10), full("correlation of s and a", "", 0.5),
			full("k, ≤ 15 ms: latency", "ms", 14.9), full("k, ≤ 15 ms: top-1", "%", 75), full("k: limits broken, of five", "", 2), full("k: rows within the 90 % interval", "%", 91),
		}}
	}
	if faults := broken(sound()); len(faults) > 0 {
		t.Fatalf("a sound item: %q", faults)
	}
	for name, spoil := range map[string]func(*Result){
		"MAE above RMSE":             func(r *Result) { r.Rows[0].Best = 5 },
		"MAE above the paper's RMSE": func(r *Result) { r.Rows[0].AsPublished = 3.2 },
		"the paper's above RMSE":     func(r *Result) { r.Rows[1].Corrected = 4.05 },
		"smallest above median":      func(r *Result) { r.Rows[3].Best = 3.5 },
		"median above percentile":    func(r *Result) { r.Rows[4].Best = 5.5 },
		"mean above largest":         func(r *Result) { r.Rows[5].Best = 6.5 },
		"percentile above largest":   func(r *Result) { r.Rows[6].Checkpoint = 6.5 },
		"more labels than rows":      func(r *Result) { r.Rows[9].Best = 21 },
		"outside the interval":       func(r *Result) { r.Rows[2].CorrectedLow = 4.5 },
		"outside the range":          func(r *Result) { r.Rows[2].AsPublishedHigh = 3.9 },
		"half an interval":           func(r *Result) { r.Rows[2].CorrectedHigh = None },
		"half a range":               func(r *Result) { r.Rows[2].AsPublishedLow = None },
		"a negative time":            func(r *Result) { r.Rows[3].Best = -1 },
		"an infinite error":          func(r *Result) { r.Rows[2].Best = Number(math.Inf(1)) },
		"no value":                   func(r *Result) { r.Rows = append(r.Rows, newRow("empty", "ms")) },
		"a correlation above one":    func(r *Result) { r.Rows[10].Best = 1.1 },
		"a limit believed broken":    func(r *Result) { r.Rows[11].AsPublished = 15.1 },
		"top-1 above 100":            func(r *Result) { r.Rows[12].Best = 101 },
		"six limits broken of five":  func(r *Result) { r.Rows[13].Best = 6 },
		"coverage above all":         func(r *Result) { r.Rows[14].Best = 101 },
	} {
		r := sound()
		spoil(r)
		if broken(r) == nil {
			t.Errorf("%s: not found", name)
		}
	}
}
