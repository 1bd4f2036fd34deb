package experiment

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/metric"
)

// tiny is enough to run every part of an item on the pure-Go backend, whose steps
// take ten milliseconds.
var tiny = size{epochs: 1, seeds: 1, rows: 200}

func goBackend(t *testing.T) *backend.Backend {
	t.Helper()
	be, err := backend.Open(t.Context(), backend.Options{Kind: backend.Go})
	if err != nil {
		t.Fatal(err)
	}
	return be
}

func (r *Result) row(t *testing.T, quantity string) Row {
	t.Helper()
	for _, row := range r.Rows {
		if row.Quantity == quantity {
			return row
		}
	}
	t.Fatalf("no row %q", quantity)
	return Row{}
}

// checkResult holds for every item.
func checkResult(t *testing.T, r *Result) {
	t.Helper()
	if r.Title == "" || r.Backend == "" || r.Seconds <= 0 || len(r.Rows) == 0 || len(r.Figures) == 0 {
		t.Errorf("%s: incomplete: %d rows, %d figures", r.Item, len(r.Rows), len(r.Figures))
	}
	seen := map[string]bool{}
	for _, row := range r.Rows {
		if seen[row.Quantity] {
			t.Errorf("%s: two rows %q", r.Item, row.Quantity)
		}
		seen[row.Quantity] = true
	}
	for _, fault := range broken(r) {
		t.Errorf("%s: %s", r.Item, fault)
	}
	checkPaper(t, r)
	if (r.Made.Commit == "") != (r.Made.State() == "") || r.Made.Date == "" || r.Made.Processor == "" || r.Made.Versions["go"] == "" {
		t.Errorf("%s: it does not say how it was made: %+v", r.Item, r.Made)
	}
	for _, cells := range r.Cells() {
		if len(cells) != len(Header()) {
			t.Errorf("%s: %d cells under %d names", r.Item, len(cells), len(Header()))
		}
	}
	text, err := json.Marshal(r)
	if err != nil || bytes.Contains(text, []byte("NaN")) {
		t.Errorf("%s: JSON %v: %s", r.Item, err, text)
	}
	names := map[string]bool{}
	for _, f := range r.Figures {
		if names[f.Name] {
			t.Errorf("%s: two figures %s", r.Item, f.Name)
		}
		names[f.Name] = true
		w, err := f.Plot.WriterTo(figure.Width, figure.Height, "png")
		if err != nil {
			t.Fatal(err)
		}
		var png bytes.Buffer
		if _, err := w.WriteTo(&png); err != nil || png.Len() < 5000 {
			t.Errorf("%s: figure %s has %d bytes, %v", r.Item, f.Name, png.Len(), err)
		}
	}
}

func TestItems(t *testing.T) {
	for _, name := range Items() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			size := tiny
			switch name {
			case "table1":
				size.seeds = 3 // for intervals
			case "figure4b", "size-rtx":
				size.rows = 1200 // more than the fewest that they train on
			}
			last := Progress{}
			r, err := run(t.Context(), goBackend(t), name, Quick, size, func(p Progress) {
				if p.Done != last.Done+1 || p.Of < p.Done || p.What == "" || p.Item != name {
					t.Errorf("progress %+v after %+v", p, last)
				}
				last = p
			})
			if err != nil {
				t.Fatal(err)
			}
			if last.Done != last.Of {
				t.Errorf("ended at %d of %d", last.Done, last.Of)
			}
			checkResult(t, r)
			checkRecorded(t, r)
		})
	}
}

// TestDatasets compares rows with the figures known of the sets.
func TestDatasets(t *testing.T) {
	r, err := run(t.Context(), goBackend(t), "datasets", Quick, tiny, nil)
	if err != nil {
		t.Fatal(err)
	}
	for quantity, want := range map[string]float64{ // origin: an independent evaluation of the authors' files
		"note10: mean": 31.6585, "rtx2080ti-b64: standard deviation": 5.159, "p40-b64: 95th percentile": 72.435,
		"xeon-b64-fixed: distinct labels": 243, "note10-fixed: distinct labels": 1215,
		"correlation of note10 and rtx2080ti-b64":          0.9898,
		"rtx2080ti-b64: correlation with MACs (width 1.0)": 0.9935,
		"xeon-b64-fixed: largest":                          1399.98,
		"note10-elastic: median":                           32.267,
		"correlation of rtx2080ti-b64 and p40-b64":         0.9907,
	} {
		if got := float64(r.row(t, quantity).AsPublished); math.Abs(got-want) > 1e-3*want {
			t.Errorf("%s: %v, want %v", quantity, got, want)
		}
	}
	for _, want := range []string{"rtx2080ti-b64, drift", "xeon-b64-fixed, "} {
		if !strings.Contains(strings.Join(r.Notes, "\n"), want) {
			t.Errorf("no note of %q in %q", want, r.Notes)
		}
	}
}

// TestProtocols trains a little by both and judges the predictions again.
func TestProtocols(t *testing.T) {
	r := &runner{ctx: t.Context(), be: goBackend(t), size: size{epochs: 2, seeds: 1}, result: &Result{}}
	set, err := dataset.Open("note10")
	if err != nil {
		t.Fatal(err)
	}
	set = set.Subset(seqOf(200))
	o, err := r.asPublished(set, sgd(1e-3, 1e-4, 0.9), 1)
	if err != nil {
		t.Fatal(err)
	}
	if want := set.LatenciesMs()[170:]; len(o.pred) != 30 || o.want[0] != want[0] || o.want[29] != want[29] {
		t.Errorf("as published: not judged on the last 15 %% of the file: %v", o.want)
	}
	if o.scores.RMSEMs != metric.RMSE(o.pred, o.want) || len(o.history) != 2 {
		t.Errorf("scores %+v, %d epochs", o.scores, len(o.history))
	}
	split := splitFor(set, 7)
	o, err = r.corrected(set, split, sgd(1e-3, 1e-4, 0.9), 7)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range split.Test {
		if o.want[i] != set.Samples[row].LatencyMs {
			t.Fatalf("corrected: test row %d is not the split's", i)
		}
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, err := run(ctx, goBackend(t), "table1", Quick, tiny, func(p Progress) {
		if p.Done == 3 { // the first device is complete after two
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || len(r.Rows) != 4 || !strings.HasPrefix(r.Rows[0].Quantity, "Note10") {
		t.Errorf("%v; kept %d rows", err, len(r.Rows))
	}
}

func TestUnknownNames(t *testing.T) {
	if _, err := Run(t.Context(), goBackend(t), "table9", Quick, nil); err == nil || !strings.Contains(err.Error(), "figure4a") {
		t.Errorf("%v, want the items there are", err)
	}
	if _, err := ParseProfile("fast"); err == nil || !strings.Contains(err.Error(), "quick") {
		t.Errorf("%v, want the profiles there are", err)
	}
	for text, want := range map[string]Profile{"": Quick, "quick": Quick, "full": Full} {
		if p, err := ParseProfile(text); p != want || err != nil {
			t.Errorf("%q: %v, %v", text, p, err)
		}
	}
}

func TestSizes(t *testing.T) {
	if s := sizeOf(Full, backend.Go); s != paperSize || s.reduced() != "" {
		t.Errorf("full is %+v, reduced %q", s, s.reduced())
	}
	for _, kind := range []string{backend.Go, backend.CPU} {
		if s := sizeOf(Quick, kind); s.reduced() == "" || s.epochs >= 100 {
			t.Errorf("quick on %s: %+v does not say what it leaves out", kind, s)
		}
	}
}

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		n          Number
		text, json string
	}{
		{None, "–", "null"}, {Number(math.Inf(1)), "+Inf", "null"}, {0.38594, "0.3859", "0.38594"}, {10000, "10000", "10000"},
		{-1.5, "-1.5", "-1.5"}, {1234.56, "1235", "1234.56"}, {0, "0", "0"},
	} {
		text, err := json.Marshal(c.n)
		if err != nil || string(text) != c.json || c.n.String() != c.text {
			t.Errorf("%v: %q and %s (%v), want %q and %s", float64(c.n), c.n, text, err, c.text, c.json)
		}
	}
	row := newRow("q", "ms")
	row.correct([]float64{1, 2})
	if row.CorrectedText() != "1.5" {
		t.Errorf("two seeds: %s, want no interval", row.CorrectedText())
	}
	row.correct([]float64{1, 2, 3}) // t(0.975, 2) = 4.3027, s = 1, √(1/3 + 15/70) = 0.74001
	if row.CorrectedText() != "2 [-1.184, 5.184]" {
		t.Errorf("three seeds: %s", row.CorrectedText())
	}
}

// checkRecorded holds for a result of now: what it has of the paper and of released weights
// is recorded.
func checkRecorded(t *testing.T, now *Result) {
	t.Helper()
	recorded, err := Recorded()
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(missing(recorded), now.Item) {
		return
	}
	rows := map[string]Row{}
	for _, r := range recorded {
		if r.Item == now.Item {
			for _, row := range r.Rows {
				rows[row.Quantity] = row
			}
		}
	}
	for _, row := range now.Rows {
		if had, ok := rows[row.Quantity]; !row.Paper.Missing() && (!ok || had.Paper != row.Paper) {
			t.Errorf("%s: %q with the paper's %v is not in record.json, which has %v", now.Item, row.Quantity, row.Paper, had.Paper)
		}
	}
}
