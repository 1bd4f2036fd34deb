package mlp

import (
	"sync"
	"sync/atomic"
	"time"
)

// parallel calls work with 0, …, workers−1 concurrently and returns when all calls have
// returned.
func parallel(workers int, work func(worker int)) {
	var group sync.WaitGroup
	for worker := range workers - 1 {
		group.Go(func() { work(worker + 1) })
	}
	work(0)
	group.Wait()
}

// share is a worker's range [from, to) of n items; from is a multiple of unit.
func share(worker, workers, n, unit int) (from, to int) {
	pieces := (n + unit - 1) / unit
	part := func(w int) int { return min(n, w*pieces/workers*unit) }
	return part(worker), part(worker + 1)
}

// barrier lets goroutines wait for each other. In a training they do so every 20 to
// 100 µs, too often to sleep, so waiting goroutines spin. They sleep only after a long
// time, when another program has probably taken the processor of a goroutine that they
// wait for.
type barrier struct {
	size       int32 // goroutines
	waiting    atomic.Int32
	_          [60]byte // keeps generation, on which goroutines spin, in a cache line of its own
	generation atomic.Uint32
}

// spins is how often a waiting goroutine looks before it sleeps. It is longer than any
// phase of a step, since a sleep takes longer still.
const spins = 1 << 18

// wait returns when size goroutines have called it.
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
