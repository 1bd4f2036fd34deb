package main

import (
	"context"
	"errors"
	"fmt"
	"os"
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
	Device      string        `help:"Name of the hardware in the labels' device id (default: the processor's)."`
	Rounds      int           `help:"Rounds (default 7; with --exec 3)."`
	Extra       int           `default:"-1" help:"Further rounds at most, while other processes disturb some (default: as many as rounds)."`
	Runs        int           `help:"Timed runs in a round (default 5; with --exec 1)."`
	Group       int           `help:"Units that are measured in turn (default 24)."`
	Compilers   int           `help:"Units that are compiled at once (default 2)."`
	Limit       time.Duration `help:"Stop before a new group after this time, e.g. 4m; the same command goes on."`
	Lock        string        `help:"File to lock while timing (default: one for each device in the user's cache)." type:"path"`
	Wait        bool          `help:"Take turns with others: lock the device for each group, waiting for it, instead of for the whole run."`
	NoAnchors   bool          `help:"Measure no anchor networks with each group."`
	Normalise   string        `placeholder:"own|JOURNAL" help:"Divide labels by how slow the anchors of their group were, against their medians in this campaign of networks (own), or in the journal of another campaign; the journal keeps what was measured."`
}

func (f *deviceFlags) config() measure.Config {
	return measure.Config{Rounds: f.Rounds, Runs: f.Runs, Group: f.Group, Compilers: f.Compilers, Limit: f.Limit}
}

// device is an open device and its networks.
type device struct {
	flags  *deviceFlags
	space  *space.Space
	header measure.Header
	config measure.Config
	net    func(space.Arch) (measure.Subject, error)
	layer  func(space.Layer) (measure.Subject, error) // nil: can't
	close  func()
}

// backend opens the backend, with the threads that labels are of.
func (f *deviceFlags) backend(ctx context.Context, out *output) (*backend.Backend, error) {
	return backendFlags{f.Backend, f.Threads}.open(ctx, out, false)
}

// open prepares to measure on the backend.
func (f *deviceFlags) open(ctx context.Context, out *output) (*device, error) {
	s, err := space.ByID(f.Space)
	if err != nil {
		return nil, err
	}
	be, err := f.backend(ctx, out)
	if err != nil {
		return nil, err
	}
	r, err := measure.NewRunner(be, measure.Options{Batch: f.Batch, Formulation: measure.Formulation(f.Formulation)})
	if err != nil {
		return nil, err
	}
	hardware := f.Device
	if hardware == "" {
		hardware = measure.Processor()
	}
	d := &device{flags: f, space: s, config: f.config(), layer: r.Layer, close: r.Close}
	d.net = func(a space.Arch) (measure.Subject, error) { return r.Network(s, a) }
	d.header = measure.Header{
		Device: r.DeviceID(hardware), Batch: r.Options().Batch, Threads: be.Threads,
		Formulation: string(r.Options().Formulation), Machine: measure.Machine(be),
	}
	d.complete()
	return d, nil
}

// foreign stands a program in for the backend.
func (f *deviceFlags) foreign(command string, timeout time.Duration) (*device, error) {
	s, err := space.ByID(f.Space)
	if err != nil {
		return nil, err
	}
	program := measure.Foreign{Command: command, Timeout: timeout}
	d := &device{flags: f, space: s, config: f.config(), close: func() {}}
	d.net = func(a space.Arch) (measure.Subject, error) { return program.Network(s, a, f.Batch) }
	// The program warms up as it sees fit.
	d.config.WarmUps, d.config.Discard = -1, -1
	if d.config.Rounds == 0 {
		d.config.Rounds = 3
	}
	if d.config.Runs == 0 {
		d.config.Runs = 1
	}
	name := f.Device
	if name == "" {
		name = "foreign"
	}
	d.header = measure.Header{Device: fmt.Sprintf("%s-b%d", name, f.Batch), Batch: f.Batch, Command: command, Machine: measure.Machine(nil)}
	d.complete()
	return d, nil
}

func (d *device) complete() {
	if d.config.Rounds == 0 {
		d.config.Rounds = measure.Default.Rounds
	}
	if d.config.Runs == 0 {
		d.config.Runs = measure.Default.Runs
	}
	if d.config.Extra = d.flags.Extra; d.config.Extra < 0 {
		d.config.Extra = d.config.Rounds
	}
	if d.config.Extra == 0 {
		d.config.Extra = -1 // none
	}
	d.header.Extra = max(0, d.config.Extra)
	d.header.Space, d.header.Statistic = d.space.ID, measure.Statistic
	d.header.Rounds, d.header.Runs = d.config.Rounds, d.config.Runs
}

// hold gives the function that gets the device for timing, and what to call at the
// end. When taking turns, compiling shares the lock, so that it disturbs nobody's
// timing.
func (d *device) hold(ctx context.Context, units []measure.Unit) (hold func(context.Context) (func(), error), release func(), err error) {
	file := d.flags.Lock
	if file == "" {
		if file, err = measure.DeviceLock(d.header.Device); err != nil {
			return nil, nil, err
		}
	}
	if !d.flags.Wait {
		release, err = measure.Lock(ctx, file, measure.Now)
		return nil, release, err
	}
	for i, u := range units {
		units[i].Prepare = func(ctx context.Context) (measure.Subject, error) {
			release, err := measure.Lock(ctx, file, measure.Shared)
			if err != nil {
				return nil, err
			}
			defer release()
			return u.Prepare(ctx)
		}
	}
	return func(ctx context.Context) (func(), error) { return measure.Lock(ctx, file, measure.Wait) }, func() {}, nil
}

// run measures units into a journal and shows how far it is.
func (d *device) run(ctx context.Context, out *output, label string, units []measure.Unit, j *measure.Journal) error {
	var anchors []measure.Unit
	if !d.flags.NoAnchors {
		anchors = measure.AnchorUnits(d.space, d.net)
	}
	hold, release, err := d.hold(ctx, units)
	if err != nil {
		return err
	}
	defer release()
	bar := out.Progress(label, len(units))
	defer bar.Done()
	c := measure.Campaign{Units: units, Anchors: anchors, Journal: j, Config: d.config, Hold: hold, Observe: func(p measure.Progress) {
		note := p.Doing
		if p.Anchors > 0 {
			note += fmt.Sprintf(", anchors %+.1f %%", 100*(p.Anchors-1))
		}
		bar.Set(p.Units, note)
	}}
	return c.Run(ctx)
}

// normaliser finds, before anything is measured, what --normalise divides by, and gives
// what makes the journal that labels are made of.
func (d *device) normaliser() (func(*measure.Journal) *measure.Journal, error) {
	name := d.flags.Normalise
	if name == "" {
		return func(j *measure.Journal) *measure.Journal { return j }, nil
	}
	if d.flags.NoAnchors {
		return nil, errors.New("--normalise divides by anchors: leave --no-anchors out")
	}
	var anchorMs map[string]float64
	if name != "own" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("--normalise: %w", err)
		}
		defer f.Close()
		other, err := measure.ReadJournal(f, name)
		if err != nil {
			return nil, fmt.Errorf("--normalise: %w", err)
		}
		anchorMs = other.AnchorMs()
		if other.Header.Device != d.header.Device || len(anchorMs) == 0 {
			return nil, fmt.Errorf("--normalise: %s is of %s, with %d anchors; want anchors of %s", name, other.Header.Device, len(anchorMs), d.header.Device)
		}
	}
	return func(j *measure.Journal) *measure.Journal { return j.Normalised(anchorMs) }, nil
}
