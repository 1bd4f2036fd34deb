package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/space"
)

var update = flag.Bool("update", false, "write golden files anew")

const example = "r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666"

// call runs the command line.
func call(t testing.TB, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	stdout, stderr, status = callWith(t.Context(), args...)
	if status == 0 && slices.Contains(args, "--json") {
		keepsSchema(t, args, stdout)
	}
	return stdout, stderr, status
}

func callWith(ctx context.Context, args ...string) (stdout, stderr string, status int) {
	var out, log bytes.Buffer
	status = run(ctx, args, newOutput(&out, &log))
	return out.String(), log.String(), status
}

// doubted runs data check on what has something wrong with it.
func doubted(t testing.TB, args ...string) string {
	t.Helper()
	stdout, stderr, status := call(t, args...)
	if status != 1 || !strings.Contains(stderr, " doubts about ") {
		t.Fatalf("latpred %s: exit status %d\n%s", strings.Join(args, " "), status, stderr)
	}
	return stdout
}

// mustCall runs a command that must succeed.
func mustCall(t testing.TB, args ...string) string {
	t.Helper()
	stdout, stderr, status := call(t, args...)
	if status != 0 {
		t.Fatalf("latpred %s: exit status %d\n%s", strings.Join(args, " "), status, stderr)
	}
	return stdout
}

func write(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// measurements writes rows of a shipped set in our format.
func measurements(t testing.TB, set string, rows int) (path string, s *dataset.Set) {
	t.Helper()
	s, err := dataset.Open(set)
	if err != nil {
		t.Fatal(err)
	}
	list := make([]int, rows)
	for i := range list {
		list[i] = i
	}
	s = s.Subset(list)
	var content bytes.Buffer
	if err := dataset.Write(&content, s); err != nil {
		t.Fatal(err)
	}
	return write(t, "measured.csv", content.String()), s
}

func TestGoldenOutput(t *testing.T) {
	for name, args := range map[string][]string{
		"data-list": {"data", "list"}, "data-list-json": {"data", "list", "--json"},
		"lut-sum": {"lut", "sum", example}, "lut-sum-json": {"lut", "sum", example, "--json"},
		"lut-check": {"lut", "check"}, "data-check": {"data", "check", "xeon-b64-fixed"},
		"search": {"search", "--device", "note10", "--limits", "15,25", "--generations", "20"},
		"help":   {"--help"},
	} {
		golden := filepath.Join("testdata", name+".golden")
		got, stderr, status := call(t, args...)
		if doubts := name == "data-check"; status != 0 && !doubts || status != 1 && doubts {
			t.Fatalf("%v: status %d: %s", args, status, stderr)
		}
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil || got != string(want) {
			t.Errorf("%v differs from %s (-update writes it anew): %v\n%s", args, golden, err, got)
		}
	}
}

// What is asked wrongly exits with 2, what fails with 1, what is interrupted with
// 130; the reason is on stderr, and stdout has nothing that could be mistaken for
// a result.
func TestExitStatus(t *testing.T) {
	model := filepath.Join(t.TempDir(), "m.latpred")
	bad := write(t, "bad.latpred", "no model")
	few, _ := measurements(t, "note10", 5)
	for _, c := range []struct {
		status int
		reason string
		args   []string
	}{
		{2, "unexpected argument frob", []string{"frob"}},
		{2, "--out", []string{"train", "--data", "note10"}},
		{2, `must be one of "paper"`, []string{"train", "--data", "note10", "--out", model, "--kind", "oracle"}},
		{2, "--limit", []string{"search", "--device", "note10"}},
		{2, "nowhere.latpred", []string{"evaluate", "--model", "nowhere.latpred", "--data", "note10"}},
		{1, "neither a file nor one of the shipped sets", []string{"train", "--data", "nowhere", "--out", model, "--backend", "go"}},
		{1, "bad.latpred", []string{"predict", "--model", bad, few}},
		{1, "at least 20 are needed", []string{"train", "--data", few, "--out", model, "--backend", "go"}},
		{1, `--layers "400-x"`, []string{"train", "--data", "note10", "--out", model, "--layers", "400-x"}},
		{1, "smallest latency seen is 9.89 ms", []string{"search", "--device", "note10", "--limit", "3", "--generations", "1"}},
		{1, "mbv3-w1.0", []string{"search", "--device", "note10", "--limit", "30", "--space", "mbv4"}},
		{1, "width", []string{"lut", "check", "--space", "mbv3-w1.0"}},
		{1, "no item", []string{"reproduce", "table9", "--backend", "go"}},
		{2, "--factor 1: want 2 to 1000", []string{"tune", "--data", "note10", "--factor", "1"}},
		{2, "--finalists 0: want 1 to 1000", []string{"tune", "--data", "note10", "--rule", "halving", "--finalists", "0"}},
		{1, "--peer-script", []string{"bench", "encode", "--peer", "--peer-script", "nowhere.py", "--backend", "go"}},
		{1, "column 8", []string{"lut", "sum", "r176 d9"}},
	} {
		stdout, stderr, status := call(t, c.args...)
		if status != c.status || !strings.Contains(stderr, c.reason) || !strings.Contains(stderr, "latpred: ") {
			t.Errorf("%v: status %d, %q; want %d and …%s…", c.args, status, stderr, c.status, c.reason)
		}
		if strings.Contains(stdout, "{") {
			t.Errorf("%v: failed and printed %q", c.args, stdout)
		}
	}
	if _, err := os.Stat(model); err == nil {
		t.Error("a training that failed left a model")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, stderr, status := callWith(ctx, "train", "--data", "note10", "--out", model, "--backend", "go"); status != 130 || !strings.Contains(stderr, "goes on from there") {
		t.Errorf("interrupted: status %d, %q", status, stderr)
	}
}

// Faults in measurements are named by file and line.
func TestFaultyMeasurements(t *testing.T) {
	model := filepath.Join(t.TempDir(), "m.latpred")
	for reason, content := range map[string]string{
		"1 of 2 rows not measured: line 3: NaN":  "arch,latency_ms\n" + example + ",20\n" + example + ",NaN\n",
		"1 of 1 row not measured: line 2: -1":    "arch,latency_ms\n" + example + ",-1\n",
		"faulty.csv:2:61: \"20 apples\" is":      "arch,latency_ms\n" + example + ",20 apples\n",
		"no column is known as the latency":      "arch,speed\n" + example + ",20\n",
		"faulty.csv:2:1: architecture, column 6": "arch,latency_ms\nr176 x,20\n",
	} {
		path := write(t, "faulty.csv", content)
		_, stderr, status := call(t, "train", "--data", path, "--out", model, "--backend", "go")
		if status != 1 || !strings.Contains(stderr, reason) {
			t.Errorf("%q: status %d, %q; want …%s…", content, status, stderr, reason)
		}
	}
	if files, _ := filepath.Glob(filepath.Join(filepath.Dir(model), "*")); len(files) != 0 {
		t.Errorf("left behind: %v", files)
	}
}

// TestJSON: one JSON value on stdout and nothing else.
func TestJSON(t *testing.T) {
	for _, args := range [][]string{
		{"data", "list"}, {"lut", "check"}, {"lut", "sum", example}, {"backend", "list"},
		{"bench", "encode", "--repetitions", "1", "--backend", "go"}, {"backend", "check", "--backend", "go"}, {"reproduce", "figure6", "--backend", "go"},
		{"search", "--device", "p40-b64", "--limit", "40", "--generations", "3", "--front"},
	} {
		var v any
		if out := mustCall(t, append(args, "--json")...); json.Unmarshal([]byte(out), &v) != nil {
			t.Errorf("%v: %q is no JSON", args, out)
		}
	}
}

// A user's evening: train on measurements, predict, evaluate, go on to another
// device, tune, search.
func TestFromMeasurementsToSearch(t *testing.T) {
	dir := t.TempDir()
	data, set := measurements(t, "rtx2080ti-b64", 200)
	model, other := filepath.Join(dir, "rtx.latpred"), filepath.Join(dir, "note10.latpred")
	var trained struct {
		Epochs int
		Test   struct{ N int }
	}
	out := mustCall(t, "train", "--data", data, "--out", model, "--backend", "go", "--epochs", "3", "--layers", "40", "--json")
	if err := json.Unmarshal([]byte(out), &trained); err != nil || trained.Epochs != 3 || trained.Test.N != 30 {
		t.Fatalf("%v: %s", err, out)
	}

	p, err := catalog.Load(t.Context(), model)
	if err != nil {
		t.Fatal(err)
	}
	want := make([]float64, set.Rows)
	if err := p.PredictMs(want, set.Archs()); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(mustCall(t, "predict", "--model", model, data)), "\n")
	objects := strings.Split(strings.TrimSpace(mustCall(t, "predict", "--model", model, data, "--json")), "\n")
	if len(lines) != 201 || lines[0] != "latency_ms" || len(objects) != 200 {
		t.Fatalf("%d lines, %d objects of 200 rows", len(lines), len(objects))
	}
	for i, ms := range want {
		var o struct {
			MS float64 `json:"latency_ms"`
		}
		if err := json.Unmarshal([]byte(objects[i]), &o); err != nil || o.MS != ms || lines[i+1] != fmt.Sprint(ms) {
			t.Fatalf("row %d: %s and %s, want %v", i, lines[i+1], objects[i], ms)
		}
	}

	var judged struct {
		RMSE float64 `json:"rmse_ms"`
		N    int
	}
	if out := mustCall(t, "evaluate", "--model", model, "--data", data, "--json"); json.Unmarshal([]byte(out), &judged) != nil || judged.N != 200 || !(judged.RMSE > 0) {
		t.Errorf("evaluate: %s", out)
	}
	phone, _ := measurements(t, "note10", 100)
	mustCall(t, "finetune", "--from", model, "--data", phone, "--out", other, "--backend", "go", "--epochs", "2")
	if p, err := catalog.Load(t.Context(), other); err != nil || !strings.Contains(p.Provenance().Note, "all-layers") {
		t.Errorf("fine-tuned: %v, %+v", err, p)
	}
	journal := filepath.Join(dir, "tune.jsonl")
	first := mustCall(t, "tune", "--data", data, "--trials", "3", "--epochs", "2", "--journal", journal, "--backend", "go", "--json")
	again := mustCall(t, "tune", "--data", data, "--trials", "3", "--epochs", "2", "--journal", journal, "--backend", "go", "--json")
	if first != again || !strings.Contains(first, `"epochs": `) {
		t.Errorf("tuning anew from its journal:\n%s\n%s", first, again)
	}
	// 5, 2 and 2 trials train to 1, 2 and 4 epochs, or to 3.
	halved := mustCall(t, "tune", "--data", data, "--rule", "halving", "--trials", "5", "--epochs", "3", "--backend", "go", "--json")
	if !strings.Contains(halved, "halving, rungs {Grace:1 Reduction:2 Max:3}, 2 finalists") || !strings.Contains(halved, `"epochs": 9,`) {
		t.Errorf("halving:\n%s", halved)
	}
	if out := mustCall(t, "search", "--model", other, "--limit", "1000", "--generations", "1", "--population", "4"); !strings.Contains(out, "1000") {
		t.Errorf("search: %s", out)
	}
}

// Predictions come in the order of rows over the limit of a batch, from standard
// input as well.
func TestPredictStreams(t *testing.T) {
	set, err := dataset.Open("note10")
	if err != nil {
		t.Fatal(err)
	}
	data, _ := measurements(t, "note10", 200)
	model := filepath.Join(t.TempDir(), "m.latpred")
	mustCall(t, "train", "--data", data, "--out", model, "--backend", "go", "--epochs", "10", "--layers", "8")
	const n = streamed + 100
	var lines strings.Builder
	for _, row := range set.Samples[:n] {
		fmt.Fprintln(&lines, row.Arch)
	}
	stdin, err := os.Open(write(t, "archs.txt", lines.String()))
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	defer func(old *os.File) { os.Stdin = old }(os.Stdin)
	os.Stdin = stdin
	got := strings.Split(strings.TrimSpace(mustCall(t, "predict", "--model", model, "-")), "\n")[1:]
	if len(got) != n {
		t.Fatalf("%d predictions of %d rows", len(got), n)
	}
	p, err := catalog.Load(t.Context(), model)
	if err != nil {
		t.Fatal(err)
	}
	ms := make([]float64, 1)
	for _, i := range []int{0, streamed - 1, streamed, n - 1} {
		if err := p.PredictMs(ms, []space.Arch{set.Samples[i].Arch}); err != nil || got[i] != fmt.Sprint(ms[0]) {
			t.Errorf("row %d: %s, want %v", i, got[i], ms[0])
		}
	}
}

func TestTable(t *testing.T) {
	var out bytes.Buffer
	o := newOutput(&out, &bytes.Buffer{})
	o.Table([]string{"name", "ms"}, [][]string{{"µ", "1.5"}, {"long", "–"}, {"c", "10"}})
	if want := "name   ms\nµ     1.5\nlong    –\nc      10\n"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}
