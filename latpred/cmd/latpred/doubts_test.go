package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/space"
)

// changed writes the first rows of a set to a file, with latencies changed.
func changed(t *testing.T, name string, rows int, change func(row int, ms float64) float64) string {
	t.Helper()
	_, s := measurements(t, name, rows)
	for i := range s.Samples {
		s.Samples[i].LatencyMs = change(i, s.Samples[i].LatencyMs)
	}
	var content bytes.Buffer
	if err := dataset.Write(&content, s); err != nil {
		t.Fatal(err)
	}
	return write(t, "changed.csv", content.String())
}

// learners are the commands that learn from a file of measurements, or judge by it, each
// with the file that it would write.
func learners(t *testing.T, data string) map[string][]string {
	t.Helper()
	dir := t.TempDir()
	out, folder := filepath.Join(dir, "out.latpred"), filepath.Join(dir, "table")
	return map[string][]string{
		"table":     {"train", "--kind", "table", "--data", data, "--out", out},
		"hybrid":    {"train", "--kind", "hybrid", "--data", data, "--out", out},
		"paper":     {"train", "--data", data, "--out", out, "--backend", "go", "--epochs", "1", "--layers", "8"},
		"finetune":  {"finetune", "--from", filepath.Join(writtenBefore, "paper-ofa128.latpred"), "--data", data, "--out", out, "--backend", "go", "--epochs", "1"},
		"tune":      {"tune", "--data", data, "--backend", "go", "--epochs", "1", "--trials", "1"},
		"lut fit":   {"lut", "fit", "--data", data, "--space", "mbv3-w1.0", "--out", folder},
		"calibrate": {"lut", "fit", "--table", "epyc-zen4-b1", "--data", data, "--out", folder},
		"adapt":     {"adapt", "--from", "note10", "--data", data, "--out", out},
		"search":    {"search", "--device", data, "--limit", "10", "--generations", "1", "--population", "4"},
		"evaluate":  {"evaluate", "--model", "note10", "--data", data},
	}
}

// Half of the rows in seconds: nothing learns from them, and all say which rows.
func TestMixedUnits(t *testing.T) {
	data := changed(t, "epyc-zen4-b1", 60, func(row int, ms float64) float64 {
		if row >= 30 {
			ms /= 1000
		}
		return ms
	})
	const want = "rows 31–60 are about 0.001 times what the other rows let expect: are units mixed?"
	for name, args := range learners(t, data) {
		stdout, stderr, status := call(t, args...)
		if status != 1 || stdout != "" || !strings.Contains(stderr, want) || strings.Count(strings.TrimSpace(stderr), "\n") > 0 {
			t.Errorf("%s: status %d, %q, %q", name, status, stdout, stderr)
		}
		if at := slices.Index(args, "--out"); at > 0 {
			if _, err := os.Stat(args[at+1]); err == nil {
				t.Errorf("%s wrote a file", name)
			}
		}
	}
	if out := doubted(t, "data", "check", data); !strings.Contains(out, "mixed-units: "+want) || strings.Contains(out, "seconds?") {
		t.Errorf("data check: %s", out)
	}
}

// Labels that are all the same are nothing to learn from; they can judge.
func TestNothingToLearn(t *testing.T) {
	data := changed(t, "epyc-zen4-b1", 60, func(int, float64) float64 { return 7.5 })
	for name, args := range learners(t, data) {
		_, stderr, status := call(t, args...)
		said := strings.Contains(stderr, "all 60 latencies are 7.5 ms: there is nothing to learn")
		if judges := name == "evaluate"; said == judges || (status == 0) != judges {
			t.Errorf("%s: status %d, %q", name, status, stderr)
		}
	}
	if out := doubted(t, "data", "check", data); !strings.Contains(out, "constant: all 60 latencies are 7.5 ms") {
		t.Errorf("data check: %s", out)
	}
}

// Rows that all are in another unit can be learnt from, but not without a word.
func TestSuspiciousScale(t *testing.T) {
	for unit, factor := range map[string]float64{"seconds": 1e-3, "microseconds": 1e4} {
		data := changed(t, "epyc-zen4-b1", 140, func(_ int, ms float64) float64 { return factor * ms })
		for name, args := range learners(t, data) {
			_, stderr, _ := call(t, args...)
			if strings.Count(stderr, "warning: suspicious-scale: ") != 1 || !strings.Contains(stderr, "are these "+unit+"?") {
				t.Errorf("%s, %s: %q", unit, name, stderr)
			}
		}
		if out := doubted(t, "data", "check", data); !strings.Contains(out, "suspicious-scale: ") {
			t.Errorf("%s: data check: %s", unit, out)
		}
		for _, name := range []string{"table", "paper", "tune", "lut fit"} {
			var r struct{ Warnings []latpred.Warning }
			decode(t, mustCall(t, append(learners(t, data)[name], "--json")...), &r)
			if !slices.ContainsFunc(r.Warnings, func(w latpred.Warning) bool { return w.Kind == latpred.WarnScale }) {
				t.Errorf("%s, %s --json: %v", unit, name, r.Warnings)
			}
		}
	}
}

// Levels above what rows support are said once, with the highest that they do support, and
// no two levels have the same bounds without a word.
func TestUnsupportedLevels(t *testing.T) {
	dir := t.TempDir()
	few, table := filepath.Join(dir, "few.latpred"), filepath.Join(dir, "table.latpred")
	five, _ := measurements(t, "epyc-zen4-b1", 5)
	mustCall(t, "adapt", "--from", "note10", "--data", five, "--out", few)
	hundred, set := measurements(t, "epyc-zen4-b1", 200)
	mustCall(t, "train", "--kind", "table", "--data", hundred, "--out", table)
	archs := write(t, "archs.txt", set.Samples[0].Arch.String()+"\n"+set.Samples[1].Arch.String()+"\n")
	for _, c := range []struct {
		model, level, says string // "": nothing
	}{
		{few, "0.8", ""}, {few, "0.9", "5 measurements support levels up to 83.3 %: bounds of 90 % are not backed"},
		{few, "0.99", "up to 83.3 %: bounds of 99 % are not backed"}, {few, "0.999", "bounds of 99.9 % are not backed"},
		{table, "0.52", "support levels in steps of"}, {table, "0.99", "of 99 % there is no upper bound"}, {table, "0.999", "of 99.9 % there is no upper bound"},
	} {
		out, stderr, status := call(t, "predict", "--model", c.model, "--interval", c.level, archs)
		if status != 0 || strings.Contains(out, "NaN") || (stderr == "") != (c.says == "") || !strings.Contains(stderr, c.says) || strings.Count(stderr, "warning") > 1 {
			t.Errorf("predict %s: %d %q %q, want %q", c.level, status, out, stderr, c.says)
		}
		if unsupported := strings.Contains(mustCall(t, "predict", "--model", c.model, "--interval", c.level, "--json", archs), `"unsupported":true`); unsupported != (c.says != "" && c.level != "0.52") {
			t.Errorf("predict %s --json: unsupported is %v", c.level, unsupported)
		}
		out, stderr, _ = call(t, "evaluate", "--model", c.model, "--interval", c.level, "--data", hundred)
		if steps := c.level == "0.52"; !steps && !strings.Contains(stderr, c.says) || steps != strings.Contains(out, "the 52 % interval (that of ") {
			t.Errorf("evaluate %s: %q %q, want %q", c.level, out, stderr, c.says)
		}
	}
	if out := mustCall(t, "evaluate", "--model", few, "--interval", "0.999", "--data", hundred); !strings.Contains(out, "the 99.9 % interval (not backed by measurements) holds") {
		t.Errorf("%s", out)
	}
	widths := map[float64]string{}
	for _, level := range []string{"0.5", "0.8", "0.9", "0.95", "0.99", "0.9901", "0.999", "0.9999"} {
		var e struct{ Interval intervalScores }
		decode(t, mustCall(t, "evaluate", "--model", few, "--interval", level, "--data", hundred, "--json"), &e)
		if e.Interval.Highest != 5./6 || e.Interval.Unsupported != (level > "0.83") || widths[e.Interval.WidthMs] != "" || math.IsInf(e.Interval.WidthMs, 0) {
			t.Errorf("level %s: %+v, the width is that of level %q", level, e.Interval, widths[e.Interval.WidthMs])
		}
		widths[e.Interval.WidthMs] = level
	}
}

// A predictor keeps the space that it is told, and is refused for another.
func TestSpaceIsKept(t *testing.T) {
	model := filepath.Join(t.TempDir(), "m.latpred")
	data, set := measurements(t, "epyc-zen4-b1", 200)
	arch := set.Samples[0].Arch.String()
	nets := write(t, "archs.txt", arch+"\n")
	search := []string{"search", "--model", model, "--limit", "100", "--generations", "1", "--population", "4", "--json"}
	abouts := map[string]string{"": "not known: good for ranking, to be expected only if it is that one", "mbv3-w1.0": "these networks are of width 1.0: good for ranking, not to be expected of these networks", "mbv3-w1.2": "without further training"}
	for _, trained := range []string{"", "mbv3-w1.0", "mbv3-w1.2"} {
		args := []string{"train", "--kind", "table", "--data", data, "--out", model}
		if trained != "" {
			args = append(args, "--space", trained)
		}
		mustCall(t, args...)
		stdout, stderr, _ := call(t, search...)
		var found []foundNet
		decode(t, stdout, &found)
		n := found[0]
		of, err := space.ByID(n.Space)
		if err != nil {
			t.Fatal(err)
		}
		if n.Assumed != (trained == "") || trained != "" && n.Space != trained || n.MMACs != float64(of.MACs(n.Arch))/1e6 || strings.Contains(stderr, "does not tell") != (trained == "") {
			t.Errorf("trained as %q: %+v, %q", trained, n, stderr)
		}
		if !strings.HasSuffix(n.About, abouts[trained]) || !strings.Contains(n.About, "width 1.2 on 10,000 held-out images of ImageNet") {
			t.Errorf("trained as %q: %s", trained, n.About)
		}
		for _, asked := range []string{"mbv3-w1.0", "mbv3-w1.2"} {
			for _, args := range [][]string{
				search, {"predict", "--model", model, nets}, {"explain", "--model", model, arch}, {"evaluate", "--model", model, "--data", data},
			} {
				_, stderr, status := call(t, append(args, "--space", asked)...)
				refused := status == 1 && strings.Contains(stderr, "mbv3-w1.0") && strings.Contains(stderr, "mbv3-w1.2")
				if want := trained != "" && trained != asked; refused != want || !refused && status != 0 {
					t.Errorf("trained as %q, %s --space %s: %d %q", trained, args[0], asked, status, stderr)
				}
			}
		}
	}
}

// What is known of a set or a table is not overruled.
func TestSpaceOfSetsAndTables(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	table := filepath.Join(t.TempDir(), "phone")
	mustCall(t, "lut", "write", "--table", "note10", "--out", table)
	for _, args := range [][]string{
		{"train", "--kind", "table", "--data", "p40-b64", "--space", "mbv3-w1.2", "--out", out},
		{"adapt", "--from", "note10", "--data", "p40-b64", "--space", "mbv3-w1.2", "--out", out},
		{"lut", "fit", "--data", "p40-b64", "--space", "mbv3-w1.2", "--out", out},
		{"lut", "fit", "--table", "note10", "--data", "p40-b64", "--out", out},
		{"lut", "sum", "--space", "mbv3-w1.0", example},
		{"search", "--device", "p40-b64-fixed", "--space", "mbv3-w1.2", "--limit", "30"},
		{"serve", "--table", table, "--space", "mbv3-w1.0", "--only"},
		{"serve", "--model", "note10", "--space", "mbv3-w1.0", "--only"},
	} {
		stdout, stderr, status := call(t, args...)
		if status != 1 || stdout != "" || !strings.Contains(stderr, "-w1.0") || !strings.Contains(stderr, "-w1.2") {
			t.Errorf("%v: %d %q %q", args, status, stdout, stderr)
		}
	}
	data, _ := measurements(t, "epyc-zen4-b1", 30)
	if _, stderr, status := call(t, "train", "--kind", "table", "--data", data, "--space", "proxyless-w1.3", "--out", out); status != 1 || !strings.Contains(stderr, "row 1, is no network of proxyless-w1.3") {
		t.Errorf("networks of another family: %d %q", status, stderr)
	}
	if text := mustCall(t, "search", "--device", "p40-b64-fixed", "--limit", "60", "--generations", "1", "--population", "4"); !strings.Contains(text, "these networks are of width 1.0: good for ranking, not to be expected of these networks") {
		t.Errorf("%s", text)
	}
	var e struct{ Provenance latpred.Provenance }
	decode(t, mustCall(t, "evaluate", "--model", "note10", "--data", "note10-fixed", "--json"), &e)
	if e.Provenance.Space != "mbv3-w1.2" {
		text, _ := json.Marshal(e.Provenance)
		t.Errorf("provenance %s", text)
	}
}
