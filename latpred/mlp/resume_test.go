package mlp_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/mlp"
)

// A complete training leaves its checkpoint to the caller: with it the same training is
// had again without an epoch, whatever ended it, and one of fewer epochs is refused.
func TestCompleteTrainingKeepsItsCheckpoint(t *testing.T) {
	be := open(t, backend.Go)
	data, validation, _ := load(t, "rtx2080ti-b64", 200)
	for name, end := range map[string]func(*mlp.Config){
		"epochs":     func(c *mlp.Config) { c.Epochs = 5 },
		"best":       func(c *mlp.Config) { c.Epochs, c.KeepBest = 5, true },
		"patience":   func(c *mlp.Config) { c.Epochs, c.Patience, c.KeepBest, c.Optimizer.LearningRate = 60, 3, true, 3e-2 },
		"divergence": func(c *mlp.Config) { c.Epochs, c.Optimizer.LearningRate = 50, 1e3 },
		"adam":       func(c *mlp.Config) { c.Epochs, c.Optimizer = 5, tiny(mlp.Adam).Optimizer },
	} {
		config := tiny(mlp.SGD)
		end(&config)
		config.Checkpoint = filepath.Join(t.TempDir(), "state")
		job := mlp.Job{Seed: 1, Train: data, Validation: validation, Config: config}
		first, err := mlp.Train(t.Context(), be, job)
		if err != nil {
			t.Fatal(err)
		}
		again, err := mlp.Train(t.Context(), be, job)
		if err != nil || again.Resumed != len(first.History) || len(again.History) != len(first.History) ||
			again.Stopped != first.Stopped || again.Diverged != first.Diverged || !first.Diverged && !same(again.Params, first.Params) {
			t.Errorf("%s: again: %v, %d epochs of which %d are taken over, want %d", name, err, len(again.History), again.Resumed, len(first.History))
		}
		if job.Config.Epochs = len(first.History) - 1; job.Config.Epochs == 0 {
			continue // it diverged at once
		}
		if _, err := mlp.Train(t.Context(), be, job); err == nil || !strings.Contains(err.Error(), "more than the") {
			t.Errorf("%s: fewer epochs than the checkpoint has: %v", name, err)
		}
		if err := config.RemoveCheckpoint(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(config.Checkpoint); err == nil {
			t.Error("the checkpoint is still there")
		}
		if err := config.RemoveCheckpoint(); err != nil {
			t.Errorf("removing what is not there: %v", err)
		}
	}
}

// Where the state can't be saved, a complete training is a result, and an interrupted one
// says so.
func TestCheckpointThatCannotBeSaved(t *testing.T) {
	data, validation, _ := load(t, "rtx2080ti-b64", 200)
	config := tiny(mlp.SGD)
	config.Epochs, config.Checkpoint = 5, filepath.Join(t.TempDir(), "none", "state")
	job := mlp.Job{Seed: 1, Train: data, Validation: validation, Config: config}
	if r, err := mlp.Train(t.Context(), open(t, backend.Go), job); err != nil || len(r.History) != 5 {
		t.Errorf("complete: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	job.Observe = func(mlp.Progress) { cancel() }
	if r, err := mlp.Train(ctx, open(t, backend.Go), job); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "can't be saved") || len(r.History) != 1 {
		t.Errorf("interrupted: %v", err)
	}
	job.Config.CheckpointEvery, job.Observe = time.Nanosecond, nil
	if _, err := mlp.Train(t.Context(), open(t, backend.Go), job); err == nil || !strings.Contains(err.Error(), "can't be saved") {
		t.Errorf("on the way: %v", err)
	}
}

// A killed process: the test runs itself as a child that trains slowly, kills it,
// and goes on from its checkpoint.
func TestResumeAfterKill(t *testing.T) {
	file := os.Getenv("MLP_TEST_CHECKPOINT")
	config := tiny(mlp.SGD)
	config.Epochs, config.CheckpointEvery = 40, time.Nanosecond
	be := open(t, backend.Go)
	data, validation, _ := load(t, "rtx2080ti-b64", 200)
	if file != "" { // the child
		config.Checkpoint = file
		_, err := mlp.Train(t.Context(), be, mlp.Job{Seed: 1, Train: data, Validation: validation, Config: config, Observe: func(mlp.Progress) { time.Sleep(20 * time.Millisecond) }})
		t.Fatalf("the child was not killed: %v", err)
	}
	config.Checkpoint = filepath.Join(t.TempDir(), "state")
	child := exec.Command(os.Args[0], "-test.run=^TestResumeAfterKill$")
	child.Env = append(os.Environ(), "MLP_TEST_CHECKPOINT="+config.Checkpoint)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if _, err := os.Stat(config.Checkpoint); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(150 * time.Millisecond)
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	r, err := mlp.Train(t.Context(), be, mlp.Job{Seed: 1, Train: data, Validation: validation, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	if r.Resumed == 0 || r.Resumed == 40 {
		t.Fatalf("resumed after %d of 40 epochs", r.Resumed)
	}
	config.Checkpoint = ""
	whole, err := mlp.Train(t.Context(), be, mlp.Job{Seed: 1, Train: data, Validation: validation, Config: config})
	if err != nil || !same(r.Params, whole.Params) {
		t.Errorf("a resumed training ends elsewhere than a whole one: %v", err)
	}
}

func TestCheckpointFaults(t *testing.T) {
	be := open(t, backend.Go)
	data, validation, _ := load(t, "rtx2080ti-b64", 200)
	config := tiny(mlp.SGD)
	config.Checkpoint = filepath.Join(t.TempDir(), "state")
	if err := os.WriteFile(config.Checkpoint, []byte("nonsense"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := mlp.Train(t.Context(), be, mlp.Job{Seed: 1, Train: data, Validation: validation, Config: config}); err == nil || !strings.Contains(err.Error(), "remove it to start over") {
		t.Errorf("a damaged checkpoint: %v", err)
	}
	if err := os.Remove(config.Checkpoint); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, _ = mlp.Train(ctx, be, mlp.Job{Seed: 1, Train: data, Validation: validation, Config: config, Observe: func(mlp.Progress) { cancel() }})
	if _, err := mlp.Train(t.Context(), be, mlp.Job{Seed: 2, Train: data, Validation: validation, Config: config}); err == nil || !strings.Contains(err.Error(), "of another training") {
		t.Errorf("a checkpoint of another seed: %v", err)
	}
	content, err := os.ReadFile(config.Checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	for at := range len(content) { // one byte of the file is another one
		if at > 200 && at%997 != 0 {
			continue
		}
		damaged := slices.Clone(content)
		damaged[at] ^= 0x10
		if err := os.WriteFile(config.Checkpoint, damaged, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := mlp.Train(t.Context(), be, mlp.Job{Seed: 1, Train: data, Validation: validation, Config: config}); err == nil || !strings.Contains(err.Error(), "remove it to start over") {
			t.Fatalf("byte %d of %d is another: %v", at, len(content), err)
		}
	}
}
