package run

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// watchdog is a shell that ends a group of processes and removes a folder if the process
// that started it is gone, however that ended: it reads from a pipe, whose other end the
// system closes then. It gets the number of the group first, and a second line when nothing
// is to be done. It is in a session of its own, so that no signal for a terminal or a group
// reaches it.
const watchdog = `read -r group || exit 0; read -r done && exit 0; kill -s KILL -- "-$group"; rm -rf -- "$1"`

// outlived is a shell that ends a group of processes when another process is gone, which it
// looks for every second, and ends when the group has.
const outlived = `while kill -s 0 "$1" && kill -s 0 -- "-$2"; do sleep 1; done 2>/dev/null; kill -s KILL -- "-$2" 2>/dev/null`

// EndWithJupyter makes this process, and what it becomes and starts, end when Jupyter is
// killed, which then can't end it. Jupyter tells its own number by an environment variable,
// and starts a process in a group of its own; where it did neither, nothing is done.
func EndWithJupyter() error {
	jupyter, own := os.Getenv("JPY_PARENT_PID"), os.Getpid()
	if n, err := strconv.Atoi(jupyter); err != nil || n <= 1 || syscall.Getpgrp() != own {
		return nil
	}
	cmd := exec.Command("sh", "-c", outlived, "watchdog", jupyter, strconv.Itoa(own))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd.Start()
}

// watch is a running watchdog.
type watch struct {
	cmd  *exec.Cmd
	line io.WriteCloser
}

// startWatch starts a watchdog over a folder.
func startWatch(dir string) (*watch, error) {
	cmd := exec.Command("sh", "-c", watchdog, "watchdog", dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	line, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	return &watch{cmd, line}, cmd.Start()
}

// over says which group of processes to end.
func (w *watch) over(group int) error {
	_, err := fmt.Fprintln(w.line, group)
	return err
}

// end ends the watchdog when the group has ended.
func (w *watch) end() {
	_, _ = fmt.Fprintln(w.line) // a watchdog that is gone needs none
	_ = w.line.Close()
	_ = w.cmd.Wait()
}
