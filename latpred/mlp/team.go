package mlp

import (
	"slices"
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
	one, all lately // seconds a step
	now      int    // threads of the run under way
	left     int    // runs until the slower of the two is tried again
	gap      int    // runs between such tries while one thread is faster; 0: it isn't
}

// runSteps is how many steps are taken at one pace, and tryAgain after how many of
// these runs the other is tried at the latest. One thread tries again sooner at
// first: what held the others up may have been short.
const (
	runSteps = 32
	tryAgain = 32
)

// next is the number of threads for a run of steps.
func (p *pace) next() int {
	p.left--
	switch {
	case p.threads == 1 || p.all.runs > 0 && p.one.runs == 0:
		p.now = 1
	case p.one.runs == 0:
		p.now = p.threads
	case p.one.typical() < p.all.typical():
		p.now = 1
		switch {
		case p.gap == 0:
			p.gap, p.left = 1, 1
		case p.left <= 0:
			p.now, p.gap = p.threads, min(2*p.gap, tryAgain)
			p.left = p.gap
		}
	default:
		p.now, p.gap = p.threads, 0
		if p.left <= 0 {
			p.now, p.left = 1, tryAgain
		}
	}
	return p.now
}

// took notes how long a step of the run took.
func (p *pace) took(seconds float64) {
	if p.now == 1 {
		p.one.add(seconds)
	} else {
		p.all.add(seconds)
	}
}

// lately are the last three of some times.
type lately struct {
	times [3]float64
	runs  int // all told
}

func (l *lately) add(seconds float64) {
	l.times[l.runs%len(l.times)] = seconds
	l.runs++
}

// typical is the median of them: one run that was held up says nothing.
func (l *lately) typical() float64 {
	times := l.times
	n := min(l.runs, len(times))
	slices.Sort(times[:n])
	return times[(n-1)/2]
}
