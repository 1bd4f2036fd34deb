//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A run that is asked to end, also by a terminal that closes, ends at once and says so, even
// while the go command builds the kernel.
func TestSignalsEndARun(t *testing.T) {
	module, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	begun := filepath.Join(dir, "begun")
	standIn := "#!/bin/sh\ntouch " + begun + "\nexec sleep 60\n"
	if err := os.WriteFile(filepath.Join(dir, "go"), []byte(standIn), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a.ipynb"), notebook("1"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		_ = os.Remove(begun)
		cmd := exec.Command(os.Args[0])
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "KERNELEXT_TEST_MAIN=run a.ipynb --no-plugin --module "+module,
			"PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"), "XDG_CACHE_HOME="+filepath.Join(dir, "cache"))
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &said, &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for start := time.Now(); ; time.Sleep(10 * time.Millisecond) {
			if _, err := os.Stat(begun); err == nil {
				break
			}
			if time.Since(start) > time.Minute {
				_ = cmd.Process.Kill()
				t.Fatal("it does not begin")
			}
		}
		if err := cmd.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		_ = cmd.Wait()
		if cmd.ProcessState.ExitCode() != 130 || !strings.Contains(said.String(), "interrupted") || time.Since(start) > 30*time.Second {
			t.Errorf("%v: %v after %v: %s", s, cmd.ProcessState, time.Since(start), &said)
		}
	}
}
