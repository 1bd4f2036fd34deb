package main

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// In another space a device is planned, measured, adapted to and predicted with intervals, from
// what ships, from a file of measurements, and from nothing.
func TestAdaptInOtherSpaces(t *testing.T) {
	for _, id := range foreign {
		s, err := space.ByID(id)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(mustCall(t, "adapt", "--plan", "12", "--space", id)), "\n")
		if len(lines) != 13 || lines[0] != "arch,latency_ms" {
			t.Fatalf("%s: plan %q", id, lines)
		}
		var archs []space.Arch
		for _, line := range lines[1:] {
			archs = append(archs, space.MustParse(strings.TrimSuffix(line, ",")))
		}
		var filled strings.Builder
		filled.WriteString("arch,latency_ms\n")
		for i, ms := range simulated.Phone.MeasureMs(s, archs, random.Stream(1, "phone")) {
			filled.WriteString(archs[i].String() + "," + strconv.FormatFloat(ms, 'f', 4, 64) + "\n")
		}
		mine := write(t, id+"-mine.csv", filled.String())
		card, _ := made(t, id, 300)
		for _, from := range []string{"auto", "none", card, "1080ti_1," + card} {
			model := filepath.Join(t.TempDir(), "m.latpred")
			var result struct {
				Rows     int     `json:"rows"`
				Recipe   string  `json:"recipe"`
				Expected float64 `json:"expected_error_percent"`
			}
			decode(t, mustCall(t, "adapt", "--from", from, "--data", mine, "--out", model, "--json"), &result)
			if result.Rows != 12 || result.Expected > 15 || !strings.Contains(result.Recipe, id) {
				t.Errorf("%s from %s: %+v", id, from, result)
			}
			if out := mustCall(t, "predict", "--model", model, "--interval", "0.9", mine); strings.Count(out, "\n") != 13 {
				t.Errorf("%s from %s: predictions\n%s", id, from, out)
			}
			mustCall(t, "export", "--model", model, "--out", filepath.Join(t.TempDir(), "m.onnx"))
			if out := mustCall(t, "explain", "--model", model, archs[0].String()); !strings.Contains(out, "head") || !strings.Contains(out, "saves ms") {
				t.Errorf("%s from %s: explain says\n%s", id, from, out)
			}
		}
		_, stderr, status := call(t, "adapt", "--from", "nowhere", "--data", mine, "--out", filepath.Join(t.TempDir(), "m.latpred"))
		if status == 0 || !strings.Contains(stderr, "1080ti_1") {
			t.Errorf("no source: status %d, %s", status, stderr)
		}
	}
}
