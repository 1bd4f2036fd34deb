//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/measure"
)

// SIGUSR1 ends a measurement with its group, and the same command goes on.
func TestMeasureEndsWithItsGroup(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "my.csv")
	args := []string{"measure", "nets", "--n", "12", "--group", "3", "--no-anchors", "--rounds", "3", "--extra", "0", "--lock", filepath.Join(dir, "lock"),
		"--out", out, "--exec", "sleep .03; echo 5"}
	cmd, said := program(t, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if text, _ := os.ReadFile(out + ".journal"); strings.Contains(string(text), `"round":0`) {
			break
		}
	}
	if err := cmd.Process.Signal(syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	j, err := measure.ReadJournalFile(out + ".journal")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(out + ".journal")
	if err != nil {
		t.Fatal(err)
	}
	groups, rounds := strings.Count(string(text), `{"begin"`), strings.Count(string(text), `{"round"`)
	if groups != 1 || rounds != 3 || len(j.Results()) != 3 {
		t.Errorf("%d groups with %d rounds, %d results; want one group, its 3 rounds and its 3 networks", groups, rounds, len(j.Results()))
	}
	if got := mustCall(t, args...); !strings.Contains(got, "12 of 12 networks") {
		t.Errorf("the same command again: %s", got)
	}
}
