package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/lut"
)

// A table of means alone is checked and summed as any other; what it does not tell is said
// to be unknown.
func TestTableOfMeans(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"means.yaml": "Conv-input:160x160x3-output:80x80x16:\n  mean: 0.0600\nLogits-input:1x1x1280-output:1000:\n  mean: 0.1800\n",
		"one.yaml":   "Conv-input:160x160x3-output:80x80x16:\n  count: 1\n  mean: 0.0600\n  std: .nan\nLogits-input:1x1x1280-output:1000: {count: 1, mean: 0.18, std: .nan}\n",
		"pickle.pkl": "\x80\x02}(X" + "\x24\x00\x00\x00" + "Conv-input:160x160x3-output:80x80x16G\x3f\xae\xb8\x51\xeb\x85\x1e\xb8u.",
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		out, errs, status := call(t, "lut", "check", "--table", path, "--space", "mbv3-w1.0")
		if status != 1 || !strings.Contains(errs, "does not cover mbv3-w1.0") || !strings.Contains(out, "missing at 160: ") ||
			!strings.Contains(out, "the standard deviation of ") || strings.Contains(out, "unknown") == (name == "one.yaml") {
			t.Errorf("%s: status %d, %s, %.400s", name, status, errs, out)
		}
		if out, _, status := call(t, "lut", "check", "--table", path, "--space", "mbv3-w1.0", "--json"); status != 1 || strings.Contains(out, `"cost_ms": null`) == (name == "one.yaml") {
			t.Errorf("%s: status %d, %.200s", name, status, out)
		}
	}
	if _, errs, status := call(t, "lut", "sum", "--table", "pixel1", example); status != 1 || !strings.Contains(errs, "note10") || !strings.Contains(errs, "latpred measure table --out") {
		t.Errorf("pixel1: %d, %s", status, errs)
	}
}

// A sum that no device needs for the network is warned of: the table is in another unit.
func TestLutSumSuspiciousScale(t *testing.T) {
	const net = "r160 d22222 k33-33-33-33-33 e33-33-33-33-33"
	if _, stderr, status := call(t, "lut", "sum", "--table", "note10", net); status != 0 || stderr != "" {
		t.Errorf("the shipped table: status %d, %q", status, stderr)
	}
	for factor, unit := range map[float64]string{1e-3: "seconds", 1e3: "microseconds"} {
		_, stderr, status := call(t, "lut", "sum", "--table", scaledNote10(t, factor), net)
		if status != 0 || !strings.Contains(stderr, "are these "+unit+"?") {
			t.Errorf("times %g: status %d, %q, want a warning of %s", factor, status, stderr, unit)
		}
	}
}

// scaledNote10 writes the shipped table at one resolution with means times a factor.
func scaledNote10(t *testing.T, factor float64) string {
	t.Helper()
	table, err := lut.Open("note10")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for key, row := range table.Rows[160] {
		fmt.Fprintf(&text, "%s: {mean: %v}\n", key, row.MeanMs*factor)
	}
	return write(t, "160_lookup_table.yaml", text.String())
}
