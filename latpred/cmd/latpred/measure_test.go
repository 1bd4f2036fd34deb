package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
)

// TestChild is no test: it is the command line in a process of its own, for tests
// that kill it.
func TestChild(*testing.T) {
	if text := os.Getenv("LATPRED_TEST_ARGS"); text != "" {
		var args []string
		if err := json.Unmarshal([]byte(text), &args); err != nil {
			panic(err)
		}
		os.Exit(run(context.Background(), args, newOutput(os.Stdout, os.Stderr)))
	}
}

func child(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	text, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestChild$")
	cmd.Env = append(os.Environ(), "LATPRED_TEST_ARGS="+string(text))
	return cmd
}

// Killed again and again, a campaign ends with every network measured, and has
// called the program only for rounds that were not on disk.
func TestMeasureNetsKill(t *testing.T) {
	dir := t.TempDir()
	csv, calls := filepath.Join(dir, "my.csv"), filepath.Join(dir, "calls")
	const nets, rounds, group = 40, 3, 4
	args := []string{"measure", "nets", "--n", "40", "--out", csv, "--device", "killed", "--no-anchors", "--rounds", "3", "--extra", "0", "--group", "4",
		"--lock", filepath.Join(dir, "lock"), "--exec", "echo x >> " + calls + "; sleep .005; echo 5.5"}
	kills := 0
	for {
		cmd := child(t, args...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(200+70*kills)*time.Millisecond, func() { _ = cmd.Process.Kill() })
		err := cmd.Wait()
		timer.Stop()
		if err == nil {
			break
		}
		if kills++; kills > 100 {
			t.Fatal("the campaign comes to no end")
		}
	}
	set, err := dataset.Open(csv)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[space.Arch]bool{}
	for _, s := range set.Samples {
		if s.LatencyMs != 5.5 || s.Runs != rounds || s.Device != "killed-b1" {
			t.Fatalf("%+v", s)
		}
		seen[s.Arch] = true
	}
	if len(seen) != nets || len(set.Samples) != nets {
		t.Errorf("%d rows of %d networks, want %d", len(set.Samples), len(seen), nets)
	}
	log, err := os.ReadFile(calls)
	if err != nil {
		t.Fatal(err)
	}
	// The program outlives a killed parent by one call at most.
	if n, most := strings.Count(string(log), "x"), nets*rounds+kills*(group+1); n < nets*rounds || n > most {
		t.Errorf("%d calls after %d kills, want %d to %d", n, kills, nets*rounds, most)
	}
	if kills == 0 {
		t.Error("nothing was killed")
	}
	if text, _, _ := call(t, "data", "check", csv); text == "" {
		t.Error("data check says nothing")
	}
}

// Networks of every family are drawn, told to a program, and read back as a set.
func TestMeasureNetsOfOtherSpaces(t *testing.T) {
	dir := t.TempDir()
	for id, want := range map[string]string{"fbnet-cifar100": "fbnet r32", "fbnet-imagenet": "fbnet r224", "nasbench201": "nor_conv_3x3"} {
		csv, calls := filepath.Join(dir, id+".csv"), filepath.Join(dir, id)
		mustCall(t, "measure", "nets", "--space", id, "--n", "2", "--out", csv, "--lock", filepath.Join(dir, "lock"), "--exec", "cat >> "+calls+"; echo 2.5")
		set, err := dataset.Open(csv)
		if err != nil || set.Rows != 2 || set.Samples[0].LatencyMs != 2.5 || set.Samples[0].Arch.Family != set.Samples[1].Arch.Family {
			t.Fatalf("%s: %v, %+v", id, err, set)
		}
		said, err := os.ReadFile(calls)
		if err != nil || !strings.Contains(string(said), want) || !strings.Contains(string(said), `"choices":["`) || strings.Contains(string(said), `"ks"`) {
			t.Errorf("%s: the program was told %s", id, said)
		}
	}
	if _, stderr, status := call(t, "measure", "table", "--space", "nasbench201", "--resolutions", "160", "--backend", "go", "--out", dir); status != 1 || !strings.Contains(stderr, "--resolutions: 160: want 32") {
		t.Errorf("a resolution that the space doesn't have: %d, %s", status, stderr)
	}
}

func TestMeasureFaults(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", dir)
	nets := func(out string, more ...string) (string, int) {
		_, stderr, status := call(t, append([]string{"measure", "nets", "--n", "2", "--no-anchors", "--out", filepath.Join(dir, out)}, more...)...)
		return stderr, status
	}
	for want, args := range map[string][]string{
		"measuring r": {"--exec", "echo rubbish"}, "want milliseconds alone": {"--exec", "echo nan"},
		"gave no time within 200ms": {"--exec", "sleep 30", "--timeout", "200ms"}, "exit status 3": {"--exec", "exit 3"},
		"no search space \"nowhere\"": {"--exec", "echo 1", "--space", "nowhere"}, "no-such-file": {"--exec", "echo 1", "--archs", "no-such-file"},
		"mbv3-w1.0: 6 stages, want 5": {"--exec", "echo 1", "--archs", write(t, "a", "r160 d222221 k33-33-33-33-33-3 e33-33-33-33-33-3\n")},
	} {
		if stderr, status := nets("faults.csv", args...); status != 1 || !strings.Contains(stderr, want) {
			t.Errorf("%v: status %d, %s, want …%s…", args, status, stderr, want)
		}
		os.Remove(filepath.Join(dir, "faults.csv.journal"))
	}
	if stderr, status := nets("a.csv", "--exec", "echo 1"); status != 0 {
		t.Fatal(stderr)
	}
	if stderr, status := nets("a.csv", "--exec", "echo 2"); status != 1 || !strings.Contains(stderr, "other settings") {
		t.Errorf("another command into one file: %d, %s", status, stderr)
	}

	// Two measurers on one device.
	lock := filepath.Join(dir, "ofalat", "device-foreign-b1.lock")
	release, err := measure.Lock(t.Context(), lock, measure.Now)
	if err != nil {
		t.Fatal(err)
	}
	stderr, status := nets("b.csv", "--exec", "echo 1")
	if status != 1 || !strings.Contains(stderr, "another measurement has the device (lock "+lock) || !strings.Contains(stderr, "--wait") {
		t.Errorf("a second measurer: %d, %q", status, stderr)
	}
	time.AfterFunc(300*time.Millisecond, release)
	if stderr, status := nets("b.csv", "--exec", "echo 1", "--wait"); status != 0 {
		t.Errorf("taking turns: %d, %s", status, stderr)
	}
}

// On this machine's plugin: networks and a table come out in formats that the rest
// of the program reads.
// Labels are divided by their group's anchors where that is asked for; the journal
// keeps what was measured. The program says 2 ms in the first group, then 4.
func TestMeasureNormalised(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", dir)
	calls := filepath.Join(dir, "calls")
	program := fmt.Sprintf("echo x >> %s; test $(wc -l < %s) -le 12 && echo 2 || echo 4", calls, calls)
	nets := func(out string, more ...string) (*dataset.Set, string, int) {
		args := append([]string{"measure", "nets", "--n", "2", "--group", "1", "--rounds", "3", "--extra", "0", "--out", out, "--exec", program}, more...)
		_, stderr, status := call(t, args...)
		set, _ := dataset.Open(out)
		return set, stderr, status
	}
	a := filepath.Join(dir, "a.csv")
	plain, stderr, status := nets(a)
	if status != 0 || plain.Samples[0].LatencyMs != 2 || plain.Samples[1].LatencyMs != 4 {
		t.Fatalf("%d %s %+v", status, stderr, plain)
	}
	own, stderr, status := nets(a, "--normalise", "own") // measures nothing again
	if status != 0 || own.Samples[0].LatencyMs != 3 || own.Samples[1].LatencyMs != 3 || own.Device != "foreign-b1-normalised" {
		t.Errorf("%d %s %+v", status, stderr, own)
	}
	b := filepath.Join(dir, "b.csv")
	if other, stderr, status := nets(b, "--normalise", a+".journal"); status != 0 || other.Samples[0].LatencyMs != 3 {
		t.Errorf("%d %s %+v", status, stderr, other)
	}
	// Mistakes are found before anything is measured.
	for want, args := range map[string][]string{"no such file": {"--normalise", filepath.Join(dir, "none")}, "leave --no-anchors out": {"--normalise", "own", "--no-anchors"}} {
		out := filepath.Join(dir, "c.csv")
		if _, stderr, status := nets(out, args...); status != 1 || !strings.Contains(stderr, want) {
			t.Errorf("%v: %d %s", args, status, stderr)
		}
		if _, err := os.Stat(out + ".journal"); err == nil {
			t.Errorf("%v: a journal was begun", args)
		}
	}
	if _, stderr, status := call(t, "measure", "table", "--out", dir, "--normalise", "own"); status != 1 || !strings.Contains(stderr, "name the journal") {
		t.Errorf("a table by itself: %d %s", status, stderr)
	}
}

func TestMeasureOnPlugin(t *testing.T) {
	if !hasPlugin(t) {
		t.Skip("needs a PJRT plugin: latpred backend install cpu")
	}
	dir := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", dir)
	quick := []string{"--device", "here", "--rounds", "2", "--runs", "1", "--no-anchors", "--json"}
	csv := filepath.Join(dir, "my.csv")
	archs := write(t, "archs", "r128 d22222 k33-33-33-33-33 e33-33-33-33-33\nr132 d22222 k33-53-33-33-33 e33-33-43-33-33\n")
	var r measured
	if err := json.Unmarshal([]byte(mustCall(t, append([]string{"measure", "nets", "--archs", archs, "--out", csv}, quick...)...)), &r); err != nil {
		t.Fatal(err)
	}
	if r.Nets != 2 || r.Of != 2 || r.Device != "here-xla-cpu-f32-b1-t1-dot" {
		t.Errorf("%+v", r)
	}
	set, err := dataset.Open(csv)
	if err != nil || set.Rows != 2 {
		t.Fatalf("%v, %+v", err, set)
	}
	tables := filepath.Join(dir, "tables")
	mustCall(t, append([]string{"measure", "table", "--space", "compofa-fixed-w1.0", "--resolutions", "128", "--out", tables}, quick...)...)
	f, err := os.Open(filepath.Join(tables, lut.FileName(128)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := lut.ReadYAML(f, "128")
	if err != nil || len(rows) != 96 {
		t.Errorf("%d rows, %v: want the 96 layers of a resolution", len(rows), err)
	}
}

func hasPlugin(t *testing.T) bool {
	t.Helper()
	return strings.Contains(mustCall(t, "backend", "list"), "xla:cpu")
}
