// Package proc starts programs so that they end together with all that they start, and
// says what processes have used. It hides what systems call differently.
package proc

import (
	"os"
	"os/exec"
)

// Group makes cmd, which has not been started, begin a group of processes, see Kill.
func Group(cmd *exec.Cmd) { group(cmd) }

// Alone is Group of what exec.CommandContext made: when its context ends, all of the group are
// killed.
func Alone(cmd *exec.Cmd) {
	Group(cmd)
	cmd.Cancel = func() error { return Kill(cmd.Process) }
}

// Who says whose use is asked for.
type Who int

// Self is this process, Children are those that it has started and waited for.
const (
	Self Who = iota
	Children
)

// Seconds is the processor time, user's and system's, that somebody has used; 0 where the
// system does not tell.
func Seconds(who Who) float64 { return seconds(who) }

// PeakBytes is the largest resident memory, in bytes, of a process that has ended; 0 where
// the system does not tell.
func PeakBytes(p *os.ProcessState) int64 { return peakBytes(p) }
