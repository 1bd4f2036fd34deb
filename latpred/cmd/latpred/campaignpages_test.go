//go:build linux

package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ofalat/ofalat/internal/slurmtest"
	"github.com/ofalat/ofalat/latpred/campaign"
)

// block is a fenced block of a page that begins with a text.
func block(t *testing.T, page, begins string) string {
	t.Helper()
	_, after, ok := strings.Cut(page, "```yaml\n"+begins)
	text, _, ended := strings.Cut(after, "```")
	if !ok || !ended {
		t.Fatalf("the page has no block that begins with %q", begins)
	}
	return begins + text
}

// pageOf reads a page of the documentation, and makes its plan and its runner in the current
// folder, which is an empty one.
func pageOf(t *testing.T, file string) (page string) {
	t.Helper()
	text, err := os.ReadFile("../../../docs/" + file)
	if err != nil {
		t.Fatal(err)
	}
	slurm, err := os.ReadFile("../../../docs/slurm.md")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	t.Setenv("TMPDIR", t.TempDir())
	shared := t.TempDir()
	t.Setenv(campaign.RunnersVariable, shared+"/runners.yaml")
	for name, content := range map[string]string{
		shared + "/on-my-board":  "#!/bin/sh\ncksum \"$1\" | cut -c1-3\n",
		shared + "/runners.yaml": strings.Replace(block(t, string(slurm), "my-board:"), "/shared", shared, 1),
		"plan.yaml":              block(t, string(text), "name:"),
	} {
		if err := os.WriteFile(name, []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return string(text)
}

// The commands of docs/slurm.md, on a Slurm.
func TestSlurmPage(t *testing.T) {
	c := slurmtest.Start(t)
	page, program := pageOf(t, "slurm.md"), testProgram(t)
	data, _ := measurements(t, "p40-b64", 300)
	if err := os.Rename(data, "mine.csv"); err != nil {
		t.Fatal(err)
	}
	ran := 0
	for line := range strings.Lines(page) {
		if command, ok := strings.CutPrefix(line, "latpred tune "); ok {
			ran++
			args := append([]string{"tune"}, words(command)...)
			if said := mustCall(t, append(args, "--program", program, "--backend", "go", "--trials", "3", "--epochs", "2")...); !strings.Contains(said, "3 trials, ") {
				t.Errorf("the search: %s", said)
			}
		}
		command, ok := strings.CutPrefix(line, "latpred campaign ")
		if !ok {
			continue
		}
		ran++
		if strings.HasPrefix(command, "collect") {
			c.Until(time.Minute, "all is measured", func() bool { c.Hasten(); return statusOf(t, "lab").Count(campaign.Complete) == 4 })
		}
		args := append([]string{"campaign"}, words(command)...)
		if said := mustCall(t, append(args, "--program", program)...); strings.HasPrefix(command, "cancel") {
			c.Until(time.Minute, "nothing runs", func() bool {
				st := statusOf(t, "lab")
				return st.Count(campaign.Running)+st.Count(campaign.Waiting) == 0
			})
		} else if strings.Contains(command, "--dry-run") && !strings.Contains(said, "#SBATCH --gres=gpu:1\n") {
			t.Errorf("the script: %s", said)
		}
	}
	if got := latencies(t, "set.csv"); ran != 7 || len(got) != 48 {
		t.Errorf("%d commands ran and gave %d networks", ran, len(got))
	}
}

// The commands of docs/kubernetes.md, with a kubectl that stands in for a cluster.
func TestKubernetesPage(t *testing.T) {
	standInKubectl(t)
	ran := 0
	for line := range strings.Lines(pageOf(t, "kubernetes.md")) {
		command, ok := strings.CutPrefix(line, "latpred campaign ")
		if !ok {
			continue
		}
		ran++
		if strings.HasPrefix(command, "collect") { // what the pods measured is copied
			for _, index := range []string{"0", "1", "2", "3"} {
				mustCall(t, "campaign", "work", "lab", "--index", index)
			}
		}
		mustCall(t, append([]string{"campaign"}, words(command)...)...)
	}
	if got := latencies(t, "set.csv"); ran != 5 || len(got) != 48 {
		t.Errorf("%d commands ran and gave %d networks", ran, len(got))
	}
}
