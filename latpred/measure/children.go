package measure

import (
	"fmt"
	"os"
	"strings"
	"sync"
)

// children are processes that measure for this one and have not ended: their load is
// not that of others.
var children struct {
	sync.Mutex
	pids map[int]bool
}

// Child tells that a process which this one has started measures for it, until ended is
// called: its load is not taken for a disturbance. Processes that have ended are known
// from the system.
func Child(pid int) (ended func()) {
	children.Lock()
	defer children.Unlock()
	if children.pids == nil {
		children.pids = map[int]bool{}
	}
	children.pids[pid] = true
	return func() {
		children.Lock()
		defer children.Unlock()
		delete(children.pids, pid)
	}
}

// childSeconds is the processor time of the processes of Child, in seconds; 0 where the
// system does not tell.
func childSeconds() (sum float64) {
	children.Lock()
	defer children.Unlock()
	for pid := range children.pids {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			continue
		}
		_, fields, ok := strings.Cut(string(text), ") ") // behind the name, which may hold anything
		values := strings.Fields(fields)
		if !ok || len(values) < 15 {
			continue
		}
		for _, v := range values[11:15] { // utime, stime, and those of its children
			var ticks float64
			if _, err := fmt.Sscan(v, &ticks); err == nil {
				sum += ticks / hertz
			}
		}
	}
	return sum
}
