package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
)

type measureCmd struct {
	Nets   measureNetsCmd   `cmd:"" help:"Measure whole networks: a data set of this device."`
	Table  measureTableCmd  `cmd:"" help:"Measure every layer of a space: a lookup table of this device."`
	Export measureExportCmd `cmd:"" help:"Write a network as ONNX or StableHLO, for another program to time."`
	Check  measureCheckCmd  `cmd:"" help:"Say whether this machine is quiet enough to measure on."`
}

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

type measureNetsCmd struct {
	deviceFlags
	N       int           `default:"500" help:"Networks to draw."`
	Seed    uint64        `default:"1" help:"Seed of the draw."`
	Archs   string        `help:"Measure the networks of this file instead, one a line or a CSV file." type:"path"`
	Out     string        `required:"" help:"CSV file to write; the journal beside it, .journal, is what a run goes on from." type:"path"`
	Exec    string        `help:"Time a program instead: a shell command that gets the network as a JSON file in place of {}, or on its input, and prints milliseconds."`
	Timeout time.Duration `default:"1m" help:"Of one call of --exec."`
}

// measured is the result of measure nets --json.
type measured struct {
	Out     string        `json:"out"`
	Journal string        `json:"journal"`
	Device  string        `json:"device"`
	Nets    int           `json:"nets"`
	Of      int           `json:"of"`
	Noise   measure.Noise `json:"noise"`
}

// Run measures what is not measured yet and writes the set.
func (c *measureNetsCmd) Run(ctx context.Context, out *output) (err error) {
	var d *device
	if c.Exec != "" {
		d, err = c.foreign(c.Exec, c.Timeout)
	} else {
		d, err = c.open(ctx, out)
	}
	if err != nil {
		return err
	}
	defer d.close()
	archs, err := c.archs(d)
	if err != nil {
		return err
	}
	normalise, err := d.normaliser()
	if err != nil {
		return err
	}
	d.header.What = "nets"
	path := c.Out + ".journal"
	j, err := measure.OpenJournal(path, d.header)
	if err != nil {
		return err
	}
	defer j.Close()
	stopped := d.run(ctx, out, "measuring", measure.NetUnits(archs, d.net), j)
	labels := normalise(j)
	if err := writeWhole(c.Out, func(w io.Writer) error { return measure.WriteSet(w, labels) }); err != nil {
		return errors.Join(stopped, err)
	}
	r := measured{c.Out, path, labels.Header.Device, len(j.Results()), len(archs), j.Noise()}
	if stopped != nil && !errors.Is(stopped, measure.ErrLimit) {
		return fmt.Errorf("%w; %d of %d networks are in %s, the same command goes on from there", stopped, r.Nets, r.Of, c.Out)
	}
	if out.JSON() {
		return out.Emit(r)
	}
	out.Printf("%s: %d of %d networks on %s\n", c.Out, r.Nets, r.Of, r.Device)
	printNoise(out, r.Noise)
	return nil
}

func (c *measureNetsCmd) archs(d *device) ([]space.Arch, error) {
	if c.Archs == "" {
		d.header.Seed = c.Seed
		return measure.Sample(d.space, c.Seed, c.N)
	}
	f, err := os.Open(c.Archs)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := dataset.NewReader(f, c.Archs)
	var list []space.Arch
	seen := map[space.Arch]bool{}
	for {
		sample, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if err := d.space.Validate(sample.Arch); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", c.Archs, sample.Arch, err)
		}
		if !seen[sample.Arch] {
			seen[sample.Arch] = true
			list = append(list, sample.Arch)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: no networks", c.Archs)
	}
	return list, nil
}

type measureTableCmd struct {
	deviceFlags
	Resolutions []int  `default:"160,176,192,208,224" help:"Resolutions, one file each."`
	Out         string `required:"" help:"Folder for OFA's files, 160_lookup_table.yaml and so on, and their journals." type:"path"`
}

// measuredTable is a resolution in the result of measure table --json.
type measuredTable struct {
	Resolution int           `json:"resolution"`
	File       string        `json:"file"`
	Layers     int           `json:"layers"`
	Seconds    float64       `json:"seconds"`
	Device     string        `json:"device"`
	Noise      measure.Noise `json:"noise"`
}

// Run measures a table for each resolution.
func (c *measureTableCmd) Run(ctx context.Context, out *output) error {
	if c.Normalise == "own" {
		return errors.New("--normalise own: a resolution is measured in one go and has nothing to compare itself with; name the journal of this device's networks")
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	if c.Group == 0 {
		c.Group = 1 << 10 // a resolution is one group
	}
	d, err := c.open(ctx, out)
	if err != nil {
		return err
	}
	defer d.close()
	normalise, err := d.normaliser()
	if err != nil {
		return err
	}
	var list []measuredTable
	for _, r := range c.Resolutions {
		if r < space.MinResolution || r > space.MaxResolution || r%space.ResolutionStep != 0 {
			return fmt.Errorf("--resolutions: %d: want %d to %d in steps of %d", r, space.MinResolution, space.MaxResolution, space.ResolutionStep)
		}
		t, err := c.one(ctx, out, d, normalise, r)
		if err != nil {
			return fmt.Errorf("resolution %d: %w", r, err)
		}
		out.Printf("%s: %d layers on %s in %.1f s\n", t.File, t.Layers, t.Device, t.Seconds)
		list = append(list, t)
	}
	if out.JSON() {
		return out.Emit(list)
	}
	return nil
}

func (c *measureTableCmd) one(ctx context.Context, out *output, d *device, normalise func(*measure.Journal) *measure.Journal, resolution int) (t measuredTable, err error) {
	start := time.Now()
	h := d.header
	h.What = fmt.Sprintf("table %d", resolution)
	j, err := measure.OpenJournal(filepath.Join(c.Out, fmt.Sprintf("%d.journal", resolution)), h)
	if err != nil {
		return t, err
	}
	defer j.Close()
	units := measure.TableUnits(d.space, resolution, d.layer)
	if err := d.run(ctx, out, fmt.Sprintf("layers at %d", resolution), units, j); err != nil {
		return t, err
	}
	file := filepath.Join(c.Out, lut.FileName(resolution))
	labels := normalise(j)
	rows := labels.Rows()
	if err := writeWhole(file, func(w io.Writer) error { return lut.WriteYAML(w, rows) }); err != nil {
		return t, err
	}
	return measuredTable{resolution, file, len(rows), time.Since(start).Seconds(), labels.Header.Device, j.Noise()}, nil
}

type measureCheckCmd struct {
	deviceFlags
}

// Run measures an anchor and a layer, and says how far rounds differ.
func (c *measureCheckCmd) Run(ctx context.Context, out *output) error {
	d, err := c.open(ctx, out)
	if err != nil {
		return err
	}
	defer d.close()
	hold, release, err := d.hold(ctx, nil)
	if err != nil {
		return err
	}
	defer release()
	units := measure.AnchorUnits(d.space, d.net)
	layers := measure.TableUnits(d.space, d.space.Resolutions[0], d.layer)
	q, err := measure.Check(ctx, append(units, layers[len(layers)/2]), 20, hold)
	if err != nil {
		return err
	}
	if out.JSON() {
		if err := out.Emit(q); err != nil {
			return err
		}
	}
	var rows [][]string
	for _, u := range append(units, layers[len(layers)/2]) {
		rows = append(rows, []string{fmt.Sprintf("%.2f", 100*q.CVs[u.Key]), u.Key})
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

// printNoise prints what labels are worth.
func printNoise(out *output, n measure.Noise) {
	line := func(name string, v float64) []string { return []string{name, fmt.Sprintf("%.2f", 100*v)} }
	out.Table([]string{"noise", "%"}, [][]string{
		line("rounds of a unit (median CV)", n.Round), line("labels, from halves of the rounds", n.Label),
		line("anchors across groups", n.Groups), line("anchors across groups, normalised", n.Normalised), line("drift, last quarter over first", n.Drift),
	})
	if n.Others > measure.QuietOthers {
		out.Printf("other processes kept up to %.1f cores busy in rounds that labels are made of (%d rounds were taken in %d groups): measure again on a quiet machine\n", n.Others, n.Rounds, n.GroupCount)
	}
	if n.ClockJumps > 0 {
		out.Printf("the time of day jumped in %d rounds: measured_at is not right there\n", n.ClockJumps)
	}
}

// writeWhole writes a file, whole or not at all.
func writeWhole(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // after the rename it is not there any more
	if err := errors.Join(write(f), f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.Rename(f.Name(), path)
}
