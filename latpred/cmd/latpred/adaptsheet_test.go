package main

import (
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// A card from its data sheet: without measurements, with one, and in another space and batch.
// The predictor file does what others do.
func TestAdaptGPU(t *testing.T) {
	dir := t.TempDir()
	model := filepath.Join(dir, "t4.latpred")
	var result sheetAdapted
	decode(t, mustCall(t, "adapt", "--gpu", "t4", "--out", model, "--json"), &result)
	if result.Rows != 0 || result.Space != "mbv3-w1.2" || result.Batch != 64 || !(result.LowFactor < .9 && result.HighFactor > 1.1) {
		t.Errorf("without measurements: %+v", result)
	}
	arch := "r176 d22222 k33-33-33-33-33 e33-33-33-33-33"
	first := predicted(t, "--model", model, arch)
	if same := predicted(t, "--gpu", "t4", arch); same != first {
		t.Errorf("%v ms by the file, %v by predict --gpu", first, same)
	}
	one := write(t, "one.csv", "arch,latency_ms\n"+arch+","+strconv.FormatFloat(1.2*first, 'g', -1, 64)+"\n")
	wide := result.HighFactor
	decode(t, mustCall(t, "adapt", "--gpu", "t4", "--data", one, "--out", model, "--json"), &result)
	if got := predicted(t, "--model", model, arch); result.Rows != 1 || result.HighFactor >= wide || math.Abs(got/(1.2*first)-1) > .05 {
		t.Errorf("measured once: %v ms, want about %v; %+v", got, 1.2*first, result)
	}
	if out := mustCall(t, "adapt", "--gpu", "t4", "--data", one, "--out", model); !strings.Contains(out, "and 1 measurement\n90 % of measurements") {
		t.Errorf("%s", out)
	}
	if out := mustCall(t, "explain", "--model", model, arch); !strings.Contains(out, "stage 1, layer 1") {
		t.Errorf("explained:\n%s", out)
	}
	large := predicted(t, "--gpu", "t4", "--space", "mbv3-w1.0", arch)
	if small := predicted(t, "--gpu", "t4", "--batch", "32", arch); !(small < .8*first) || large == first {
		t.Errorf("%v ms at batch 64, %v at 32, %v of another width", first, small, large)
	}
	decode(t, mustCall(t, "adapt", "--gpu", "titanxp", "--data", "fbnet-titanrtx-b32", "--out", model, "--json"), &result)
	if result.Space != "fbnet-cifar100" || result.Batch != 32 { // what the set tells
		t.Errorf("in FBNet's space: %+v", result)
	}
}

// predicted is the first line that predict prints.
func predicted(t *testing.T, args ...string) float64 {
	t.Helper()
	lines := strings.Split(mustCall(t, append([]string{"predict"}, args...)...), "\n")
	ms, err := strconv.ParseFloat(lines[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return ms
}

func TestAdaptGPUFaultsAreNamed(t *testing.T) {
	model := filepath.Join(t.TempDir(), "m.latpred")
	arch := "r160 d22222 k33-33-33-33-33 e33-33-33-33-33"
	one := write(t, "one.csv", "arch,latency_ms\n"+arch+",0.02\n")
	for want, args := range map[string][]string{
		"--out FILE":                {"adapt", "--gpu", "t4"},
		"doesn't go with --from":    {"adapt", "--gpu", "t4", "--from", "note10", "--out", model},
		"is no file, and no GPU":    {"adapt", "--gpu", "gtx9000", "--out", model},
		"batches [1 32 64]":         {"adapt", "--gpu", "t4", "--batch", "7", "--out", model},
		"--batch -2":                {"adapt", "--gpu", "t4", "--batch=-2", "--out", model},
		"faster than 8.14 teraflop": {"adapt", "--gpu", "t4", "--data", one, "--out", model},
		"measured at batch 64":      {"adapt", "--gpu", "t4", "--batch", "32", "--data", "p40-b64", "--out", model},
		"--batch goes with --gpu":   {"adapt", "--batch", "64", "--data", one, "--out", model},
		"--batch goes with --gpu: ": {"predict", "--model", "note10", "--batch", "64", arch},
		"--space: no search space":  {"predict", "--gpu", "t4", "--space", "mbv4", arch},
	} {
		stdout, stderr, status := call(t, args...)
		if status == 0 || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%v: status %d, %q, %q, want %q", args, status, stdout, stderr, want)
		}
	}
}
