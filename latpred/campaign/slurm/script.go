package slurm

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/ofalat/ofalat/internal/shell"
	"github.com/ofalat/ofalat/latpred/campaign"
)

// Script returns the batch script that measures shards of a campaign with the program
// latpred of that path on the nodes. It errs if a path can't be written into a script.
func Script(f *campaign.Folder, program string, shards []int) ([]byte, error) {
	for _, path := range []string{f.Dir, program} {
		if strings.ContainsAny(path, "\n\r\x00%\\\"") {
			return nil, fmt.Errorf("slurm: the path %q has characters that Slurm reads as its own", path)
		}
	}
	s := f.Plan.Slurm
	var b bytes.Buffer
	b.WriteString("#!/bin/bash\n")
	option := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "#SBATCH --%s=%s\n", name, value)
		}
	}
	array := campaign.Ranges(shards)
	if s.AtOnce > 0 {
		array += fmt.Sprintf("%%%d", s.AtOnce)
	}
	option("job-name", f.Plan.Name)
	option("array", array)
	option("partition", s.Partition)
	option("account", s.Account)
	option("qos", s.QOS)
	option("gres", s.Gres)
	option("constraint", s.Constraint)
	option("cpus-per-task", fmt.Sprint(s.CPUs))
	option("mem", s.Memory)
	if s.Exclusive {
		b.WriteString("#SBATCH --exclusive\n")
	}
	if s.Time > 0 {
		option("time", clock(s.Time))
	}
	option("signal", fmt.Sprintf("B:USR1@%d", int(s.Warning.Seconds())))
	if *s.Requeue {
		b.WriteString("#SBATCH --requeue\n")
	} else {
		b.WriteString("#SBATCH --no-requeue\n")
	}
	option("open-mode", "append")
	option("output", fmt.Sprintf("\"%s\"", filepath.Join(f.Dir, "logs", fmt.Sprintf("shard-%%4a-of-%04d.log", f.Plan.Shards))))
	b.WriteString("\n")
	for _, line := range s.Setup {
		b.WriteString(line + "\n")
	}
	// In place of the shell, so that signals reach it.
	fmt.Fprintf(&b, "exec %s campaign work %s --shard \"$SLURM_ARRAY_TASK_ID\" --warning %s\n", shell.Quote(program), shell.Quote(f.Dir), s.Warning)
	return b.Bytes(), nil
}

// clock writes a duration as Slurm reads it: hours:minutes:seconds.
func clock(d time.Duration) string {
	s := int(d.Seconds())
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}
