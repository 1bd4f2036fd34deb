//go:build linux

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/internal/slurmtest"
)

// A search whose segments are jobs of Slurm is the search of one process; what is done is not
// done again; a job that fails is named.
func TestTuneSlurm(t *testing.T) {
	slurmtest.Start(t)
	data, _ := measurements(t, "rtx2080ti-b64", 300)
	search := []string{"tune", "--data", data, "--rule", "halving", "--trials", "4", "--epochs", "4", "--finalists", "1", "--backend", "go", "--json"}
	want, err := tuneResult("", []byte(mustCall(t, search...)))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "search")
	jobs := append(search, "--engine", "slurm", "--dir", dir, "--program", testProgram(t), "--sbatch=--partition=gpu", "--sbatch=--gres=gpu:1")
	got, err := tuneResult("", []byte(mustCall(t, jobs...)))
	if err != nil || got != want {
		t.Errorf("by jobs %s\nin one process %s\n%v", got, want, err)
	}
	results, err := filepath.Glob(filepath.Join(dir, "trial-*-epoch-*.json"))
	if err != nil || len(results) != 4+2+1 {
		t.Errorf("%d segments, want those of 4 trials, then of 2, then of 1: %v", len(results), err)
	}
	if err := os.Remove(filepath.Join(dir, "tune.jsonl")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", t.TempDir()) // no sbatch any more, and none is needed
	if got, err := tuneResult("", []byte(mustCall(t, jobs...))); err != nil || got != want {
		t.Errorf("again: %s, %v", got, err)
	}
}

func TestTuneSlurmFails(t *testing.T) {
	slurmtest.Start(t)
	data, _ := measurements(t, "rtx2080ti-b64", 300)
	dir := filepath.Join(t.TempDir(), "search")
	search := []string{"tune", "--data", data, "--trials", "2", "--epochs", "2", "--engine", "slurm", "--program", "/bin/false"}
	if _, stderr, status := call(t, append(search, "--dir", dir)...); status != 1 || !strings.Contains(stderr, "search/trial-000") || !strings.Contains(stderr, "failed (NonZeroExitCode)") {
		t.Errorf("a program that fails: %d, %s", status, stderr)
	}
	if _, stderr, status := call(t, search...); status != 1 || !strings.Contains(stderr, "name it with --dir") {
		t.Errorf("no folder: %d, %s", status, stderr)
	}
}
