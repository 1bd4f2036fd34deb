package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
)

// deviceFlags say what is measured and how.
type deviceFlags struct {
	Space       string        `default:"mbv3-w1.0" help:"Search space."`
	Batch       int           `default:"1" help:"Images at once."`
	Backend     string        `enum:"xla:cuda,xla:cpu,go," default:"" help:"Backend: xla:cuda, xla:cpu or go (default: GOMLX_BACKEND, or the best there is)."`
	Threads     int           `default:"1" help:"Threads of the CPU plugin."`
	Formulation string        `enum:"dot,conv," default:"" help:"dot: products and shifted sums; conv: convolutions (default: dot, on GPUs conv)."`
	Device      string        `help:"Name of the hardware in the labels' device id (default: the processor's); with --runner litert-adb the phone's serial."`
	Rounds      int           `help:"Rounds (default 7; with --exec and --runner 3)."`
	Extra       int           `default:"-1" help:"Further rounds at most, while other processes disturb some (default: as many as rounds)."`
	Runs        int           `help:"Timed runs in a round (default 5; with --exec 1, with --runner 10)."`
	Group       int           `help:"Units that are measured in turn (default 24)."`
	Compilers   int           `help:"Units that are compiled at once (default 2)."`
	Limit       time.Duration `help:"Stop before a new group after this time, e.g. 4m; the same command goes on."`
	Lock        string        `help:"File to lock while timing (default: one for each device in the user's cache)." type:"path"`
	Wait        bool          `help:"Take turns with others: lock the device for each group, waiting for it, instead of for the whole run."`
	NoAnchors   bool          `help:"Measure no anchor networks with each group."`
	Normalise   string        `placeholder:"own|JOURNAL" help:"Divide labels by how slow the anchors of their group were, against their medians in this campaign of networks (own), or in the journal of another campaign; the journal keeps what was measured."`
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

// backend opens the backend, with the threads that labels are of.
func (f *deviceFlags) backend(ctx context.Context, out *output) (*backend.Backend, error) {
	return backendFlags{f.Backend, f.Threads}.open(ctx, out, false)
}

// open prepares to measure on the backend, and gives what to call at the end.
func (f *deviceFlags) open(ctx context.Context, out *output) (d *measure.Device, done func(), err error) {
	s, err := space.ByID(f.Space)
	if err != nil {
		return nil, nil, err
	}
	be, err := f.backend(ctx, out)
	if err != nil {
		return nil, nil, err
	}
	r, err := measure.NewRunner(be, measure.Options{Batch: f.Batch, Formulation: measure.Formulation(f.Formulation)})
	if err != nil {
		return nil, nil, err
	}
	d = r.Device(s, f.Device, f.config())
	return d, r.Close, f.locks(d)
}

// locks says what of a device is locked, and whether anchors are measured.
func (f *deviceFlags) locks(d *measure.Device) (err error) {
	d.NoAnchors, d.TakeTurns, d.LockFile = f.NoAnchors, f.Wait, f.Lock
	if f.Lock == "" {
		d.LockFile, err = measure.DeviceLock(d.Header.Device)
	}
	return err
}

// normaliser finds, before anything is measured, what --normalise divides by.
func (f *deviceFlags) normaliser(d *measure.Device) (func(*measure.Journal) *measure.Journal, error) {
	if f.Normalise != "" && f.NoAnchors {
		return nil, errors.New("--normalise divides by anchors: leave --no-anchors out")
	}
	normalise, err := d.Normaliser(f.Normalise)
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
