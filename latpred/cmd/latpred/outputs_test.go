package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// fullDisk is a standard output on a full disk.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// A result that can't be written is a failure of the command that gives it, whichever.
func TestFullDiskFault(t *testing.T) {
	for _, args := range [][]string{
		{"--help"}, {"data", "list"}, {"lut", "check"}, {"lut", "sum", example}, {"backend", "list"},
		{"adapt", "--plan", "3"}, {"measure", "runners"}, {"predict", "--model", "note10", example}, {"explain", "--model", "note10", example},
		{"evaluate", "--model", "note10", "--data", "note10"}, {"search", "--device", "note10", "--limit", "20", "--generations", "1"},
		{"card", "note10"}, {"reproduce", "--claims"}, {"reproduce", "figure6", "--backend", "go"}, {"serve", "--only", "--benchmark", "nasbench201", "--addr", "127.0.0.1:0"},
	} {
		for _, more := range []string{"", "--json"} {
			if more != "" && args[0] == "--help" {
				continue
			}
			var log bytes.Buffer
			status := run(t.Context(), append(args, strings.Fields(more)...), newOutput(fullDisk{}, &log))
			if status != 1 || strings.Count(log.String(), "writing results: no space left on device") != 1 {
				t.Errorf("%v %s: status %d, %q", args, more, status, log.String())
			}
		}
	}
}

// Where a result is to go is looked at first: the faults that follow in these commands are
// not reached.
func TestOutputsFirst(t *testing.T) {
	dir := t.TempDir()
	bad := map[string]string{
		"missing folder": filepath.Join(dir, "none", "out.svg"),
		"folder":         dir,
		"device":         "/dev/full",
	}
	for name, out := range bad {
		for _, args := range [][]string{
			{"train", "--data", "nowhere", "--out", out}, {"train", "--data", "nowhere", "--out", filepath.Join(dir, "m"), "--checkpoint", out},
			{"finetune", "--from", write(t, "m.latpred", ""), "--data", "nowhere", "--out", out}, {"tune", "--data", "nowhere", "--journal", out},
			{"adapt", "--data", "nowhere", "--out", out}, {"export", "--model", "note10", "--out", out}, {"card", "note10", "--data", "nowhere", "--out", out},
			{"explain", "--model", "note10", "no network", "--figure", out}, {"measure", "export", "no network", "--out", out},
			{"data", "merge", "nowhere", "--out", filepath.Join(dir, "set.csv"), "--journal", out}, {"data", "merge", "nowhere", "--out", filepath.Join(dir, "set.csv"), "--figure", out},
			{"measure", "nets", "--archs", "nowhere", "--out", out}, {"reproduce", "table9", "--record", out}, {"reproduce", "table9", "--results", out},
		} {
			if args[0] == "reproduce" && name == "device" && args[2] == "--results" {
				continue // /dev/full has no end
			}
			stdout, stderr, status := call(t, args...)
			if status != 1 || !strings.Contains(stderr, out) || strings.Contains(stderr, "nowhere") || stdout != "" {
				t.Errorf("%s: %v: status %d, %s", name, args, status, stderr)
			}
		}
	}
	file := write(t, "file", "") // where a folder is wanted
	for _, args := range [][]string{
		{"reproduce", "table9", "--out", file}, {"bench", "encode", "--figures", file}, {"measure", "table", "--space", "mbv3-w1.0", "--out", file},
		{"lut", "fit", "--data", "nowhere", "--out", file}, {"gpu-record", "--hardware", "h", "--out", file}, {"bench", "encode", "--record", filepath.Join(dir, "none")},
	} {
		if _, stderr, status := call(t, args...); status != 1 || strings.Contains(stderr, "nowhere") || strings.Contains(stderr, "no item") {
			t.Errorf("%v: status %d, %s", args, status, stderr)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// What is read is not overwritten by what is made of it.
func TestOutputsAreNoInputs(t *testing.T) {
	data, _ := measurements(t, "note10", 30)
	model := filepath.Join(t.TempDir(), "m.latpred")
	mustCall(t, "train", "--kind", "table", "--data", data, "--out", model)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(data, link); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"train", "--data", data, "--out", data}, {"train", "--data", data, "--out", link}, {"train", "--data", data, "--out", "new", "--checkpoint", data},
		{"train", "--data", data, "--out", model, "--checkpoint", model}, {"adapt", "--data", data, "--out", data}, {"adapt", "--data", data, "--from", model, "--out", model},
		{"finetune", "--from", model, "--data", data, "--out", data}, {"finetune", "--from", model, "--data", data, "--out", model},
		{"finetune", "--from", model, "--data", data, "--out", "new", "--checkpoint", model}, {"export", "--model", model, "--out", model}, {"measure", "nets", "--archs", data, "--exec", "echo 1", "--out", data},
	} {
		before, _ := os.ReadFile(args[len(args)-1])
		if _, stderr, status := call(t, args...); status != 1 || !strings.Contains(stderr, "would be overwritten") && !strings.Contains(stderr, "the same file") {
			t.Errorf("%v: status %d, %s", args, status, stderr)
		}
		if after, _ := os.ReadFile(args[len(args)-1]); !bytes.Equal(before, after) {
			t.Errorf("%v: the file has changed", args)
		}
	}
}

// A training that diverges leaves the predictor that is there, and no checkpoint.
func TestDivergedTrainingWritesNothing(t *testing.T) {
	data, _ := measurements(t, "rtx2080ti-b64", 200)
	dir := t.TempDir()
	model := filepath.Join(dir, "m.latpred")
	args := []string{"train", "--data", data, "--out", model, "--backend", "go", "--epochs", "3", "--layers", "8", "--rate"}
	mustCall(t, append(args, "1e-3")...)
	good, err := os.ReadFile(model)
	if err != nil {
		t.Fatal(err)
	}
	for _, more := range []string{"", "--json"} {
		stdout, stderr, status := call(t, append(append(args, "1e6"), strings.Fields(more)...)...)
		if status != 1 || stdout != "" || !strings.Contains(stderr, "diverged at epoch 1: nothing was written to "+model) {
			t.Errorf("status %d, %s%s", status, stdout, stderr)
		}
	}
	phone, _ := measurements(t, "note10", 100)
	tuned := filepath.Join(dir, "tuned.latpred")
	args = []string{"finetune", "--from", model, "--data", phone, "--out", tuned, "--backend", "go", "--epochs", "3", "--rate"}
	mustCall(t, append(args, "1e-3")...)
	before, err := os.ReadFile(tuned)
	if err != nil {
		t.Fatal(err)
	}
	if _, stderr, status := call(t, append(args, "1e6")...); status != 1 || !strings.Contains(stderr, "nothing was written") {
		t.Errorf("fine-tuned: status %d, %s", status, stderr)
	}
	for name, want := range map[string][]byte{model: good, tuned: before} {
		if now, _ := os.ReadFile(name); !bytes.Equal(now, want) {
			t.Errorf("%s is another one", name)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 2 {
		t.Errorf("left behind: %v", left)
	}
}

// A predictor that can't be saved in the end, here because a folder takes its name while it
// trains, is had by the same command again without training.
func TestTrainingOutlivesItsOutput(t *testing.T) {
	data, _ := measurements(t, "rtx2080ti-b64", 400)
	dir := t.TempDir()
	model, undisturbed := filepath.Join(dir, "m.latpred"), filepath.Join(dir, "u.latpred")
	args := []string{"train", "--data", data, "--backend", "go", "--epochs", "300", "--layers", "200-200", "--json", "--out"}
	cmd, said := speaking(t, append(args, model)...) // it has looked at its output
	if err := os.Mkdir(model, 0o755); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(said)
	if _ = cmd.Wait(); cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(rest), "the training is kept in "+model+".checkpoint") {
		t.Fatalf("%v: %s", cmd.ProcessState, rest)
	}
	if err := os.Remove(model); err != nil {
		t.Fatal(err)
	}
	var r trained
	if err := json.Unmarshal([]byte(mustCall(t, append(args, model)...)), &r); err != nil || r.Resumed != 300 || r.Epochs != 300 {
		t.Errorf("again: %v, %d of %d epochs were there", err, r.Resumed, r.Epochs)
	}
	mustCall(t, append(args, undisturbed)...)
	a, err := os.ReadFile(model)
	b, err2 := os.ReadFile(undisturbed)
	if errors.Join(err, err2) != nil || !bytes.Equal(a, b) {
		t.Errorf("it is another predictor than without the fault: %v %v", err, err2)
	}
	if left, _ := os.ReadDir(dir); len(left) != 2 {
		t.Errorf("left behind: %v", left)
	}
}
