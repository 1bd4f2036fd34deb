package slurm

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/ofalat/ofalat/latpred/campaign"
)

// Engine submits campaigns by the commands of Slurm, which are to be in PATH.
type Engine struct {
	Program string // latpred on the nodes
}

var jobForm = regexp.MustCompile(`^\d+$`)

// Submit submits an array job and returns its number.
func (e Engine) Submit(ctx context.Context, f *campaign.Folder, shards []int) (id string, err error) {
	script, err := Script(f, e.Program, shards)
	if err != nil {
		return "", err
	}
	return submit(ctx, script, "--chdir", f.Dir)
}

// submit hands a script to sbatch and returns the job's number.
func submit(ctx context.Context, script []byte, options ...string) (id string, err error) {
	out, err := campaign.Call(ctx, script, "sbatch", append([]string{"--parsable"}, options...)...)
	if err != nil {
		return "", err
	}
	id, _, _ = strings.Cut(strings.TrimSpace(out), ";") // after it the cluster's name
	if !jobForm.MatchString(id) {
		return "", fmt.Errorf("sbatch gave %.100q, where a job's number is wanted", out)
	}
	return id, nil
}

// Tasks returns what Slurm knows of the tasks of a job.
func (e Engine) Tasks(ctx context.Context, _ *campaign.Folder, id string) (map[int]campaign.Task, error) {
	if !jobForm.MatchString(id) {
		return nil, fmt.Errorf("slurm: %.100q is no number of a job", id)
	}
	out, err := campaign.Call(ctx, nil, "squeue", "--noheader", "--array", "--states=all", "--jobs="+id, "--format=%i|%K|%T|%N|%r")
	if err != nil && !strings.Contains(err.Error(), "Invalid job id") { // forgotten: it ended long ago
		return nil, err
	}
	if err == nil && strings.TrimSpace(out) != "" {
		return parse(out)
	}
	// Accounting may be off; then nothing more is known.
	if out, err = campaign.Call(ctx, nil, "sacct", "--noheader", "--allocations", "--parsable2", "--jobs="+id, "--format=JobID,JobID,State,NodeList,ExitCode"); err != nil {
		return nil, nil
	}
	return parse(out)
}

// Cancel cancels the tasks of a job that have not ended.
func (e Engine) Cancel(ctx context.Context, _ *campaign.Folder, id string) error {
	if !jobForm.MatchString(id) {
		return fmt.Errorf("slurm: %.100q is no number of a job", id)
	}
	_, err := campaign.Call(ctx, nil, "scancel", id)
	if err != nil && strings.Contains(err.Error(), "Invalid job id") {
		return nil // it has ended
	}
	return err
}

// Requeue queues the task that this process is again; Slurm then ends the process.
func Requeue(ctx context.Context) error {
	id := os.Getenv("SLURM_JOB_ID")
	if id == "" {
		return fmt.Errorf("slurm: this process is no task: SLURM_JOB_ID is not set")
	}
	_, err := campaign.Call(ctx, nil, "scontrol", "requeue", id)
	return err
}

// parse reads lines of id|index|state|node|reason. Where the index is the id again, as of
// sacct, it is what follows the underscore.
func parse(text string) (map[int]campaign.Task, error) {
	tasks := map[int]campaign.Task{}
	for line := range strings.Lines(text) {
		fields := strings.Split(strings.TrimSpace(line), "|")
		if len(fields) != 5 {
			return nil, fmt.Errorf("slurm: %.200q is no line of id, index, state, node and reason", line)
		}
		_, index, ok := strings.Cut(fields[1], "_")
		if !ok {
			index = fields[1]
		}
		shard, err := strconv.Atoi(index)
		if err != nil {
			continue // the rest of an array, or a step
		}
		word, _, _ := strings.Cut(fields[2], " ") // CANCELLED by 0
		t := campaign.Task{ID: fields[0], State: state(word), Node: fields[3]}
		if reason := fields[4]; reason != "None" && reason != "0:0" {
			t.Reason = reason
		}
		if t.State == campaign.Failed || t.State == campaign.Stopped {
			t.Reason = strings.TrimSpace(strings.ToLower(word) + " " + t.Reason)
		}
		tasks[shard] = t
	}
	return tasks, nil
}

// state is a word of Slurm's in those of package campaign.
func state(word string) campaign.State {
	switch word {
	case "RUNNING", "COMPLETING", "CONFIGURING", "STAGE_OUT", "SIGNALING", "SUSPENDED", "STOPPED", "RESIZING":
		return campaign.Running
	case "PENDING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "SPECIAL_EXIT", "RESV_DEL_HOLD":
		return campaign.Waiting
	case "COMPLETED":
		return campaign.Complete
	case "CANCELLED", "PREEMPTED", "REVOKED":
		return campaign.Stopped
	}
	return campaign.Failed // FAILED, TIMEOUT, NODE_FAIL, OUT_OF_MEMORY, BOOT_FAIL, DEADLINE
}
