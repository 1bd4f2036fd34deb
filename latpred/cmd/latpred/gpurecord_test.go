package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/bench/gpurecord"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/latpredtest/fakeplugin"
)

// The record of a GPU, in small and on the plugin that stands in for a GPU's: every part that
// needs no PyTorch does its work, one that is done is not done again, and PyTorch's says why
// it is not.
func TestGPURecord(t *testing.T) {
	if os.Getenv("LATPRED_TEST_LONG") == "" {
		t.Skip("compiles networks on two cores for a minute: LATPRED_TEST_LONG=1 runs it, as CI does")
	}
	fakeplugin.Install(t)
	t.Setenv("LATPRED_TEST_PROGRAM", "1")
	dir := filepath.Join(t.TempDir(), "record")
	args := []string{"gpu-record", "--out", dir, "--hardware", "fake", "--batch", "1", "--nets", "12", "--budget", "20m", "--try", "dot-f32-at0,dot-bf16-at1", "--epochs", "2",
		"--python", "no-such-python", "--parts", "check,sweep,torch,nets,adapt,train", "--json"}
	stdout, stderr, status := call(t, args...)
	var r gpurecord.Report
	if err := json.Unmarshal([]byte(stdout), &r); err != nil {
		t.Fatalf("%v: %d %s", err, status, stderr)
	}
	if status != 1 || !strings.Contains(stderr, "torch: no PyTorch with a GPU") || len(r.Parts) != 6 {
		t.Errorf("status %d, %+v: %s", status, r.Parts, stderr)
	}
	for _, p := range r.Parts {
		if (p.Error != "") != (p.Name == "torch") {
			t.Errorf("%s: %s", p.Name, p.Error)
		}
	}
	if len(r.Sweep) != 2 || r.Best != "dot-f32-at0" || r.Sweep[0].FirstS <= 0 || len(r.Sweep[0].LatencyMs) != 3 {
		t.Errorf("best %q of %+v", r.Best, r.Sweep)
	}
	if set, err := dataset.Open(filepath.Join(dir, "nets.csv")); err != nil || set.Rows != 12 || set.Device != "fake-xla-cuda-f32-b1-dot-at0" {
		t.Errorf("%v, %+v", err, set)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "report.md")); err != nil || !strings.Contains(string(text), "| nets |") {
		t.Errorf("%v: %s", err, text)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "evaluate.json")); err != nil || !strings.Contains(string(text), "rmse") {
		t.Errorf("%v: %s", err, text)
	}
	if _, stderr, _ := call(t, args...); strings.Contains(stderr, "nets,") {
		t.Errorf("again: %s", stderr)
	}
}
