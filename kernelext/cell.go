package kernelext

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
)

// exit ends the cell's program; tests replace it.
var exit = os.Exit

// Must returns v, or ends the cell with err as a readable error if err is not nil.
func Must[T any](v T, err error) T {
	if err != nil {
		fail(err)
	}
	return v
}

// Check ends the cell with err, unless it is nil.
func Check(err error) {
	if err != nil {
		fail(err)
	}
}

// Go runs f in a goroutine. A panic in it ends the cell with a readable error: the reason,
// the line of the cell, and the stack folded away.
func Go(f func()) {
	go func() {
		defer func() {
			if p := recover(); p != nil {
				report(fmt.Sprintf("panic in a goroutine: %v", p), debug.Stack())
				exit(1)
			}
		}()
		f()
	}()
}

// Context returns a context that ends when the cell is interrupted. A computation that
// watches it can stop, and the cell can then show the results so far, within five seconds:
// then GoNB kills the cell. A cell that does not call Context ends at the interrupt, after
// its open displays have shown that they were interrupted.
func Context() context.Context {
	cooperative.Store(true)
	return interrupts()
}

var cooperative atomic.Bool // the cell has called Context, and stops by itself

// interrupts is the context that ends with the interrupt.
var interrupts = sync.OnceValue(func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go awaitInterrupt(signals, cancel)
	return ctx
})

// awaitInterrupt runs as long as the cell does.
func awaitInterrupt(signals <-chan os.Signal, cancel context.CancelFunc) {
	<-signals
	showInterrupted()
	cancel()
	if !cooperative.Load() {
		fmt.Fprintln(os.Stderr, interruptedText)
		exit(130)
	}
}

const interruptedText = "interrupted: what is shown above is what there was until then"

// follower is a display that is still open when the cell is interrupted.
type follower interface{ interrupt() }

var open struct {
	mu        sync.Mutex
	followers []follower
}

// opened registers f to be told of an interrupt.
func opened(f follower) {
	interrupts()
	open.mu.Lock()
	defer open.mu.Unlock()
	open.followers = append(open.followers, f)
}

func closed(f follower) {
	open.mu.Lock()
	defer open.mu.Unlock()
	for i, o := range open.followers {
		if o == f {
			open.followers = append(open.followers[:i], open.followers[i+1:]...)
			return
		}
	}
}

// showInterrupted makes all open displays show that they were interrupted.
func showInterrupted() {
	open.mu.Lock()
	followers := append([]follower(nil), open.followers...)
	open.mu.Unlock()
	for _, f := range followers {
		f.interrupt()
	}
}
