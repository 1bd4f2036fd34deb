package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/pytorch/pytorchtest"
)

// A file of latencies as HELP publishes them goes wherever a file of measurements does: with its
// networks beside it, or with --space; without either the error says both.
func TestLatenciesAlone(t *testing.T) {
	dir := t.TempDir()
	set, err := dataset.Open("fbnet-fpga")
	if err != nil {
		t.Fatal(err)
	}
	networks, latencies := []any{}, []any{}
	for _, row := range set.Samples[:800] {
		var numbers []any
		for slot := range row.Arch.Slots() {
			numbers = append(numbers, int(row.Arch.Choice[slot])-1)
		}
		networks = append(networks, map[string]any{"op_idx_list": numbers})
		latencies = append(latencies, int(math.Round(row.LatencyMs)))
	}
	if err := os.Mkdir(filepath.Join(dir, "latency"), 0o755); err != nil {
		t.Fatal(err)
	}
	save := func(name string, v any) string {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, pytorchtest.Plain(v), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	save("metainfo.pt", map[string]any{"arch": networks})
	beside := save("latency/titanx_1.pt", latencies)
	model := filepath.Join(dir, "m.latpred")
	mustCall(t, "train", "--kind", "table", "--data", beside, "--out", model)
	var e struct{ metric.Scores }
	decode(t, mustCall(t, "evaluate", "--model", model, "--data", beside, "--rows", "test", "--json"), &e)
	if e.N != 120 || e.MAPEPercent > 3 {
		t.Errorf("%+v", e.Scores)
	}
	if out, _, status := call(t, "data", "check", beside); status != 1 || !strings.Contains(out, "multiples of 1 ms") {
		t.Errorf("data check: status %d, %s", status, out)
	}
	mine := write(t, "mine.csv", "arch,latency_ms\n"+set.Samples[1].Arch.String()+",5\n"+set.Samples[2].Arch.String()+",7\n"+set.Samples[3].Arch.String()+",6\n")
	if out := mustCall(t, "adapt", "--from", beside, "--data", mine, "--out", model); !strings.Contains(out, "titanx_1.pt") {
		t.Errorf("adapt says %s", out)
	}
	mustCall(t, "adapt", "--from", "fbnet-raspi4,fpga", "--data", mine, "--out", model)
	mustCall(t, "search", "--device", beside, "--limit", "100", "--generations", "3")

	all := make([]float64, set.Rows)
	for i := range all {
		all[i] = 10 + float64(i%7)
	}
	alone := write(t, "pixel9.pt", string(pytorchtest.Numbers(all)))
	if _, stderr, status := call(t, "data", "check", alone); status != 1 || !strings.Contains(stderr, "metainfo.pt") || !strings.Contains(stderr, "--space fbnet-cifar100") {
		t.Errorf("without networks: %d %s", status, stderr)
	}
	if out, _, status := call(t, "data", "check", "--space", "fbnet-cifar100", alone); status != 1 || !strings.Contains(out, "nothing to do with the networks") {
		t.Errorf("data check: status %d, %s", status, out)
	}
}
