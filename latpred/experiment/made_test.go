package experiment

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// A result says how it was made, and loads again as it was.
func TestResultsSayHowTheyWereMade(t *testing.T) {
	r, err := run(t.Context(), goBackend(t), "figure6", Quick, tiny, nil)
	if err != nil {
		t.Fatal(err)
	}
	began, err := time.Parse(time.RFC3339, r.Made.Date)
	if err != nil || time.Since(began) > time.Hour || r.Made.Processor == "" || r.Made.Cores < 1 || r.Made.Versions["go"] == "" || r.Made.CPUSeconds < 0 || r.Made.CPUSeconds > 3600 {
		t.Errorf("%+v, %v", r.Made, err)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var again Result
	if err := json.Unmarshal(text, &again); err != nil || again.Made.State() != r.Made.State() || again.Made.Date != r.Made.Date {
		t.Errorf("%+v, %v", again.Made, err)
	}
	if err := json.Unmarshal([]byte(`{"item": "figure6", "rows": []}`), &again); err != nil { // as it was once recorded
		t.Error(err)
	}
}

// Pages and picture refuse results of two commits, and say which and what to do.
func TestOneState(t *testing.T) {
	recorded, err := Recorded()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range recorded {
		r.Made = Made{Commit: strings.Repeat("a", 40), Date: "2026-01-02T03:04:05Z", Processor: "CPU X", Cores: 2, Versions: map[string]string{"go": "go1.26"}}
	}
	page := []byte(places[0].start + places[0].end + places[1].start + places[1].end + places[2].start + places[2].end)
	text, err := Embed(page, recorded)
	if err != nil || strings.Count(string(text), "commit aaaaaaaaaaaa on 2026-01-02: CPU X, 2 cores") < 2 {
		t.Errorf("one commit: %v", err)
	}
	recorded[1].Made.Commit = strings.Repeat("b", 40)
	_, err1 := Embed(page, recorded)
	_, err2 := Markdown(recorded)
	_, err3 := HeadlineMarkdown(recorded)
	_, err4 := HeadlineFigure(recorded)
	for _, err := range []error{err1, err2, err3, err4} {
		if err == nil || !strings.Contains(err.Error(), recorded[1].Item+" of commit bbbbbbbbbbbb") || !strings.Contains(err.Error(), "latpred reproduce all --profile full") {
			t.Errorf("two commits: %v", err)
		}
	}
	for i, made := range []Made{{}, {Commit: strings.Repeat("a", 40), Modified: true}} {
		recorded[1].Made = made
		if _, err := Markdown(recorded); err == nil {
			t.Errorf("case %d: two states stand in one table", i)
		}
	}
}

// A note stands only beside rows that it is about.
func TestNotesBelongToRows(t *testing.T) {
	r := resultOf("table1", "a: error", "ms", func(r *Row) { r.Paper = 1 })
	r.Rows = append(r.Rows, newRow("b: error", "ms")) // not shown: the paper has no number
	r.note("on all")
	r.note("on a", "c", "a: ")
	r.note("on b", "b: ")
	text, err := Markdown([]*Result{r})
	if err != nil || !strings.Contains(text, "- on all\n") || !strings.Contains(text, "- on a\n") || strings.Contains(text, "on b") {
		t.Errorf("%v: %s", err, text)
	}
}
