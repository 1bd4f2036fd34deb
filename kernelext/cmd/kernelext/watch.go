package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/ofalat/ofalat/kernelext/run"
)

// lookEvery is how often --watch looks for changes. Looking costs a few
// milliseconds, and works on every file system.
const lookEvery = time.Second

// watch runs the notebooks again and again: what failed waits for its repair. It
// ends with ctx, which is no failure.
func (c *runCmd) watch(ctx context.Context, module string, all *commands) error {
	for ctx.Err() == nil {
		seen, err := run.Fingerprint(module, c.Notebooks)
		if err != nil {
			return err
		}
		if err := c.once(ctx, module, all); err != nil && !errors.Is(err, context.Canceled) {
			fmt.Fprintf(os.Stderr, "kernelext: %v\n", err)
		}
		c.Fresh = false
		fmt.Fprintln(os.Stderr, "watching; Ctrl-C ends it")
		for now := seen; now == seen; {
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(lookEvery):
			}
			if now, err = run.Fingerprint(module, c.Notebooks); err != nil {
				return err
			}
		}
	}
	return nil
}
