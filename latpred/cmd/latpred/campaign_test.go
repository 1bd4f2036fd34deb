//go:build unix

package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/campaign"
)

// simulatedPlan writes a plan whose networks a deterministic program times, and configures
// that program as a runner of this machine. Each call takes delay, or with
// a file "fast" beside the plan none; with a file "broken" it fails.
func simulatedPlan(t testing.TB, name string, networks, shards int, delay time.Duration, more string) (path string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv(campaign.RunnersVariable, filepath.Join(dir, "runners.yaml"))
	t.Setenv("TMPDIR", dir) // for locks
	for file, text := range map[string]string{
		"runners.yaml": fmt.Sprintf("simulated:\n  exec: test -e %[2]s/fast || sleep %.3[1]f; test ! -e %[2]s/broken && cat {} | cksum | cut -c1-3\n", delay.Seconds(), dir),
		"plan.yaml": fmt.Sprintf("name: %s\nnetworks: {sample: %d}\nshards: %d\nprotocol: {group: 2, rounds: 2, extra: 0}\nrunner: simulated\n%s",
			name, networks, shards, more),
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "plan.yaml")
}

// testProgram is a script that is this command line, for processes that others start.
func testProgram(t testing.TB) string {
	t.Helper()
	script := `#!/bin/sh
list=
for word; do list="$list,\"$word\""; done
LATPRED_TEST_MAIN="[${list#,}]" exec ` + os.Args[0] + "\n"
	if !filepath.IsAbs(os.Args[0]) {
		t.Fatalf("%s is no absolute path", os.Args[0])
	}
	path := filepath.Join(t.TempDir(), "latpred")
	if err := os.WriteFile(path, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// measuredRows is the networks and latencies of all shards, sorted. It fails the test if a
// network is there twice.
func measuredRows(t testing.TB, dir string) (rows []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "journals", "*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		all, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range all[1:] {
			if other, twice := seen[row[0]]; twice {
				t.Errorf("%s is in %s and in %s", row[0], other, name)
			}
			seen[row[0]] = name
			rows = append(rows, row[0]+" "+row[1])
		}
	}
	slices.Sort(rows)
	return rows
}

// statusOf is what campaign status says.
func statusOf(t testing.TB, dir string) (st campaign.Status) {
	t.Helper()
	if err := json.Unmarshal([]byte(mustCall(t, "campaign", "status", dir, "--json")), &st); err != nil {
		t.Fatal(err)
	}
	return st
}

// The shards of a campaign give what one measurement of all networks gives, and what is
// complete is not measured again.
func TestCampaignLocal(t *testing.T) {
	plan := simulatedPlan(t, "local", 7, 2, time.Millisecond, "")
	dir, program := filepath.Join(t.TempDir(), "c"), testProgram(t)
	said := mustCall(t, "campaign", plan, "--dir", dir, "--slots", "2", "--program", program)
	if !strings.Contains(said, "7 of 7 measured, 2 of 2 shards complete") {
		t.Errorf("said %s", said)
	}
	single := filepath.Join(t.TempDir(), "journals", "all.csv")
	if err := os.Mkdir(filepath.Dir(single), 0o755); err != nil {
		t.Fatal(err)
	}
	runners, err := campaign.ReadRunners(campaign.RunnersFile())
	if err != nil {
		t.Fatal(err)
	}
	mustCall(t, "measure", "nets", "--n", "7", "--group", "2", "--rounds", "2", "--extra", "0", "--lock", filepath.Join(t.TempDir(), "lock"), "--out", single, "--exec", runners["simulated"].Exec)
	if got, want := measuredRows(t, dir), measuredRows(t, filepath.Dir(filepath.Dir(single))); !slices.Equal(got, want) {
		t.Errorf("the shards gave\n%s\nthe single run\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	journal := filepath.Join(dir, "journals", "shard-0001-of-0002.csv.journal")
	before, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	mustCall(t, "campaign", "resume", dir, "--program", program)
	mustCall(t, "campaign", plan, "--dir", dir, "--program", program)
	set := filepath.Join(t.TempDir(), "set.csv")
	if said := mustCall(t, "campaign", "collect", dir, "--out", set); !strings.Contains(said, "set.csv: 7 rows on foreign-b1") {
		t.Errorf("collect: %s", said)
	}
	mustCall(t, "data", "check", set)
	if after, err := os.ReadFile(journal); err != nil || string(after) != string(before) {
		t.Errorf("what was complete was measured again: %v", err)
	}
	other := simulatedPlan(t, "other", 7, 2, 0, "")
	if _, stderr, status := call(t, "campaign", "submit", other, "--dir", dir); status != 1 || !strings.Contains(stderr, "has another plan") {
		t.Errorf("another plan in the same folder: %d, %s", status, stderr)
	}
}

// A shard whose program fails, and one on the wrong machine, are said and tried again.
func TestCampaignFails(t *testing.T) {
	plan := simulatedPlan(t, "fails", 4, 2, 0, "device: {labels: {processor: .}}\n")
	dir, program := filepath.Join(t.TempDir(), "c"), testProgram(t)
	broken := filepath.Join(filepath.Dir(plan), "broken")
	if err := os.WriteFile(broken, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, stderr, status := call(t, "campaign", plan, "--dir", dir, "--program", program)
	if status != 1 || !strings.Contains(stderr, "shard 1: exit status 1: see ") || !strings.Contains(stderr, "0 of 4 are measured") {
		t.Errorf("a runner that fails: %d, %s", status, stderr)
	}
	if _, stderr, status := call(t, "campaign", "collect", dir); status != 1 || !strings.Contains(stderr, "2 of 2 shards are not complete") {
		t.Errorf("collected: %d, %s", status, stderr)
	}
	if st := statusOf(t, dir); st.Count(campaign.Stopped) != 2 {
		t.Errorf("after it: %+v", st)
	}
	if err := os.Remove(broken); err != nil {
		t.Fatal(err)
	}
	if said := mustCall(t, "campaign", "resume", dir, "--program", program); !strings.Contains(said, "2 of 2 shards complete") {
		t.Errorf("resumed: %s", said)
	}
	other := simulatedPlan(t, "other", 4, 1, 0, "device: {labels: {processor: ^no such processor$}}\n")
	dir = filepath.Join(t.TempDir(), "c")
	_, stderr, status = call(t, "campaign", other, "--dir", dir, "--program", program)
	log, err := os.ReadFile(filepath.Join(dir, "logs", "shard-0001-of-0001.log"))
	if status != 1 || err != nil || !strings.Contains(string(log), `wants a device whose processor matches "^no such processor$"; that of this one is `) {
		t.Errorf("a plan for another device: %d, %s, %v, %s", status, stderr, err, log)
	}
}
