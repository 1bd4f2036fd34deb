package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/ofalat/ofalat/latpred/worker"
)

// TestMain is also the measuring process that commands under test start, and the command
// line that tests start.
func TestMain(m *testing.M) {
	if os.Getenv(worker.Variable) != "" {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		status := run(ctx, os.Args[1:], newOutput(os.Stdout, os.Stderr))
		stop()
		os.Exit(status)
	}
	os.Exit(m.Run())
}
