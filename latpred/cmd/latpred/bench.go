package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/bench"
	"github.com/ofalat/ofalat/latpred/figure"
)

type benchCmd struct {
	backendFlags
	Jobs        []string `arg:"" optional:"" enum:"start,train,finetune,tune,predict,search,encode,all,growth,memory" default:"all" help:"start, train, finetune, tune, predict, search, encode; or all of them. growth: how costs grow with sizes. memory: what processes hold at most."`
	Peer        bool     `help:"Measure the peer as well, in turn with ours."`
	PeerScript  string   `help:"Script that does the peer's jobs." default:"../shared/peers/torch_peer.py" type:"path"`
	PeerPython  string   `help:"Python that runs it (default: /usr/bin/python3)." type:"path"`
	Repetitions int      `default:"3" min:"1" max:"1000" help:"Of each side; long jobs have fewer."`
	Epochs      int      `default:"100" min:"1" max:"100000" help:"Of trainings."`
	Seed        uint64   `default:"1" help:"Seed of weights, shuffles and searches."`
	Figures     string   `help:"Folder for the figures of growth." type:"path"`
	Record      string   `help:"Folder with a record.json to merge the report into, and a README.md with its table." type:"path"`
}

// Run measures the jobs and prints a table.
func (c *benchCmd) Run(ctx context.Context, out *output) error {
	if err := c.writable(); err != nil {
		return err
	}
	be, err := c.openAs(ctx, out, c.options(backend.Options{Loops: true}))
	if err != nil {
		return err
	}
	report, err := c.measure(ctx, be, out)
	if report == nil {
		return err
	}
	if err != nil {
		err = fmt.Errorf("bench: %w", err)
	} else {
		err = c.keep(report)
	}
	if out.JSON() {
		return errors.Join(err, out.Emit(report))
	}
	c.print(out, report)
	return err
}

// keep draws the figures and merges the report into the record, where these are asked for.
func (c *benchCmd) keep(report *bench.Report) (err error) {
	if c.Figures != "" {
		err = c.draw(report)
	}
	if c.Record != "" {
		err = errors.Join(err, report.Record(c.Record))
	}
	return err
}

// writable errs if figures or the record could not be written.
func (c *benchCmd) writable() error {
	if c.Record != "" {
		if err := bench.CheckRecord(c.Record); err != nil {
			return err
		}
	}
	return folder(c.Figures)
}

func (c *benchCmd) measure(ctx context.Context, be *backend.Backend, out *output) (*bench.Report, error) {
	observe := func(what string) { out.Logf("%s", what) }
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	o := bench.Options{Repetitions: c.Repetitions, Epochs: c.Epochs, Seed: c.Seed, Observe: observe, Program: program}
	for _, name := range c.Jobs {
		if slices.Contains(bench.Jobs(), bench.Job(name)) {
			o.Jobs = append(o.Jobs, bench.Job(name))
		}
	}
	if slices.Contains(c.Jobs, "all") {
		o.Jobs = bench.Jobs()
	}
	if c.Peer {
		o.Peer = &bench.Peer{Python: c.PeerPython, Script: c.PeerScript}
		if _, err := os.Stat(c.PeerScript); err != nil && be.Kind == backend.CUDA {
			o.Peer.Script = "" // trainings have a peer on the GPU; it comes with the program
		}
	}
	report := bench.NewReport(be)
	if len(o.Jobs) > 0 {
		if report, err = bench.Run(ctx, be, o); err != nil {
			return report, err
		}
	}
	if slices.Contains(c.Jobs, "growth") {
		if report.Growth, err = bench.Growth(ctx, be, c.Seed, observe); err != nil {
			return report, err
		}
	}
	if slices.Contains(c.Jobs, "memory") {
		if report.Memory, err = bench.Memory(ctx, program, c.Seed, observe); err != nil {
			return report, err
		}
	}
	return report, nil
}

func (c *benchCmd) print(out *output, report *bench.Report) {
	l := report.Limits
	out.Printf("%s, %d threads: %.0f GFLOP/s on one, %.0f on all; %.0f GB/s copied\n", report.Machine.CPU, report.Machine.Threads, l.OneThreadGFLOPs, l.AllThreadsGFLOPs, l.CopyGBs)
	var rows [][]string
	for _, r := range report.Rows {
		rows = append(rows, r.Cells())
	}
	if len(rows) > 0 {
		out.Printf("\n")
		out.Table(bench.Header(), rows)
	}
	rows = nil
	for _, g := range report.Growth {
		for i, size := range g.Sizes {
			rows = append(rows, []string{g.Axis, fmt.Sprintf("%g", size), fmt.Sprintf("%.3g", g.Seconds[i]), g.What})
		}
	}
	if len(rows) > 0 {
		out.Printf("\n")
		out.Table([]string{"growth with", "size", "seconds", "of"}, rows)
	}
	for _, p := range report.Memory {
		out.Printf("%s: %.0f MB at most\n", p.Name, p.MB)
	}
}

// draw writes a figure for each curve.
func (c *benchCmd) draw(report *bench.Report) error {
	if err := os.MkdirAll(c.Figures, 0o755); err != nil {
		return err
	}
	for _, g := range report.Growth {
		p, err := figure.Growth("Cost over "+g.Name, g.Axis, g.What+" (s)", []figure.Series{{Name: "ours", X: g.Sizes, Y: g.Seconds}})
		if err != nil {
			return err
		}
		if err := saveFigure(filepath.Join(c.Figures, g.Name+".png"), figure.Named{Name: g.Name, Plot: p}, "png"); err != nil {
			return err
		}
	}
	return nil
}
