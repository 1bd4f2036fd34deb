package proc

import (
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

func group(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// Kill kills a process and all that it has started, see Group.
func Kill(p *os.Process) error {
	if exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(p.Pid)).Run() == nil {
		return nil
	}
	return p.Kill()
}

func seconds(who Who) float64 {
	process, err := syscall.GetCurrentProcess()
	if err != nil || who == Children {
		return 0
	}
	var created, ended, system, user syscall.Filetime
	if syscall.GetProcessTimes(process, &created, &ended, &system, &user) != nil {
		return 0
	}
	ticks := func(t syscall.Filetime) int64 { return int64(t.HighDateTime)<<32 + int64(t.LowDateTime) }
	return (time.Duration(ticks(system)+ticks(user)) * 100).Seconds() // counted in 100 ns
}

func peakBytes(*os.ProcessState) int64 { return 0 }

// UserSignal is a signal that never comes: Windows has none for programs' own meanings.
const UserSignal = syscall.Signal(30)

// Alive reports whether there is a process.
func Alive(pid int) bool {
	p, err := os.FindProcess(pid) // opens it
	if err != nil {
		return false
	}
	return p.Release() == nil
}

// Interrupt ends a process: Windows can't ask it to.
func Interrupt(pid int) error {
	p, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	return p.Kill()
}
