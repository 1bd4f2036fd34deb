package experiment

import (
	"bytes"
	"os"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/neural"
	"gonum.org/v1/plot/cmpimg"
)

// recordedRow is a row of the shipped record of Full.
func recordedRow(t *testing.T, item, quantity string) Row {
	t.Helper()
	return recordedItem(t, item).row(t, quantity)
}

func recordedItem(t *testing.T, item string) *Result {
	t.Helper()
	recorded, err := Recorded()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(recorded, func(r *Result) bool { return r.Item == item })
	if at < 0 {
		t.Skipf("%s is not recorded", item)
	}
	return recorded[at]
}

// What takes no training is computed now, in full, and must be what is recorded: the sets
// and what they cost, the authors' released networks and heads on their test rows, and
// the closed form from one device to another. "latpred reproduce all --check" compares the
// rest.
func TestRecordIsNotStale(t *testing.T) {
	for _, item := range exactItems {
		t.Run(item, func(t *testing.T) {
			now, err := run(t.Context(), goBackend(t), item, Full, paperSize, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range Compare(recordedItem(t, item), now) {
				if c.Found != Same {
					t.Errorf("%s, %s: recorded %v, now %v: %s", c.Quantity, c.Column, c.Recorded, c.Now, c.Found)
				}
			}
		})
	}
	same := func(t *testing.T, quantity, column string, recorded Number, now float64) {
		t.Helper()
		c := Comparison{Column: column, Recorded: recorded, Now: Number(now), Varies: Exact}
		if found := (spreadValue{c, 0}).find(); found != Same {
			t.Errorf("%s, %s: recorded %v, now %v: %s", quantity, column, recorded, now, found)
		}
	}
	t.Run("released networks", func(t *testing.T) {
		for _, s := range table1Sets()[:2] {
			set, err := dataset.Open(s.set)
			if err != nil {
				t.Fatal(err)
			}
			network, err := neural.Released(s.set)
			if err != nil {
				t.Fatal(err)
			}
			scores, err := judge(network, set.Subset(set.SplitFileOrder().Test))
			if err != nil {
				t.Fatal(err)
			}
			for quantity, of := range map[string]func(metric.Scores) float64{"what the paper calls RMSE": paperRMSEOf, "RMSE": rmseOf, "MAE": maeOf} {
				name := s.device + ": " + quantity
				same(t, name, checkpointColumn, recordedRow(t, "table1", name).Checkpoint, of(scores))
			}
		}
	})
	for item, table := range map[string]struct {
		source  trainedSet
		targets []target
	}{"table2": {table1Sets()[0], table2Targets()}, "table3": {table1Sets()[1], table3Targets()}} {
		t.Run(item, func(t *testing.T) {
			from, err := dataset.Open(table.source.set)
			if err != nil {
				t.Fatal(err)
			}
			for _, to := range table.targets {
				set, err := dataset.Open(to.set)
				if err != nil {
					t.Fatal(err)
				}
				scores, err := calibratedTable(from, set)
				if err != nil {
					t.Fatal(err)
				}
				name := table.source.device + " → " + to.device
				same(t, name, bestColumn, recordedRow(t, item, name+": RMSE, "+calibratedKind).Best, scores.RMSEMs)
				for _, run := range neural.PublishedRuns() {
					if run.From != table.source.set || run.To != to.set || !run.Printed || run.Head == "" {
						continue
					}
					head, err := releasedHead(run)
					if err != nil {
						t.Fatal(err)
					}
					row := recordedRow(t, item, name+": what the paper calls RMSE")
					if !row.Checkpoint.Missing() {
						same(t, name, checkpointColumn, row.Checkpoint, head.tested.PaperRMSEMs)
					}
				}
			}
		})
	}
}

// The pages, the picture and the record say the same, of every item.
func TestPagesShowTheRecord(t *testing.T) {
	recorded, err := Recorded()
	if err != nil {
		t.Fatal(err)
	}
	const anew = "write it anew with latpred reproduce --results RESULTS.md,README.md --picture docs/headline.png"
	for _, name := range []string{"RESULTS.md", "README.md"} {
		page, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		if fresh, err := Embed(page, recorded); err != nil || !bytes.Equal(fresh, page) {
			t.Errorf("%s does not have the results of record.json (%v): %s", name, err, anew)
		}
	}
	f, err := HeadlineFigure(recorded)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := figure.Draw(f.Plot, "png")
	if err != nil {
		t.Fatal(err)
	}
	var picture bytes.Buffer
	if _, err := fresh.WriteTo(&picture); err != nil {
		t.Fatal(err)
	}
	shipped, err := os.ReadFile("../../docs/headline.png")
	if err != nil {
		t.Fatal(err)
	}
	if same, err := cmpimg.EqualApprox("png", picture.Bytes(), shipped, 0.05); err != nil || !same {
		t.Errorf("docs/headline.png does not show the results of record.json (%v): %s", err, anew)
	}
	for _, profile := range []Profile{Full, Quick} {
		results, err := RecordedOf(profile)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, r := range results {
			names = append(names, r.Item)
			if r.Profile != profile || profile == Full && r.Reduced != "" {
				t.Errorf("%s is recorded in profile %s, %s", r.Item, r.Profile, r.Reduced)
			}
		}
		want := Items()
		if profile == Full { // the pages name those that are missing
			left := missing(results)
			want = slices.DeleteFunc(want, func(item string) bool { return slices.Contains(left, item) })
		}
		if !slices.Equal(names, want) {
			t.Errorf("recorded of %s are %v, want %v", profile, names, want)
		}
	}
}
