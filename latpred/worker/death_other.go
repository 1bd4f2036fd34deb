//go:build !linux

package worker

import "syscall"

// dieWithParent does nothing: the child notices that its standard input ends.
func dieWithParent(*syscall.SysProcAttr) {}
