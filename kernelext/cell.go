package kernelext

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
)

// exit ends the cell's program; tests replace it.
var exit = os.Exit

// fail reports an error that the cell can't go on from.
func fail(err error) {
	fmt.Fprintf(os.Stderr, "error: %v\n", err)
	exit(1)
}

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

var interrupted = sync.OnceValue(func() context.Context {
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	return ctx
})

// Context ends when the cell is interrupted. A long computation that is given it
// can stop and show what it has; GoNB kills a cell five seconds after the
// interrupt.
func Context() context.Context { return interrupted() }

// Go runs f in a goroutine. A panic in it ends the cell with the reason first and
// the stack below, instead of killing the program without a word of which part
// it was.
func Go(f func()) {
	go func() {
		defer func() {
			if p := recover(); p != nil {
				fmt.Fprintf(os.Stderr, "error: panic in a goroutine: %v\n\n%s", p, debug.Stack())
				exit(1)
			}
		}()
		f()
	}()
}
