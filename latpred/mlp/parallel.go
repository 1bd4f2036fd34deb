package mlp

import (
	"sync"
	"sync/atomic"
	"time"
)

// parallel calls work with the numbers below workers, each in a goroutine of its own,
// and returns when all have.
func parallel(workers int, work func(worker int)) {
	var group sync.WaitGroup
	for worker := range workers - 1 {
		group.Go(func() { work(worker + 1) })
	}
	work(0)
	group.Wait()
}

// share gives a worker's part of n things, in pieces of a multiple of unit.
func share(worker, workers, n, unit int) (from, to int) {
	pieces := (n + unit - 1) / unit
	part := func(w int) int { return min(n, w*pieces/workers*unit) }
	return part(worker), part(worker + 1)
}

// barrier is where goroutines wait for each other. In a training they do every 20 to
// 100 µs, too often to sleep. So whoever waits spins; only where another has lost its
// processor, to a program beside this one, does it give its own away.
type barrier struct {
	size       int32 // goroutines
	waiting    atomic.Int32
	_          [60]byte // what is waited for has a cache line of its own
	generation atomic.Uint32
}

// spins is how often a waiting goroutine looks before it sleeps: longer than any
// phase of a step takes, since a sleep lasts longer still.
const spins = 1 << 18

// wait returns when all goroutines have called it.
func (b *barrier) wait() {
	if b.size == 1 {
		return
	}
	generation := b.generation.Load()
	if b.waiting.Add(1) == b.size {
		b.waiting.Store(0)
		b.generation.Add(1)
		return
	}
	for looks := 0; b.generation.Load() == generation; looks++ {
		if looks >= spins {
			time.Sleep(20 * time.Microsecond)
		}
	}
}
