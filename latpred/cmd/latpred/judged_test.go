package main

import (
	"encoding/json"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/audit"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
)

// scored is what training and evaluate say about test rows.
type scored struct {
	Judged judged
	Test   metric.Scores // of training
	metric.Scores
	Worst []worstRow
}

// said runs a command with --json and reads its result.
func said(t *testing.T, args ...string) (s scored) {
	t.Helper()
	out := mustCall(t, append(args, "--json")...)
	if err := json.Unmarshal([]byte(out), &s); err != nil {
		t.Fatalf("%v: %v in %s", args, err, out)
	}
	return s
}

// sameScores compares evaluate --rows test with what the training said.
func sameScores(t *testing.T, trained scored, model, data string) {
	t.Helper()
	again := said(t, "evaluate", "--model", model, "--data", data, "--rows", "test")
	if trained.Test.N == 0 || again.Scores != trained.Test {
		t.Errorf("evaluate: %+v\ntraining: %+v", again.Scores, trained.Test)
	}
	if again.Judged != trained.Judged || again.N != trained.Judged.Rows || again.Judged.Any() {
		t.Errorf("evaluate judged %+v, training %+v", again.Judged, trained.Judged)
	}
}

// The test rows of evaluate are those that the training kept apart, whatever the kind and
// the protocol, and the scores are those that it printed.
func TestEvaluateOnTestRows(t *testing.T) {
	data, set := measurements(t, "p40-b64", 300)
	small := []string{"--backend", "go", "--layers", "8", "--epochs", "2"}
	for _, kind := range []string{"paper", "table", "hybrid"} {
		for protocol, split := range map[string]dataset.Split{"published": set.SplitFileOrder(), "corrected": set.SplitSeeded(7)} {
			t.Run(kind+" "+protocol, func(t *testing.T) {
				model := filepath.Join(t.TempDir(), "m.latpred")
				trained := said(t, append([]string{"train", "--data", data, "--out", model, "--kind", kind, "--protocol", protocol, "--seed", "7"}, small...)...)
				sameScores(t, trained, model, data)
				for part, rows := range map[string][]int{"train": split.Train, "validation": split.Validation, "test": split.Test} {
					s := said(t, "evaluate", "--model", model, "--data", data, "--rows", part, "--worst", "300")
					want := judged{Part: part, Rows: len(rows), Of: 300, Protocol: split.Protocol, Seed: split.Seed, Trained: true}
					switch part {
					case "train":
						want.Fitted = len(rows)
					case "validation":
						want.Choosing = len(rows)
					default:
						want.Architectures = s.Judged.Architectures // TestSeen has it
					}
					if s.Judged != want || len(s.Worst) != len(rows) {
						t.Errorf("%s: %+v, want %+v", part, s.Judged, want)
					}
					listed := map[int]bool{}
					for _, w := range s.Worst {
						if listed[w.Row] = true; set.Samples[w.Row-1].Arch != w.Arch || set.Samples[w.Row-1].LatencyMs != w.LatencyMs {
							t.Fatalf("row %d of the set is %v", w.Row, w)
						}
					}
					for _, r := range rows {
						if !listed[r+1] {
							t.Errorf("%s: row %d was not judged", part, r+1)
						}
					}
				}
				all := said(t, "evaluate", "--model", model, "--data", data)
				if all.N != 300 || all.Judged.Fitted != len(split.Train) || all.Judged.Choosing != len(split.Validation) {
					t.Errorf("all rows: %+v", all.Judged)
				}
			})
		}
	}
}

// The text says which rows were judged, and who divided them.
func TestEvaluateSaysRows(t *testing.T) {
	data, _ := measurements(t, "p40-b64", 300)
	other, _ := measurements(t, "p40-b64", 60)
	model := filepath.Join(t.TempDir(), "m.latpred")
	mustCall(t, "train", "--data", data, "--out", model, "--backend", "go", "--layers", "4", "--epochs", "1", "--seed", "3")
	for _, c := range []struct {
		want string
		args []string
	}{
		{"test rows of 300, split by architecture, seed 3; none of them was seen in training:", []string{"--data", data, "--rows", "test"}},
		{"of them were seen in training, ", []string{"--data", data}},
		{"60 test rows of 60; the predictor was trained on another set, and rows that both have are not found:", []string{"--data", other, "--rows", "test"}},
	} {
		if out := mustCall(t, append([]string{"evaluate", "--model", model}, c.args...)...); !strings.Contains(strings.SplitN(out, "\n", 2)[0], c.want) {
			t.Errorf("%v: %q, want …%s…", c.args, out, c.want)
		}
	}
	for reason, args := range map[string][]string{
		"are no test rows: ":      {"--data", data, "--rows", "test", "--protocol", "published"},
		"trained on another set":  {"--data", other, "--rows", "train"},
		`must be one of "all"`:    {"--data", data, "--rows", "last"},
		"has no validation rows:": {"--data", other, "--rows", "validation"},
	} {
		stdout, stderr, status := call(t, append([]string{"evaluate", "--model", model, "--json"}, args...)...)
		if status == 0 || stdout != "" || !strings.Contains(stderr, reason) {
			t.Errorf("%v: status %d, %q, %q; want …%s…", args, status, stdout, stderr, reason)
		}
	}
}

// What ships is judged on the rows that it was not fitted to.
func TestEvaluateShipped(t *testing.T) {
	set, err := dataset.Open("p40-b64")
	if err != nil {
		t.Fatal(err)
	}
	s := said(t, "evaluate", "--model", "p40-b64", "--data", "p40-b64", "--rows", "test")
	want := judged{Part: "test", Rows: len(set.SplitFileOrder().Test), Of: set.Rows, Protocol: dataset.FileOrder, Trained: true}
	if s.Judged != want {
		t.Errorf("%+v, want %+v", s.Judged, want)
	}
	if _, stderr, status := call(t, "evaluate", "--model", "note10", "--data", "note10", "--rows", "test"); status != 1 || !strings.Contains(stderr, "sums of the very table") {
		t.Errorf("sums of a table judged by the table: %d, %s", status, stderr)
	}
	if _, stderr, status := call(t, "evaluate", "--model", "p40-b64-fixed", "--data", "p40-b64-fixed", "--rows", "test"); status != 1 || !strings.Contains(stderr, "0 were kept apart") {
		t.Errorf("a closed form of all rows: %d, %s", status, stderr)
	}
}

// Rows that the source of a fine-tuned predictor has seen are not test rows of it.
func TestEvaluateFineTuned(t *testing.T) {
	data, set := measurements(t, "rtx2080ti-b64", 400)
	phone, _ := measurements(t, "note10", 200)
	dir := t.TempDir()
	base, tuned, far := filepath.Join(dir, "base.latpred"), filepath.Join(dir, "tuned.latpred"), filepath.Join(dir, "far.latpred")
	small := []string{"--backend", "go", "--epochs", "1"}
	mustCall(t, append([]string{"train", "--data", data, "--out", base, "--layers", "4", "--seed", "1"}, small...)...)
	same := said(t, append([]string{"finetune", "--from", base, "--data", data, "--out", tuned, "--seed", "2", "--rows", "30"}, small...)...)
	sameScores(t, same, tuned, data)
	kept := map[int]bool{}
	for _, r := range set.SplitSeeded(1).Test {
		kept[r] = true
	}
	both := 0
	for _, r := range set.SplitSeeded(2).Test {
		if kept[r] {
			both++
		}
	}
	if same.Judged.Rows != both || both == 0 {
		t.Errorf("%d test rows; %d are of both trainings", same.Judged.Rows, both)
	}
	other := said(t, append([]string{"finetune", "--from", base, "--data", phone, "--out", far, "--protocol", "published", "--rows", "30"}, small...)...)
	sameScores(t, other, far, phone)
	if other.Judged.Rows != 30 {
		t.Errorf("%+v", other.Judged)
	}
	s := said(t, "evaluate", "--model", far, "--data", data, "--rows", "test")
	if s.Judged.Rows != len(set.SplitSeeded(1).Test) {
		t.Errorf("on the source's set: %+v", s.Judged)
	}
	if s = said(t, "evaluate", "--model", far, "--data", data); s.Judged.Fitted != len(set.SplitSeeded(1).Train) {
		t.Errorf("on all rows of the source's set: %+v", s.Judged)
	}
}

// An adapted predictor has seen all its own rows, and those of its sources.
func TestEvaluateAdapted(t *testing.T) {
	few, _ := measurements(t, "rtx2080ti-b64", 12)
	model := filepath.Join(t.TempDir(), "m.latpred")
	mustCall(t, "adapt", "--from", "p40-b64", "--data", few, "--out", model)
	if _, stderr, status := call(t, "evaluate", "--model", model, "--data", few, "--rows", "test"); status != 1 || !strings.Contains(stderr, "fitted to 12 of its 12 rows") {
		t.Errorf("own rows: %d, %s", status, stderr)
	}
	p40, err := dataset.Open("p40-b64")
	if err != nil {
		t.Fatal(err)
	}
	split := p40.SplitFileOrder()
	s := said(t, "evaluate", "--model", model, "--data", "p40-b64", "--rows", "test", "--worst", "5000")
	for _, w := range s.Worst {
		if w.Row > audit.WarmUpRows && w.Row <= len(split.Train)+len(split.Validation) {
			t.Fatalf("row %d of the source is called a test row", w.Row)
		}
	}
	if want := audit.WarmUpRows + len(split.Test); s.N != want {
		t.Errorf("%d rows of the source's set, want %d", s.N, want)
	}
	if s = said(t, "evaluate", "--model", model, "--data", "rtx2080ti-b64", "--rows", "test"); s.Judged.Rows != s.Judged.Of || s.Judged.Any() {
		t.Errorf("another set: %+v", s.Judged)
	}
	more, _ := measurements(t, "note10", 60)
	source := filepath.Join(t.TempDir(), "source.latpred")
	mustCall(t, "train", "--data", more, "--out", source, "--kind", "table")
	_, stderr, status := call(t, "adapt", "--from", source, "--data", more, "--out", model)
	if status != 0 || !strings.Contains(stderr, "a source was made from "+more+" itself") {
		t.Errorf("a set adapted from itself: %d, %s", status, stderr)
	}
}

// Files from before splits were recorded are judged on all rows, or on those that the user
// says; they have no test rows of the set that they were trained on.
func TestEvaluateWrittenBefore(t *testing.T) {
	inCopy(t)
	for reason, args := range map[string][]string{
		"its file does not tell which; --rows all":   {"--model", "table-tied.latpred", "--data", "note10"},
		"does not tell what it, or a predictor that": {"--model", "adapted-coarse.latpred", "--data", "rtx-90.csv"},
		"made from, was trained on; --rows all":      {"--model", "paper-finetuned.latpred", "--data", "rtx-90.csv"},
		"can't be told":                              {"--model", "hardware-hopper.latpred", "--data", "rtx-90.csv"},
	} {
		stdout, stderr, status := call(t, append([]string{"evaluate", "--rows", "test", "--json"}, args...)...)
		if status != 1 || stdout != "" || !strings.Contains(stderr, reason) {
			t.Errorf("%v: %d, %q, %q; want …%s…", args, status, stdout, stderr, reason)
		}
		if s := said(t, append([]string{"evaluate"}, args...)...); s.Judged.Unknown == "" || s.Judged.Any() || s.N != s.Judged.Of {
			t.Errorf("%v, all rows: %+v", args, s.Judged)
		}
	}
	set, err := dataset.Open("note10")
	if err != nil {
		t.Fatal(err)
	}
	for protocol, split := range map[string]dataset.Split{"published": set.SplitFileOrder(), "corrected": set.SplitSeeded(1)} {
		s := said(t, "evaluate", "--model", "table-tied.latpred", "--data", "note10", "--rows", "test", "--protocol", protocol)
		want := judged{Part: "test", Rows: len(split.Test), Of: set.Rows, Protocol: split.Protocol, Seed: split.Seed, Trained: true, Unknown: s.Judged.Unknown}
		if s.Judged != want || s.Judged.Unknown == "" {
			t.Errorf("%s: %+v, want %+v", protocol, s.Judged, want)
		}
	}
	if s := said(t, "evaluate", "--model", "paper-ofa128.latpred", "--data", "rtx-90.csv", "--rows", "test"); !reflect.DeepEqual(s.Judged, judged{Part: "test", Rows: 90, Of: 90}) {
		t.Errorf("another set than that of the training: %+v", s.Judged)
	}
}
