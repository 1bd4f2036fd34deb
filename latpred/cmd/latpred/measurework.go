package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/worker"
)

// measureWorkCmd is the process that other measure commands start.
type measureWorkCmd struct{}

// Run does the task on standard input.
func (measureWorkCmd) Run(ctx context.Context) error { return worker.Main(ctx) }

// kept reports whether an error leaves what was measured before it: a limit, a signal or a
// crash.
func kept(err error) bool {
	var crash *worker.CrashError
	return early(err) || errors.Is(err, context.Canceled) || errors.As(err, &crash)
}

// logLeftOut says which units failed twice.
func logLeftOut(out *output, j *measure.Journal) { logFailures(out, j.LeftOut()) }

func logFailures(out *output, list []measure.Failure) {
	for _, f := range list {
		out.Logf("left out, after two failures: %s: %s", f.Unit, f.How)
	}
}

type measureCheckCmd struct {
	deviceFlags
}

// Run measures the anchors and a layer, and says how far rounds differ.
func (c *measureCheckCmd) Run(ctx context.Context, out *output) error {
	result, err := c.supervise(ctx, out, nil, worker.Job{Check: 20})
	if err != nil {
		return err
	}
	q := result.Quiet
	if out.JSON() {
		if err := out.Emit(q); err != nil {
			return err
		}
	}
	var rows [][]string
	for _, u := range q.Units {
		rows = append(rows, []string{fmt.Sprintf("%.2f", 100*q.CVs[u]), u})
	}
	out.Table([]string{"CV of rounds, %", "what"}, rows)
	for _, a := range q.Advice {
		out.Printf("%s\n", a)
	}
	if !q.OK {
		return fmt.Errorf("this machine is not quiet: rounds differ by up to %.1f %%, want at most %.0f", 100*q.CV, 100*measure.QuietCV)
	}
	out.Printf("quiet: rounds differ by at most %.2f %%\n", 100*q.CV)
	return nil
}
