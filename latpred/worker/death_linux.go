package worker

import "syscall"

// dieWithParent makes the kernel end the child when its parent ends, also by SIGKILL.
func dieWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }
