package slurm_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ofalat/ofalat/latpred/campaign"
	"github.com/ofalat/ofalat/latpred/campaign/slurm"
)

// The array job of a campaign: a task for each shard that is to be measured.
func ExampleScript() {
	dir, err := os.MkdirTemp("", "campaign")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	plan := filepath.Join(dir, "plan.yaml")
	text := "name: lab\nnetworks: {sample: 48}\nshards: 4\nslurm: {partition: gpu, gres: 'gpu:1', time: 2h, at_once: 2}\n"
	if err := os.WriteFile(plan, []byte(text), 0o644); err != nil {
		fmt.Println(err)
		return
	}
	folder, err := campaign.Create(filepath.Join(dir, "lab"), plan)
	if err != nil {
		fmt.Println(err)
		return
	}
	script, err := slurm.Script(folder, "/shared/latpred", []int{1, 2, 4})
	if err != nil {
		fmt.Println(err)
		return
	}
	for line := range strings.Lines(string(script)) {
		if strings.Contains(line, "--array") || strings.Contains(line, "--gres") || strings.Contains(line, "--time") {
			fmt.Print(line)
		}
	}
	// Output:
	// #SBATCH --array=1-2,4%2
	// #SBATCH --gres=gpu:1
	// #SBATCH --time=2:00:00
}
