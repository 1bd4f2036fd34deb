package slurm

import (
	"strings"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/campaign"
)

func plan(t *testing.T, more string) *campaign.Folder {
	t.Helper()
	p, err := campaign.Read([]byte("name: p40\nnetworks: {sample: 100}\nshards: 12\n"+more), "plan.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return &campaign.Folder{Dir: "/shared/it's p40", Plan: p}
}

func TestScript(t *testing.T) {
	f := plan(t, `slurm:
  partition: gpu
  account: lab
  gres: gpu:a100:1
  cpus: 4
  memory: 8G
  exclusive: true
  time: 26h30m
  warning: 5m
  at_once: 3
  setup: [module load cuda]
`)
	got, err := Script(f, "/shared/latpred", []int{1, 2, 3, 4, 7})
	if err != nil {
		t.Fatal(err)
	}
	const want = `#!/bin/bash
#SBATCH --job-name=p40
#SBATCH --array=1-4,7%3
#SBATCH --partition=gpu
#SBATCH --account=lab
#SBATCH --gres=gpu:a100:1
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --exclusive
#SBATCH --time=26:30:00
#SBATCH --signal=B:USR1@300
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output="/shared/it's p40/logs/shard-%4a-of-0012.log"

module load cuda
exec /shared/latpred campaign work '/shared/it'\''s p40' --shard "$SLURM_ARRAY_TASK_ID" --warning 5m0s
`
	if string(got) != want {
		t.Errorf("got\n%s", got)
	}
	f.Dir = "/shared/50%"
	if _, err := Script(f, "/shared/latpred", []int{1}); err == nil {
		t.Error("a path with % was taken, which Slurm replaces")
	}
}

// Words of squeue and sacct, from their manuals, as of Slurm 22.05.
func TestParse(t *testing.T) {
	got, err := parse(`13_1|1|RUNNING|n1|None
13_2|2|PENDING||BeginTime
13_3|3|TIMEOUT|n1|TimeLimit
13_[4-8]|4-8|PENDING||Priority
13_9|13_9|CANCELLED by 0|n2|0:0
13_10|13_10|FAILED|n2|1:0
13_11|13_11|COMPLETED|n2|0:0
13_12|13_12|OUT_OF_MEMORY|n2|0:125
`)
	if err != nil {
		t.Fatal(err)
	}
	for shard, want := range map[int]campaign.Task{
		1: {ID: "13_1", State: campaign.Running, Node: "n1"}, 2: {ID: "13_2", State: campaign.Waiting, Reason: "BeginTime"},
		3: {ID: "13_3", State: campaign.Failed, Node: "n1", Reason: "timeout TimeLimit"}, 9: {ID: "13_9", State: campaign.Stopped, Node: "n2", Reason: "cancelled"},
		10: {ID: "13_10", State: campaign.Failed, Node: "n2", Reason: "failed 1:0"}, 11: {ID: "13_11", State: campaign.Complete, Node: "n2"},
		12: {ID: "13_12", State: campaign.Failed, Node: "n2", Reason: "out_of_memory 0:125"},
	} {
		if got[shard] != want {
			t.Errorf("shard %d: %+v, want %+v", shard, got[shard], want)
		}
	}
	if len(got) != 7 {
		t.Errorf("%d tasks: %+v", len(got), got)
	}
	if _, err := parse("slurm_load_jobs error"); err == nil {
		t.Error("a message was taken for a task")
	}
}

// Whatever stands in submissions.jsonl, no command gets it as a flag.
func TestJobIsANumber(t *testing.T) {
	f := plan(t, "")
	for _, id := range []string{"", "--all", "1 2", "1_1", strings.Repeat("x", 10)} {
		if _, err := (Engine{}).Tasks(t.Context(), f, id); err == nil {
			t.Errorf("tasks of %q", id)
		}
		if err := (Engine{}).Cancel(t.Context(), f, id); err == nil {
			t.Errorf("cancelled %q", id)
		}
	}
	if got := clock(26*time.Hour + 30*time.Minute + time.Second); got != "26:30:01" {
		t.Errorf("clock %s", got)
	}
}
