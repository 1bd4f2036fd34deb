package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/space"
)

// A device is planned, measured, adapted to, judged, explained: what a user does
// with ten minutes of access. The device is 2.5 times the Note10's table.
func TestAdaptFromPlanToExplanation(t *testing.T) {
	dir := t.TempDir()
	plan := mustCall(t, "adapt", "--plan", "10", "--space", "mbv3-w1.2", "--from", "p40-b64")
	lines := strings.Split(strings.TrimSpace(plan), "\n")
	if len(lines) != 11 || lines[0] != "arch,latency_ms" {
		t.Fatalf("plan:\n%s", plan)
	}
	wide, err := space.ByID("mbv3-w1.2")
	if err != nil {
		t.Fatal(err)
	}
	table, err := lut.Note10().Index(wide)
	if err != nil {
		t.Fatal(err)
	}
	var filled strings.Builder
	filled.WriteString("arch,latency_ms\n")
	for _, line := range lines[1:] {
		text := strings.TrimSuffix(line, ",")
		ms, err := table.LatencyMs(space.MustParse(text))
		if err != nil {
			t.Fatal(err)
		}
		b, _ := json.Marshal(2.5 * ms)
		filled.WriteString(text + "," + string(b) + "\n")
	}
	mine, model := write(t, "mine.csv", filled.String()), filepath.Join(dir, "mine.latpred")
	var result struct {
		Rows     int     `json:"rows"`
		Recipe   string  `json:"recipe"`
		Expected float64 `json:"expected_error_percent"`
		Warnings []any   `json:"warnings"`
	}
	decode(t, mustCall(t, "adapt", "--from", "note10,p40-b64", "--data", mine, "--out", model, "--json"), &result)
	if result.Rows != 10 || !strings.Contains(result.Recipe, "note10") || result.Expected > 1 || len(result.Warnings) == 0 {
		t.Errorf("adapted: %+v", result)
	}
	for _, line := range strings.Split(strings.TrimSpace(mustCall(t, "predict", "--model", model, "--interval", "0.9", "--json", mine)), "\n") {
		var row struct {
			LatencyMs float64 `json:"latency_ms"`
			LowMs     float64 `json:"low_ms"`
			HighMs    float64 `json:"high_ms"`
		}
		decode(t, line, &row)
		if !(row.LowMs < row.LatencyMs && row.LatencyMs < row.HighMs) {
			t.Errorf("%s", line)
		}
	}
	if got := mustCall(t, "predict", "--model", model, "--interval", "0.9", mine); !strings.HasPrefix(got, "latency_ms,low_ms,high_ms\n") {
		t.Errorf("CSV:\n%s", got)
	}
	var e evaluation
	decode(t, mustCall(t, "evaluate", "--model", model, "--data", mine, "--json"), &e)
	if e.MAPEPercent > 1 || e.Interval == nil || len(e.Interval.BinsPercent) != 5 || len(e.Worst) != 5 || e.Worst[0].Row == 0 {
		t.Errorf("evaluated: %+v", e)
	}
	// What was adapted is a source in its turn.
	again := filepath.Join(dir, "again.latpred")
	decode(t, mustCall(t, "adapt", "--from", model, "--data", mine, "--out", again, "--json"), &result)
	if !strings.Contains(result.Recipe, "mine.latpred") || result.Expected > 1 {
		t.Errorf("adapted from what was adapted: %+v", result)
	}
	figure := filepath.Join(dir, "parts.svg")
	out := mustCall(t, "explain", "--model", model, example, "--figure", figure)
	if svg, err := os.ReadFile(figure); err != nil || !strings.Contains(string(svg), "<svg") || !strings.Contains(out, "what saves most") || !strings.Contains(out, "stage 1, layer 1") {
		t.Errorf("explained: %v\n%s", err, out)
	}
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
}

func TestAdaptFaultsAreNamed(t *testing.T) {
	model := filepath.Join(t.TempDir(), "m.latpred")
	mixed := write(t, "mixed.csv", "arch,latency_ms\nr160 d22222 k33-33-33-33-33 e33-33-33-33-33,20\nr176 d22222 k33-33-33-33-33 e33-33-33-33-33,24\nr192 d22222 k33-33-33-33-33 e33-33-33-33-33,0.028\n")
	for want, args := range map[string][]string{
		"--plan N":           {"adapt"},
		"row 3 is about 0":   {"adapt", "--from", "note10", "--data", mixed, "--out", model},
		"none of those that": {"adapt", "--from", "nowhere", "--data", mixed, "--out", model},
		"no search space":    {"adapt", "--from", "note10", "--plan", "3", "--space", "mbv4"},
		"is no file, and":    {"predict", "--gpu", "gtx9000", mixed},
		"--interval 2":       {"predict", "--gpu", "t4", "--interval", "2", mixed},
		"can't tell the t":   {"predict", "--gpu", "t4", "--pass", mixed},
	} {
		stdout, stderr, status := call(t, args...)
		if status == 0 || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%v: status %d, %q, %q", args, status, stdout, stderr)
		}
	}
}

// A table from the command line, with its interval, judged online.
func TestTrainTable(t *testing.T) {
	rows, _ := measurements(t, "p40-b64", 400)
	model := filepath.Join(t.TempDir(), "t.latpred")
	var result trainedTable
	decode(t, mustCall(t, "train", "--kind", "table", "--data", rows, "--out", model, "--json"), &result)
	if result.Kind != "table" || result.Test.N != 60 || result.Test.MAPEPercent > 3 || len(result.Tried) < 6 {
		t.Errorf("%+v", result)
	}
	if out := mustCall(t, "evaluate", "--model", model, "--data", rows, "--online"); !regexp.MustCompile(`the 90 % interval (\(that of [0-9.]+ %\) )?holds`).MatchString(out) {
		t.Errorf("%s", out)
	}
}
