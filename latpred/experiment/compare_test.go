package experiment

import (
	"strings"
	"testing"
)

// resultOf has one row.
func resultOf(item, quantity, unit string, fill func(*Row)) *Result {
	row := newRow(quantity, unit)
	fill(&row)
	return &Result{Item: item, Profile: Quick, Rows: []Row{row}}
}

// Each finding, at both sides of its bound.
func TestFindings(t *testing.T) {
	published := func(values ...float64) func(*Row) { return func(r *Row) { r.publish(values) } }
	corrected := func(values ...float64) func(*Row) { return func(r *Row) { r.correct(values) } }
	best := func(v float64) func(*Row) { return func(r *Row) { r.Best = Number(v) } }
	for _, c := range []struct {
		item, quantity, unit string
		was, now             func(*Row)
		want                 Finding
	}{
		{"datasets", "mean", "ms", published(2), published(2.000001), Same},
		{"datasets", "mean", "ms", published(2), published(2.00001), Changed},
		{"figure6", "table", "s", published(272.2), published(272.3), Changed}, // a sum, no time of ours
		{"table1", "MAE", "ms", best(1), best(0.34), Noise},
		{"table1", "MAE", "ms", best(1), best(0.33), Changed},
		{"table1", "MAE", "ms", best(1), best(3.1), Changed},
		// Of 1, 2, 3: s = 1, t(.975, 2) = 4.3027, so that means over three splits differ by
		// 4.3027·√(1/3 + .15/.70)·√2 = 4.503.
		{"table1", "MAE", "ms", corrected(1, 2, 3), corrected(6.4, 6.5, 6.6), Noise},
		{"table1", "MAE", "ms", corrected(1, 2, 3), corrected(6.5, 6.6, 6.6), Changed},
		// One more training is within 4.3027·√(1 + 1/3) = 4.968 of the mean, a mean of three within
		// 4.968/√3·√2 = 4.057 of another.
		{"table1", "MAE", "ms", published(1, 2, 3), published(6), Noise},
		{"table1", "MAE", "ms", published(1, 2, 3), published(6.1), Changed},
		{"table5", "network", "µs", published(10), published(29.9), Ratio},
		{"table5", "network", "µs", published(10), published(30.1), Apart},
		{"table5", "network", "µs", published(10), published(3.3), Apart},
		{"tuning", "time", "s", published(10), published(3.4), Ratio},
		{"tuning", "learning rate chosen", "", published(0.01), published(0.001), Noise},
		{"table1", "MAE", "ms", func(r *Row) { r.Paper = 1 }, func(r *Row) { r.Paper = 1.1 }, Changed},
		{"table5", "network", "µs", func(r *Row) { r.Paper = 1 }, func(r *Row) { r.Paper = 1.1 }, Changed},
		{"table1", "MAE", "ms", func(r *Row) { r.Checkpoint = 1 }, func(r *Row) { r.Checkpoint = 1.0009 }, Same},
		{"table1", "MAE", "ms", func(r *Row) { r.Checkpoint = 1 }, func(r *Row) { r.Checkpoint = 1.002 }, Changed},
		{"table1", "MAE", "ms", func(*Row) {}, best(1), New},
		{"table1", "MAE", "ms", best(1), func(*Row) {}, Gone},
		{"tuning", "learning rate chosen", "", published(1), func(*Row) {}, Gone},
	} {
		was, now := resultOf(c.item, c.quantity, c.unit, c.was), resultOf(c.item, c.quantity, c.unit, c.now)
		got := Compare(was, now)
		if len(got) != 1 || got[0].Found != c.want {
			t.Errorf("%s, %s: %+v, want %s", c.item, c.quantity, got, c.want)
			continue
		}
		if ok := c.want != Changed && c.want != New && c.want != Gone; got[0].OK() != ok {
			t.Errorf("%s: OK is %v", c.want, !ok)
		}
	}
}

// Rows that only one side has are found, whichever it is.
func TestCompareRows(t *testing.T) {
	a := resultOf("table1", "a", "ms", func(r *Row) { r.Best = 1 })
	b := resultOf("table1", "b", "ms", func(r *Row) { r.Best = 1 })
	got := Compare(a, b)
	if len(got) != 2 || got[0].Found != New || got[0].Quantity != "b" || got[1].Found != Gone || got[1].Quantity != "a" {
		t.Errorf("%+v", got)
	}
}

// Another amount of computation gives other values, and the same paper.
func TestCompareSizes(t *testing.T) {
	fill := func(paper Number, best Number) func(*Row) {
		return func(r *Row) { r.Paper, r.Best = paper, best }
	}
	was, now := resultOf("table1", "a", "ms", fill(1, 1)), resultOf("table1", "a", "ms", fill(1, 9))
	now.Reduced = "the first 2000 rows"
	if got := Compare(was, now); len(got) != 2 || got[0].Found != Same || got[1].Found != Other {
		t.Errorf("%+v", got)
	}
	now.Rows[0].Paper = 2
	if got := Compare(was, now); got[0].Found != Changed {
		t.Errorf("another number of the paper: %+v", got[0])
	}
}

// Every record is of its profile and compares with itself.
func TestRecordsCompareWithThemselves(t *testing.T) {
	for _, profile := range []Profile{Quick, Full} {
		results, err := RecordedOf(profile)
		if err != nil || len(results) == 0 {
			t.Fatalf("%s: %d results, %v", profile, len(results), err)
		}
		for _, r := range results {
			if r.Profile != profile {
				t.Errorf("%s is recorded among those of %s", r.Item, profile)
			}
			for _, c := range Compare(r, r) {
				if c.Found != Same {
					t.Errorf("%s: %+v", r.Item, c)
				}
			}
		}
	}
}

// What varies how, by its item, unit and name.
func TestVaries(t *testing.T) {
	for _, c := range []struct {
		item, quantity, unit, column string
		want                         Variation
	}{
		{"datasets", "rows", "", publishedColumn, Exact},
		{"figure6", "table, 17 resolutions", "s", publishedColumn, Exact},
		{"table4", "training", "s", publishedColumn, Timing},
		{"table4", "training, times as fast", "", publishedColumn, Timing},
		{"figure8ab", "fixed, table: time of five searches", "s", publishedColumn, Timing},
		{"figure8ab", "fixed, table: time of five searches", "s", paperColumn, Exact},
		{"tuning", "momentum chosen", "", correctedColumn, Choice},
		{"table1", "Note10: MAE", "ms", bestColumn, OverSeed},
		{"table1", "Note10: MAE", "ms", checkpointColumn, Exact},
	} {
		r := &Result{Item: c.item}
		if got := r.Varies(Row{Quantity: c.quantity, Unit: c.unit}, c.column); got != c.want {
			t.Errorf("%s, %s, %s: %s, want %s", c.item, c.quantity, c.column, got, c.want)
		}
	}
	for _, column := range []string{paperColumn, checkpointColumn, publishedColumn, correctedColumn, bestColumn} {
		if !strings.Contains(strings.Join(Header(), "|"), column) {
			t.Errorf("no column %s", column)
		}
	}
}
