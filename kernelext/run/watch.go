package run

import (
	"fmt"
	"io"
	"os/exec"
	"syscall"
)

// watchdog is a shell that ends a group of processes and removes a folder if the process
// that started it is gone, however that ended: it reads from a pipe, whose other end the
// system closes then. It gets the number of the group first, and a second line when nothing
// is to be done. It is in a session of its own, so that no signal for a terminal or a group
// reaches it.
const watchdog = `read -r group || exit 0; read -r done && exit 0; kill -s KILL -- "-$group"; rm -rf -- "$1"`

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
