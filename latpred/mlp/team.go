package mlp

import (
	"sync"
	"sync/atomic"
	"time"
)

// team runs a function on several goroutines that meet often, every 20 to 100 µs in
// a training: too often to sleep. So whoever waits spins; only where another has
// lost its processor, to a program beside this one, does it give its own away.
type team struct {
	size    int32
	waiting atomic.Int32
	_       [60]byte // what is waited for has a cache line of its own
	meeting atomic.Uint32
}

// spins is how often a waiting goroutine looks before it sleeps: about as long as a
// phase of a step takes.
const spins = 1 << 15

// run calls work with the numbers below size, each in a goroutine of its own, and
// returns when all have.
func (t *team) run(work func(member int)) {
	var group sync.WaitGroup
	for member := range int(t.size) - 1 {
		group.Go(func() { work(member + 1) })
	}
	work(0)
	group.Wait()
}

// meet returns when all members have called it.
func (t *team) meet() {
	if t.size == 1 {
		return
	}
	number := t.meeting.Load()
	if t.waiting.Add(1) == t.size {
		t.waiting.Store(0)
		t.meeting.Add(1)
		return
	}
	for looks := 0; t.meeting.Load() == number; looks++ {
		if looks >= spins {
			time.Sleep(20 * time.Microsecond)
		}
	}
}

// share gives a member's part of n things, in pieces of a multiple of unit.
func (t *team) share(member, n, unit int) (from, to int) {
	pieces := (n + unit - 1) / unit
	part := func(m int) int { return min(n, m*pieces/int(t.size)*unit) }
	return part(member), part(member + 1)
}
