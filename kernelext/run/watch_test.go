package run

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// hold is another process's part of TestKilled: it runs a cell without an end in a Jupyter
// kernel that a script starts.
func hold(script string) {
	s, err := Start(context.Background(), Launch{Path: script}, ".")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(s.cmd.Process.Pid, s.dir)
	_ = s.Execute(context.Background(), &Cell{Type: "code", Source: "deaf"}, time.Hour)
}

// alive reports whether a group has a process.
func alive(group int) bool { return syscall.Kill(-group, 0) == nil }

// A process that is killed, and can do nothing about it, leaves no Jupyter kernel, no
// process of its cells and no temporary files.
func TestKilled(t *testing.T) {
	script := filepath.Join(t.TempDir(), "kernel")
	if err := os.WriteFile(script, []byte("#!/bin/sh\nsh -c 'trap \"\" HUP TERM; while :; do sleep 1; done' &\nexec '"+os.Args[0]+"' \"$1\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGQUIT} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "KERNELEXT_HOLD="+script)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		pid, dir, ok := strings.Cut(strings.TrimSpace(line), " ")
		group, nan := strconv.Atoi(pid)
		if err != nil || nan != nil || !ok || !alive(group) {
			t.Fatalf("the kernel's group: %q %v", line, err)
		}
		time.Sleep(100 * time.Millisecond) // the cell runs
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		gone := func() bool {
			_, err := os.Stat(dir)
			return !alive(group) && os.IsNotExist(err)
		}
		for end := time.Now().Add(10 * time.Second); !gone() && time.Now().Before(end); {
			time.Sleep(20 * time.Millisecond)
		}
		if !gone() {
			_ = syscall.Kill(-group, syscall.SIGKILL)
			t.Errorf("after %v the kernel's processes or its folder %s are left", signal, dir)
		}
	}
}

// A session that is closed leaves no watchdog, which would end others' processes later.
func TestWatchEnds(t *testing.T) {
	s, err := Start(t.Context(), fake(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	pid := s.watch.cmd.Process.Pid
	s.Close()
	if s.watch.cmd.ProcessState == nil || s.watch.cmd.ProcessState.ExitCode() != 0 || syscall.Kill(pid, 0) == nil {
		t.Errorf("the watchdog: %v", s.watch.cmd.ProcessState)
	}
}

// A Jupyter kernel that Jupyter started ends when Jupyter is killed.
func TestEndWithJupyter(t *testing.T) {
	jupyter := exec.Command("sleep", "100")
	if err := jupyter.Start(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "KERNELEXT_ENDLESS=1", "JPY_PARENT_PID="+strconv.Itoa(jupyter.Process.Pid))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		t.Fatalf("it ended beside a Jupyter that lives: %v", err)
	case <-time.After(1500 * time.Millisecond):
	}
	if err := jupyter.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = jupyter.Wait()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		_ = cmd.Process.Kill()
		t.Error("it outlives Jupyter")
	}
}
