package mlp

import (
	"sync"
	"sync/atomic"
	"time"
)

// team runs a function on several goroutines that meet often, every 10 to 100 µs in
// a training: too often to sleep. So whoever waits spins; only where another has
// lost its processor, to a program beside this one, does it give its own away.
type team struct {
	size    int32
	waiting atomic.Int32
	_       [60]byte // what is waited for has a cache line of its own
	meeting atomic.Uint32
}

// spins is how often a waiting goroutine looks before it sleeps: longer than any
// phase of a step takes, since a sleep lasts longer still.
const spins = 1 << 18

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

// pace chooses between one thread and all. Where other programs want the processor
// threads wait for each other more than they work; one alone is faster then. The
// results are the same.
type pace struct {
	threads  int
	one, all float64 // seconds a step, of late; 0: not known
	runs     int
	now      int // threads of the run under way
}

// runSteps is how many steps are taken at one pace, and tryAgain after how many of
// these runs the other is tried.
const (
	runSteps = 32
	tryAgain = 32
)

// next is the number of threads for a run of steps.
func (p *pace) next() int {
	p.runs++
	p.now = p.threads
	switch {
	case p.all == 0:
	case p.one == 0 || (p.one < p.all) != (p.runs%tryAgain == 0):
		p.now = 1
	}
	return p.now
}

// took notes how long a step of the run took. The first run, whose data no cache has,
// says nothing.
func (p *pace) took(seconds float64) {
	if p.runs == 1 {
		return
	}
	at := &p.all
	if p.now == 1 {
		at = &p.one
	}
	if *at == 0 {
		*at = seconds
	}
	*at = (*at + seconds) / 2
}
