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

// Must gives v, or ends the cell with err as a readable error.
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

// Go runs f in a goroutine. A panic in it ends the cell with the reason and the
// cell's line first and the stack folded away, instead of killing the program in
// the midst of its displays.
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

// Context ends when the cell is interrupted. A long computation that is given it
// can stop, and the cell go on to show what there is; GoNB kills a cell five
// seconds after the interrupt. A cell that doesn't call Context ends at the
// interrupt, once its displays have said so.
func Context() context.Context {
	cooperative.Store(true)
	return interrupts()
}

var cooperative atomic.Bool // somebody stops when the context ends

// interrupts is the context that ends with the interrupt.
var interrupts = sync.OnceValue(func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		showInterrupted()
		cancel()
		if !cooperative.Load() {
			fmt.Fprintln(os.Stderr, interruptedText)
			exit(130)
		}
	}()
	return ctx
})

const interruptedText = "interrupted: what is shown above is what there was until then"

// follower is a display that is still open when the cell is interrupted.
type follower interface{ interrupt() }

var open struct {
	mu        sync.Mutex
	followers []follower
}

// opened says that f must be told of an interrupt.
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

// showInterrupted has open displays show that they were interrupted.
func showInterrupted() {
	open.mu.Lock()
	followers := append([]follower(nil), open.followers...)
	open.mu.Unlock()
	for _, f := range followers {
		f.interrupt()
	}
}
