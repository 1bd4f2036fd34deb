package main

import (
	"context"
	"errors"
	"os"
	"os/signal"

	"github.com/ofalat/ofalat/internal/proc"
	"github.com/ofalat/ofalat/latpred/measure"
)

// enoughKey is the key of a context's channel that is closed when a measurement is to end
// with the group in hand.
type enoughKey struct{}

// enough returns the context's channel of that kind. If it has none, it is one that is closed
// at SIGUSR1, which the queue of a cluster sends before it ends the process. done stops
// listening.
func enough(ctx context.Context) (asked <-chan struct{}, done func()) {
	if asked, ok := ctx.Value(enoughKey{}).(<-chan struct{}); ok {
		return asked, func() {}
	}
	signals, heard, end := make(chan os.Signal, 1), make(chan struct{}), make(chan struct{})
	signal.Notify(signals, proc.UserSignal)
	go func() {
		select {
		case <-signals:
			close(heard)
		case <-end:
		}
	}()
	return heard, func() {
		signal.Stop(signals)
		close(end)
	}
}

// early reports whether a measurement ended before all was measured because it was asked
// to: by a limit or by a signal.
func early(err error) bool {
	return errors.Is(err, measure.ErrLimit) || errors.Is(err, measure.ErrEnough)
}
