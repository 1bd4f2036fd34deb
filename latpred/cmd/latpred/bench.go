package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred/bench"
)

type benchCmd struct {
	backendFlags
	Jobs        []string `arg:"" optional:"" enum:"train,finetune,tune,predict,search,encode,all" default:"all" help:"Jobs: train, finetune, tune, predict, search, encode; or all."`
	Peer        bool     `help:"Measure the peer as well, in turn with ours."`
	PeerScript  string   `help:"Script that does the peer's jobs (default with --peer: ../shared/peers/torch_peer.py)." default:"../shared/peers/torch_peer.py" type:"path"`
	PeerPython  string   `help:"Python that runs it (default: /usr/bin/python3)." type:"path"`
	Repetitions int      `default:"3" help:"Of each side; long jobs have fewer."`
	Epochs      int      `default:"100" help:"Of trainings."`
	Seed        uint64   `default:"1" help:"Seed of weights, shuffles and searches."`
}

// Run measures the jobs and prints a table.
func (c *benchCmd) Run(ctx context.Context, out *output) error {
	be, err := c.open(ctx, out, true)
	if err != nil {
		return err
	}
	o := bench.Options{Repetitions: c.Repetitions, Epochs: c.Epochs, Seed: c.Seed, Observe: func(what string) { out.Logf("%s", what) }}
	if !slices.Contains(c.Jobs, "all") {
		for _, name := range c.Jobs {
			o.Jobs = append(o.Jobs, bench.Job(name))
		}
	}
	if c.Peer {
		o.Peer = &bench.Peer{Python: c.PeerPython, Script: c.PeerScript}
	}
	report, err := bench.Run(ctx, be, o)
	if report == nil {
		return err
	}
	if out.JSON() {
		if emit := out.Emit(report); emit != nil {
			return emit
		}
		return err
	}
	l := report.Limits
	out.Printf("%s, %d threads: %.0f GFLOP/s on one, %.0f on all; %.0f GB/s copied\n\n", report.Machine.CPU, report.Machine.Threads, l.OneThreadGFLOPs, l.AllThreadsGFLOPs, l.CopyGBs)
	var rows [][]string
	for _, r := range report.Rows {
		rows = append(rows, r.Cells())
	}
	if len(rows) > 0 {
		out.Table(bench.Header(), rows)
	}
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	return nil
}
