//go:build unix

package main

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ofalat/ofalat/internal/killtest"
	"github.com/ofalat/ofalat/latpred/campaign"
)

// Killed at any moment with or without the processes of its shards, a campaign goes on by the
// same command, and comes to what it comes to undisturbed.
func TestCampaignKills(t *testing.T) {
	plan, program := simulatedPlan(t, "killed", 12, 3, time.Millisecond, ""), testProgram(t)
	args, err := json.Marshal([]string{"campaign", plan, "--dir", "c", "--slots", "2", "--program", program})
	if err != nil {
		t.Fatal(err)
	}
	p := killtest.Program{
		Command: func(dir string) *exec.Cmd {
			cmd := exec.Command(os.Args[0])
			cmd.Dir, cmd.Env = dir, append(os.Environ(), "LATPRED_TEST_MAIN="+string(args))
			return cmd
		},
		Result: func(dir string, _ []byte) (string, error) {
			return strings.Join(measuredRows(t, filepath.Join(dir, "c")), "\n"), nil
		},
		Whole: func(dir string) error {
			f, err := campaign.Open(filepath.Join(dir, "c"))
			if err != nil {
				return nil // it has not begun
			}
			_, err = f.Status(t.Context(), map[string]campaign.Engine{"local": campaign.Local{}})
			return err
		},
	}
	t.Log(killtest.Run(t, rand.New(rand.NewPCG(uint64(os.Getpid()), 2)), p, killShare()))
}
