package slurm

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ofalat/ofalat/internal/shell"
	"github.com/ofalat/ofalat/latpred/campaign"
)

// Job is one command that runs as a job of its own, outside of any campaign.
type Job struct {
	Name    string
	Dir     string   // where it runs, on a disk that all nodes share
	Log     string   // file for what it says, which it appends to
	Options []string // of sbatch, such as "--partition=gpu"
	Command []string // program and arguments
}

// away is how long Slurm may give no answer before Run gives up.
const away = 10 * time.Minute

// Run submits the job and returns when it has ended: with an error that names the log unless
// it ended well. One that is requeued has not ended. When ctx ends, the job is cancelled. A job
// that Slurm has forgotten is taken for ended: its result is to be looked at in any case.
func (j Job) Run(ctx context.Context) error {
	id, err := submit(ctx, j.script(), "--chdir", j.Dir)
	if err != nil {
		return err
	}
	heard := time.Now()
	for pause := 200 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		select {
		case <-ctx.Done():
			_ = Engine{}.Cancel(context.WithoutCancel(ctx), nil, id) // it ends by itself at the latest
			return ctx.Err()
		case <-time.After(pause):
		}
		out, err := campaign.Call(ctx, nil, "squeue", "--noheader", "--states=all", "--jobs="+id, "--format=%T %r")
		switch {
		case err != nil && strings.Contains(err.Error(), "Invalid job id"):
			return nil
		case err != nil && ctx.Err() == nil && time.Since(heard) > away:
			return err
		case err != nil:
			continue
		}
		heard = time.Now()
		word, reason, _ := strings.Cut(strings.TrimSpace(out), " ")
		switch state(word) {
		case campaign.Complete:
			return nil
		case campaign.Failed, campaign.Stopped:
			return fmt.Errorf("job %s of Slurm: %s (%s): see %s", id, strings.ToLower(word), reason, j.Log)
		}
	}
}

// script is what sbatch gets.
func (j Job) script() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "#!/bin/bash\n#SBATCH --job-name=%s\n#SBATCH --requeue\n#SBATCH --open-mode=append\n#SBATCH --output=%q\n", j.Name, j.Log)
	for _, o := range j.Options {
		fmt.Fprintf(&b, "#SBATCH %s\n", o)
	}
	b.WriteString("exec")
	for _, word := range j.Command {
		b.WriteString(" " + shell.Quote(word))
	}
	b.WriteString("\n")
	return b.Bytes()
}
