package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ofalat/ofalat/latpred/campaign"
	"github.com/ofalat/ofalat/latpred/runner"
)

// localArgs is what the machine adds to a shard's command: the program that times networks,
// and a lock of this machine, for shards that share a device take turns.
func localArgs(p *campaign.Plan) ([]string, error) {
	gpus := cmp.Or(os.Getenv("SLURM_JOB_GPUS"), os.Getenv("CUDA_VISIBLE_DEVICES"))
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune("/ ,:", r) {
			return '-'
		}
		return r
	}, fmt.Sprintf("latpred-%d-%s-%s.lock", os.Getuid(), p.Runner, gpus))
	args := []string{"--wait", "--lock", filepath.Join(os.TempDir(), name)}
	if p.Runner == "" {
		return args, nil
	}
	runners, err := campaign.ReadRunners(campaign.RunnersFile())
	if err != nil {
		return nil, err
	}
	if r, err := runners.Find(p.Runner); err == nil {
		args = append(args, "--exec", r.Exec, "--timeout", r.Timeout.String())
		if r.Pick != "" {
			args = append(args, "--pick", r.Pick)
		}
	} else if _, unknown := runner.ByName(p.Runner); unknown == nil {
		args = append(args, "--runner", p.Runner)
	} else {
		return nil, errors.Join(err, unknown)
	}
	return args, nil
}
