package serve

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/ofalat/ofalat/latpred/nas"
	"github.com/ofalat/ofalat/latpred/space"
)

// turns hands out the processor: as many requests compute at once as there are cores,
// others wait in the order in which they came. A request that computes is so never slowed
// down by others, and a long search lets those that wait go first between its steps.
type turns struct {
	cores *semaphore.Weighted
	came  atomic.Int64 // requests that have asked for a turn
}

func newTurns() *turns { return &turns{cores: semaphore.NewWeighted(int64(runtime.GOMAXPROCS(0)))} }

// turn is the right to compute, from turns.wait to done. It belongs to one goroutine.
type turn struct {
	of   *turns
	held bool
	came int64     // turns.came when it yielded last
	from time.Time // when it began, or was continued after others
}

// step is how long a search computes before it lets others go first.
const step = time.Millisecond

// breath is how long a search rests between its steps while others ask. Without it no core
// would look for what has come over the network.
const breath = 200 * time.Microsecond

// wait returns when it is the caller's turn, or errs when ctx ends before.
func (t *turns) wait(ctx context.Context) (*turn, error) {
	came := t.came.Add(1)
	if err := t.cores.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	return &turn{t, true, came, time.Now()}, nil
}

// done ends the turn.
func (t *turn) done() {
	if t.held {
		t.held = false
		t.of.cores.Release(1)
	}
}

// yield lets others go first who wait, if the caller has computed for a step, and errs if
// ctx ends before it is its turn again.
func (t *turn) yield(ctx context.Context) error {
	if t.held && time.Since(t.from) < step {
		return ctx.Err()
	}
	t.done()
	if came := t.of.came.Load(); came != t.came {
		t.came = came
		time.Sleep(breath)
	}
	err := t.of.cores.Acquire(ctx, 1)
	t.held, t.from = err == nil, time.Now()
	return err
}

// patient is an estimate that yields before each call.
func (t *turn) patient(ctx context.Context, e nas.Estimate) nas.Estimate {
	return func(dst []float64, archs []space.Arch) error {
		if err := t.yield(ctx); err != nil {
			return err
		}
		return e(dst, archs)
	}
}

// queue lets so many searches run at once, and so many more wait.
type queue struct {
	running *semaphore.Weighted
	places  int64 // of those that run and those that wait
	taken   atomic.Int64
}

func newQueue(running, waiting int) *queue {
	return &queue{running: semaphore.NewWeighted(int64(running)), places: int64(running) + int64(waiting)}
}

// enter returns when a search may run; done lets the next one run. It errs with errBusy if
// no place is free, and when ctx ends before.
func (q *queue) enter(ctx context.Context) (done func(), err error) {
	if q.taken.Add(1) > q.places {
		q.taken.Add(-1)
		return nil, errBusy
	}
	if err := q.running.Acquire(ctx, 1); err != nil {
		q.taken.Add(-1)
		return nil, err
	}
	return func() {
		q.running.Release(1)
		q.taken.Add(-1)
	}, nil
}
