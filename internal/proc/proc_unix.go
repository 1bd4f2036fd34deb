//go:build unix

package proc

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

func group(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// Kill kills the group that a process began, see Group. It errs if none of it is left.
func Kill(p *os.Process) error { return syscall.Kill(-p.Pid, syscall.SIGKILL) }

func seconds(who Who) float64 {
	var used syscall.Rusage
	of := syscall.RUSAGE_SELF
	if who == Children {
		of = syscall.RUSAGE_CHILDREN
	}
	if syscall.Getrusage(of, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()).Seconds()
}

func peakBytes(p *os.ProcessState) int64 {
	used, ok := p.SysUsage().(*syscall.Rusage)
	switch {
	case !ok:
		return 0
	case runtime.GOOS == "darwin":
		return int64(used.Maxrss)
	}
	return int64(used.Maxrss) * 1024 // counted in kilobytes
}

// UserSignal is the signal to which programs give meanings of their own.
const UserSignal = syscall.SIGUSR1

// Alive reports whether there is a process.
func Alive(pid int) bool { return syscall.Kill(pid, 0) == nil }

// Interrupt asks a process to end.
func Interrupt(pid int) error { return syscall.Kill(pid, syscall.SIGINT) }
