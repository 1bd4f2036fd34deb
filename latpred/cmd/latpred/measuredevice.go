package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/worker"
)

// deviceFlags say what is measured and how.
type deviceFlags struct {
	Space        string        `default:"mbv3-w1.0" help:"Search space."`
	Batch        int           `default:"1" min:"1" max:"65536" help:"Images at once."`
	Backend      string        `enum:"xla:cuda,xla:cpu,go," default:"" help:"Backend: xla:cuda, xla:cpu or go (default: GOMLX_BACKEND, or the best there is)."`
	Threads      int           `default:"1" min:"1" max:"4096" help:"Threads of the CPU plugin."`
	Formulation  string        `enum:"dot,conv,mix," default:"" help:"dot: products and shifted sums; conv: convolutions; mix: products for 1×1, convolutions else (default: dot, on GPUs conv)."`
	Precision    string        `enum:"f32,tf32,bf16,f16," default:"" help:"f32; tf32, on GPUs, rounds the factors of products; bf16; f16, of --runner alone (default: f32, or the runner's own). Labels name it."`
	Autotune     string        `enum:"default,0,1,2,3,4," default:"" help:"How much XLA tries out while it compiles for a GPU: 0 nothing, 4 most; default: XLA's own (default: 0). Labels name it; what was tried is kept for later networks and runs."`
	Device       string        `help:"Name of the hardware in the labels' device id (default: the processor's); with --runner litert-adb the phone's serial."`
	Rounds       int           `min:"0" max:"10000" help:"Rounds (default 7; with --exec and --runner 3)."`
	Extra        int           `default:"-1" min:"-1" max:"10000" help:"Further rounds at most, while other processes disturb some (default: as many as rounds)."`
	Runs         int           `min:"0" max:"10000" help:"Timed runs in a round (default 5; with --exec 1, with --runner 10)."`
	Group        int           `min:"0" max:"10000" help:"Units that are measured in turn (default 24)."`
	Compilers    int           `min:"0" max:"4096" help:"Units that are compiled at once (default 2)."`
	Limit        time.Duration `min:"0s" max:"10000h" help:"Stop after this time, e.g. 4m, wherever it is, and keep what is measured; the same command goes on."`
	CompileLimit time.Duration `default:"10m" min:"0s" max:"10000h" help:"Give up on a network or layer that is not compiled after this time; after a second try it is left out."`
	Lock         string        `help:"File to lock while timing (default: one for each device in the user's cache)." type:"path"`
	Wait         bool          `help:"Take turns with others: lock the device for each group, waiting for it, instead of for the whole run."`
	NoAnchors    bool          `help:"Measure no anchor networks with each group."`
	Normalise    string        `placeholder:"own|JOURNAL" help:"Divide labels by how slow the anchors of their group were, against their medians in this campaign of networks (own), or in the journal of another campaign; the journal keeps what was measured."`
}

// shardFlag divides a campaign among processes.
type shardFlag struct {
	Shard shardArg `placeholder:"I/N" help:"Measure part I of N alone, for campaigns on several machines: each part into a file or folder of its own; data merge joins them."`
}

// shardArg is a shard on the command line.
type shardArg struct{ measure.Shard }

// UnmarshalText reads I/N.
func (s *shardArg) UnmarshalText(text []byte) (err error) {
	s.Shard, err = measure.ParseShard(string(text))
	return err
}

// joinable errs if parts are measured that can't be joined.
func (s shardFlag) joinable(f *deviceFlags) error {
	if s.Shard.Of > 0 && f.NoAnchors {
		return errors.New("--shard: parts are joined by their anchors: leave --no-anchors out")
	}
	return nil
}

// config is the protocol that the flags ask for.
func (f *deviceFlags) config() measure.Config {
	extra := f.Extra
	switch {
	case extra < 0:
		extra = 0 // as many as rounds
	case extra == 0:
		extra = -1 // none
	}
	return measure.Config{Rounds: f.Rounds, Extra: extra, Runs: f.Runs, Group: f.Group, Compilers: f.Compilers, Limit: f.Limit}
}

// task is what the flags ask a measuring process to do; jobs are left to the caller.
func (f *deviceFlags) task() worker.Task {
	tuned := f.Autotune
	switch {
	case tuned == "" && backend.Asked():
		tuned = "default" // XLA_FLAGS says how much, and labels name XLA_FLAGS
	case tuned == "":
		tuned = "0"
	}
	precision := cmp.Or(measure.Precision(f.Precision), measure.F32)
	settings := backend.Settings{Autotune: tuned, Exact: precision == measure.F32, Cache: tuned != "0"}
	if backend.Asked() && f.Autotune == "" {
		settings.Autotune = ""
	}
	return worker.Task{
		Backend: f.Backend, Threads: f.Threads, Settings: settings,
		Options: measure.Options{Batch: f.Batch, Formulation: measure.Formulation(f.Formulation), Precision: precision, Autotune: tuned},
		Space:   f.Space, Hardware: f.Device, Config: f.config(),
		NoAnchors: f.NoAnchors, TakeTurns: f.Wait, LockFile: f.Lock, Normalise: f.Normalise,
	}
}

// supervise does jobs in a process of its own. observe is told of each job's progress.
func (f *deviceFlags) supervise(ctx context.Context, out *output, observe func(job int, p measure.Progress), jobs ...worker.Job) (worker.Outcome, error) {
	out.saves.Store(true)
	t := f.task()
	t.Jobs = jobs
	asked, done := enough(ctx)
	defer done()
	s := worker.Supervisor{Enough: asked, Timeout: f.CompileLimit, Log: func(text string) { out.Logf("%s", text) }, Observe: observe}
	return s.Run(ctx, t)
}

// locks says what of a device is locked, and whether anchors are measured.
func (f *deviceFlags) locks(d *measure.Device) (err error) {
	d.NoAnchors, d.TakeTurns, d.LockFile = f.NoAnchors, f.Wait, f.Lock
	if f.Lock == "" {
		d.LockFile, err = measure.DeviceLock(d.Header.Device)
	}
	return err
}

// anchored errs if labels are to be divided by anchors that are not measured.
func (f *deviceFlags) anchored() error {
	if f.Normalise != "" && f.NoAnchors {
		return errors.New("--normalise divides by anchors: leave --no-anchors out")
	}
	return nil
}

// normaliser is what --normalise asks for, for a device.
func (f *deviceFlags) normaliser(device string) (func(*measure.Journal) *measure.Journal, error) {
	normalise, err := measure.Normaliser(f.Normalise, device)
	if err != nil {
		return nil, fmt.Errorf("--normalise: %w", err)
	}
	return normalise, nil
}

// measuring shows how far a campaign is, until hide.
func measuring(out *output, label string, units int) (observe func(measure.Progress), hide func()) {
	bar := out.Progress(label, units)
	return func(p measure.Progress) {
		note := p.Doing
		if p.Anchors > 0 {
			note += fmt.Sprintf(", anchors %+.1f %%", 100*(p.Anchors-1))
		}
		bar.Set(p.Units, note)
	}, bar.Done
}
