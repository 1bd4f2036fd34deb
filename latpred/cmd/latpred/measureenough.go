package main

import (
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/ofalat/ofalat/latpred/measure"
)

// enough returns a channel that is closed at SIGUSR1, which asks a measurement to end with
// the group in hand, as the queue of a cluster does before it ends the process. done stops
// listening.
func enough() (asked <-chan struct{}, done func()) {
	signals, heard, end := make(chan os.Signal, 1), make(chan struct{}), make(chan struct{})
	signal.Notify(signals, syscall.SIGUSR1)
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
