//go:build unix

package worker

import (
	"os"
	"syscall"
)

// kill ends this process at once.
func kill() { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL) }
