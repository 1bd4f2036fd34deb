package instrument

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/campaign"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/pool"
	"github.com/ofalat/ofalat/latpred/runner"
	"github.com/ofalat/ofalat/latpred/space"
)

func aTask(t *testing.T, name string) *pool.Task {
	t.Helper()
	s, err := space.ByID("nasbench201")
	if err != nil {
		t.Fatal(err)
	}
	archs, err := measure.Sample(s, 1, 3)
	if err != nil {
		t.Fatal(err)
	}
	task := &pool.Task{Job: pool.Job{Campaign: "test", Space: s.ID, Seed: 1, Batch: 1, Threads: 1, Rounds: 2, Extra: -1, Runner: name}}
	for _, a := range archs {
		task.Units = append(task.Units, a.String())
	}
	return task
}

// A task is measured with the owner's program of that name, and with no other: what a task
// calls a runner is never executed.
func TestProgramOfTheOwner(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", dir)
	d, err := New(Options{Runners: campaign.Runners{"board": {Exec: "echo 2.5", Timeout: time.Minute}}, Labels: map[string]string{"rack": "3"}})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	f, err := d.Facts(t.Context())
	if err != nil || f.Labels["rack"] != "3" || f.Labels["model"] == "" || f.Labels["system"] == "" || len(f.Runners["board"]) != 64 || len(f.Runners) != 1 {
		t.Errorf("%+v, %v", f, err)
	}
	path := filepath.Join(dir, "journal")
	if err := d.Measure(t.Context(), aTask(t, "board"), path, nil); err != nil {
		t.Fatal(err)
	}
	j, err := measure.ReadJournalFile(path)
	if err != nil || len(j.Results()) != 3 || j.Results()[0].LatencyMs != 2.5 || len(j.Anchors()) != 3 {
		t.Errorf("%+v, %v", j, err)
	}
	executed := filepath.Join(dir, "executed")
	for _, name := range []string{"", "onnxruntime", "touch " + executed} {
		if err := d.Measure(t.Context(), aTask(t, name), filepath.Join(dir, "none"), nil); err == nil || !strings.Contains(err.Error(), "offers no runner") {
			t.Errorf("runner %q: %v", name, err)
		}
	}
	if files, _ := filepath.Glob(executed); files != nil {
		t.Error("a task's text was executed")
	}
	broken := aTask(t, "board")
	broken.Units[0] = "rubbish"
	if err := d.Measure(t.Context(), broken, filepath.Join(dir, "none"), nil); err == nil || !strings.Contains(err.Error(), `the network "rubbish"`) {
		t.Errorf("%v", err)
	}
}

func TestNew(t *testing.T) {
	if _, err := New(Options{}); err == nil {
		t.Error("an instrument without a runner")
	}
	if _, err := New(Options{Recipes: []string{"abacus"}}); err == nil || !strings.Contains(err.Error(), `no runner "abacus"`) {
		t.Errorf("%v", err)
	}
	// A phone is measured by its runner alone.
	d, err := New(Options{Phone: &runner.Phone{Serial: "P1"}, XLA: true, Runners: campaign.Runners{"board": {Exec: "echo 1"}}})
	if err != nil || d.options.XLA || d.options.Runners != nil || len(d.options.Recipes) != 1 {
		t.Errorf("%+v, %v", d, err)
	}
}
