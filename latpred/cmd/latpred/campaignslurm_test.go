//go:build linux

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ofalat/ofalat/internal/slurmtest"
	"github.com/ofalat/ofalat/latpred/campaign"
)

// slurmRun is a campaign on a Slurm of the test's own.
type slurmRun struct {
	*slurmtest.Cluster
	t       *testing.T
	dir     string
	program string
}

// status is what campaign status says.
func (r slurmRun) status() (st campaign.Status) {
	r.t.Helper()
	if err := json.Unmarshal([]byte(mustCall(r.t, "campaign", "status", r.dir, "--json")), &st); err != nil {
		r.t.Fatal(err)
	}
	return st
}

// logAtFailure tells what the tasks said, if the test fails.
func (r slurmRun) logAtFailure() {
	r.t.Cleanup(func() {
		logs, _ := filepath.Glob(filepath.Join(r.dir, "logs", "*"))
		for _, name := range logs {
			if text, err := os.ReadFile(name); err == nil && r.t.Failed() {
				r.t.Logf("%s:\n%s", name, text)
			}
		}
	})
}

// running waits until a shard runs and has further rounds, and returns its task.
func (r slurmRun) running(shard int) (task campaign.Task) {
	r.t.Helper()
	before := r.status().Shards[shard-1].Rounds
	r.Until(time.Minute, "a shard gets further", func() bool {
		r.Hasten()
		s := r.status().Shards[shard-1]
		if s.State == campaign.Running && s.Rounds > before {
			task = *s.Task
			return true
		}
		return false
	})
	return task
}

// job is the number of a task's own job.
func (r slurmRun) job(task campaign.Task) string {
	return strings.TrimSpace(r.Run("squeue", "-h", "--array", "--states=all", "--jobs="+task.ID, "-o", "%A"))
}

// Whatever happens to tasks, the node and the controller: in the end each network is
// measured once, with the latency that one process measures.
func TestSlurm(t *testing.T) {
	c := slurmtest.Start(t)
	const networks = 96
	plan := simulatedPlan(t, "faults", networks, 4, 50*time.Millisecond, "slurm: {warning: 30s}\n")
	r := slurmRun{c, t, filepath.Join(t.TempDir(), "c"), testProgram(t)}
	r.logAtFailure()
	mustCall(t, "campaign", plan, "--engine", "slurm", "--dir", r.dir, "--program", r.program)

	t.Run("warned", func(t *testing.T) { // as before a limit
		task := r.running(1)
		r.Run("scancel", "--signal=USR1", "--batch", task.ID)
		r.Until(20*time.Second, "it queued itself again", func() bool {
			s := r.status().Shards[0]
			return s.State == campaign.Waiting && s.Task.Reason == "BeginTime" && s.Rounds%2 == 0
		})
	})
	t.Run("requeued", func(t *testing.T) {
		task := r.running(2)
		r.Run("scontrol", "requeue", task.ID)
		r.running(2)
	})
	t.Run("preempted", func(t *testing.T) {
		r.running(3)
		high := strings.TrimSpace(r.Run("sbatch", "--parsable", "--partition=high", "--cpus-per-task=4", "--output=/dev/null", "--wrap", "sleep 1"))
		r.Until(20*time.Second, "all tasks wait", func() bool { return r.status().Count(campaign.Running) == 0 })
		r.Until(20*time.Second, "what preempted them ended", func() bool {
			return strings.TrimSpace(r.Run("squeue", "-h", "--states=all", "--jobs="+high, "-o", "%T")) == "COMPLETED"
		})
	})
	t.Run("drained", func(t *testing.T) {
		r.Run("scontrol", "update", "NodeName="+r.Node, "State=DRAIN", "Reason=test")
		r.Hasten()
		r.Until(20*time.Second, "the node is drained", func() bool { return strings.HasPrefix(r.Run("sinfo", "-h", "-p", "low", "-o", "%T"), "drain") })
		if n := r.status().Count(campaign.Waiting); n == 0 {
			t.Errorf("on a drained node no shard waits: %+v", r.status())
		}
		r.Run("scontrol", "update", "NodeName="+r.Node, "State=RESUME")
		r.running(3)
	})
	t.Run("controller restarted", func(t *testing.T) {
		r.StopController()
		before, err := r.progress(4)
		time.Sleep(300 * time.Millisecond)
		r.StartController()
		r.running(4)
		if after, err2 := r.progress(4); err != nil || err2 != nil || after.Rounds <= before.Rounds {
			t.Errorf("without a controller: %v, %v; %+v, %+v", err, err2, before, after)
		}
	})
	t.Run("killed", func(t *testing.T) {
		task := r.running(4)
		pid := r.Pid(r.job(task))
		if pid == 0 || syscall.Kill(pid, syscall.SIGKILL) != nil {
			t.Fatalf("process %d of %+v", pid, task)
		}
		r.Until(20*time.Second, "it is said to have failed", func() bool { return r.status().Shards[3].State == campaign.Failed })
		mustCall(t, "campaign", "resume", r.dir, "--program", r.program)
		r.running(4)
	})
	t.Run("cancelled", func(t *testing.T) {
		mustCall(t, "campaign", "cancel", r.dir)
		r.Until(20*time.Second, "nothing runs", func() bool { st := r.status(); return st.Count(campaign.Running)+st.Count(campaign.Waiting) == 0 })
		mustCall(t, "campaign", "resume", r.dir, "--program", r.program)
	})
	if err := os.WriteFile(filepath.Join(filepath.Dir(plan), "fast"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	r.Until(2*time.Minute, "all is measured", func() bool { r.Hasten(); return r.status().Count(campaign.Complete) == 4 })

	local := filepath.Join(t.TempDir(), "c")
	mustCall(t, "campaign", simulatedPlan(t, "faultless", networks, 4, 0, ""), "--dir", local, "--slots", "4", "--program", r.program)
	r.Until(20*time.Second, "the last task has written its rows", func() bool { return strings.TrimSpace(r.Run("squeue", "-h")) == "" })
	if got, want := measuredRows(t, r.dir), measuredRows(t, local); !slices.Equal(got, want) || len(got) != networks {
		t.Errorf("Slurm gave %d rows, one machine %d, or others:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
}

// progress is how far a shard is, without asking the engine.
func (r slurmRun) progress(shard int) (campaign.Progress, error) {
	f, err := campaign.Open(r.dir)
	if err != nil {
		return campaign.Progress{}, err
	}
	return f.Progress(shard)
}

// A limit that is too near: Slurm itself warns, and the task queues itself again with what it
// has got.
func TestSlurmTimeLimit(t *testing.T) {
	if *kills < 100 {
		t.Skip("Slurm looks at limits every half minute: runs with -kills 100")
	}
	c := slurmtest.Start(t)
	plan := simulatedPlan(t, "limit", 8, 1, time.Second, "slurm: {time: 1m, warning: 40s}\n")
	r := slurmRun{c, t, filepath.Join(t.TempDir(), "c"), testProgram(t)}
	mustCall(t, "campaign", plan, "--engine", "slurm", "--dir", r.dir, "--program", r.program)
	starts := 0
	r.Until(4*time.Minute, "all is measured", func() bool {
		r.Hasten()
		s := r.status().Shards[0]
		if out, err := exec.Command("scontrol", "show", "job", "--oneliner", s.Task.ID).Output(); err == nil {
			_, rest, _ := strings.Cut(string(out), "Restarts=")
			if len(rest) > 0 && rest[0] > '0' {
				starts = int(rest[0] - '0')
			}
		}
		return s.State == campaign.Complete
	})
	log, err := os.ReadFile(filepath.Join(r.dir, "logs", "shard-0001-of-0001.log"))
	if err != nil || starts == 0 {
		t.Errorf("the task was never queued again: %v\n%s", err, log)
	}
	if n := len(measuredRows(t, r.dir)); n != 8 {
		t.Errorf("%d networks, want 8", n)
	}
}
