package main

import (
	"context"
	"os"

	"github.com/ofalat/ofalat/latpred/pipe"
)

type pipeCmd struct{}

// Run answers until standard input ends, or until it is interrupted.
func (*pipeCmd) Run(ctx context.Context, out *output) error {
	done := make(chan error, 1)
	go func() { done <- pipe.Serve(ctx, os.Stdin, out.stdout) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done(): // a read from standard input does not end because it is asked to
		return ctx.Err()
	}
}
