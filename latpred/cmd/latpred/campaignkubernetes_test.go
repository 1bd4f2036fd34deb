//go:build unix

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/campaign"
)

// standInKubectl puts a script into PATH that notes its calls and answers as a cluster would
// for the campaign "pods": shard 1 is complete, shard 2 runs.
func standInKubectl(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	script := `#!/bin/sh
cd ` + dir + `
echo "$@" >> calls
case "$*" in
*apply*) cat > applied; touch there;;
*"delete job"*) rm -f there;;
*"get job"*) test ! -e there || echo '{"status":{"completedIndexes":"0"}}';;
*"get pods"*) echo '{"items":[{"metadata":{"name":"pods-1-x","annotations":{"batch.kubernetes.io/job-completion-index":"1"}},"spec":{"nodeName":"n1"},"status":{"phase":"Running"}}]}';;
esac
`
	if err := os.WriteFile(filepath.Join(dir, "kubectl"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return dir
}

func TestCampaignKubernetes(t *testing.T) {
	cluster := standInKubectl(t)
	plan := simulatedPlan(t, "pods", 6, 2, 0, "kubernetes: {image: \"latpred:1\", namespace: lab}\n")
	dir := filepath.Join(t.TempDir(), "c")
	mustCall(t, "campaign", plan, "--engine", "kubernetes", "--dir", dir)
	applied, err := os.ReadFile(filepath.Join(cluster, "applied"))
	if printed := mustCall(t, "campaign", plan, "--engine", "kubernetes", "--dry-run"); err != nil || printed != string(applied) {
		t.Errorf("applied %s, printed %s: %v", applied, printed, err)
	}
	states := func() (list []campaign.State) {
		for _, s := range statusOf(t, dir).Shards {
			list = append(list, s.State)
		}
		return list
	}
	if got := states(); !slices.Equal(got, []campaign.State{campaign.Away, campaign.Running}) {
		t.Errorf("without journals here: %v", got)
	}
	// What the pods do, on the disk that is mounted here.
	for _, index := range []string{"0", "1"} {
		mustCall(t, "campaign", "work", dir, "--plan", filepath.Join(dir, "plan.yaml"), "--index", index)
	}
	if got := states(); !slices.Equal(got, []campaign.State{campaign.Complete, campaign.Complete}) {
		t.Errorf("with journals here: %v", got)
	}
	mustCall(t, "campaign", "cancel", dir)
	calls, err := os.ReadFile(filepath.Join(cluster, "calls"))
	if err != nil || !strings.Contains(string(calls), "--namespace lab delete job pods --ignore-not-found") {
		t.Errorf("%v: %s", err, calls)
	}
}
