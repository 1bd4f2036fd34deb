//go:build unix

package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/ofalat/ofalat/internal/killtest"
	"github.com/ofalat/ofalat/kernelext/run"
)

var kills = flag.Int("kills", 0, "how many runs of notebooks TestKills kills")

// TestKills kills kernelext run while it executes notebooks. Whatever is in its folder is
// whole after each kill, and the run that goes on from what was executed before gives the
// outputs of an undisturbed one.
func TestKills(t *testing.T) {
	if *kills == 0 {
		t.Skip("builds GoNB and takes seconds for each run: runs with -kills 20")
	}
	module, err := run.FindModule(t.Context(), ".")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := run.InstallTools(t.Context(), module); err != nil {
		t.Fatal(err)
	}
	tools, err := run.CacheDir()
	if err != nil {
		t.Fatal(err)
	}
	goCache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "kernelext")
	if text, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	outlived := 0
	t.Cleanup(func() { t.Logf("%d kernels outlived their run", outlived) })
	notebooks := []string{"a.ipynb", "b.ipynb", "c.ipynb"}
	p := killtest.Program{
		Prepare: func(dir string) error {
			cache := filepath.Join(dir, "cache", "ofalat")
			err := os.MkdirAll(cache, 0o755)
			for i, name := range notebooks {
				err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), notebook(fmt.Sprintf("%%%%\nfmt.Println(%d * 7)", i+1)), 0o644))
			}
			return errors.Join(err, os.Symlink(filepath.Join(tools, "bin"), filepath.Join(cache, "bin")))
		},
		Command: func(dir string) *exec.Cmd {
			cmd := exec.Command(program, append([]string{"run", "--module", module, "--no-plugin", "--jobs", "1"}, notebooks...)...)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+filepath.Join(dir, "cache"), "GOCACHE="+strings.TrimSpace(string(goCache)))
			t.Cleanup(func() { outlived += endKernels(t, dir) })
			return cmd
		},
		Whole: func(dir string) error { return wholeOutputs(filepath.Join(dir, "out")) },
		Result: func(dir string, _ []byte) (text string, err error) {
			for _, name := range notebooks {
				nb, err := run.ReadNotebook(filepath.Join(dir, "out", name))
				if err != nil {
					return "", err
				}
				for _, c := range nb.Cells {
					said, err := json.Marshal(c.Outputs)
					if err != nil {
						return "", err
					}
					text += string(said) + "\n"
				}
			}
			return text, nil
		},
	}
	t.Log(killtest.Run(t, rand.New(rand.NewPCG(uint64(os.Getpid()), 1)), p, *kills))
}

// endKernels ends the kernels that runs in dir have left, and counts them.
func endKernels(t *testing.T, dir string) (n int) {
	t.Helper()
	list, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range list {
		line, err := os.ReadFile(file)
		if err != nil || !strings.HasPrefix(string(line), dir+"/") {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err == nil && syscall.Kill(pid, syscall.SIGKILL) == nil {
			n++
		}
	}
	return n
}

// notebook is a notebook with one cell of code.
func notebook(code string) []byte {
	text, err := json.Marshal(map[string]any{
		"nbformat": 4, "nbformat_minor": 5,
		"metadata": map[string]any{"kernelspec": map[string]any{"name": run.KernelspecName, "display_name": "Go", "language": "go"}},
		"cells": []any{
			map[string]any{"cell_type": "markdown", "id": "title", "metadata": map[string]any{}, "source": "# A notebook"},
			map[string]any{"cell_type": "code", "id": "code", "metadata": map[string]any{}, "source": code, "outputs": []any{}, "execution_count": nil},
		},
	})
	if err != nil {
		panic(err)
	}
	return text
}

// wholeOutputs errs if a notebook, report or page in the folder of outputs is torn.
func wholeOutputs(dir string) error {
	files, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	for _, f := range files {
		if strings.HasPrefix(f.Name(), ".") {
			continue // temporary
		}
		content, readErr := os.ReadFile(filepath.Join(dir, f.Name()))
		err = errors.Join(err, readErr)
		switch filepath.Ext(f.Name()) {
		case ".ipynb", ".json":
			if !json.Valid(content) {
				err = errors.Join(err, fmt.Errorf("%s is torn", f.Name()))
			}
		case ".html":
			if !strings.HasSuffix(strings.TrimSpace(string(content)), "</html>") {
				err = errors.Join(err, fmt.Errorf("%s is torn", f.Name()))
			}
		}
	}
	return err
}
