package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/ofalat/ofalat/latpred/atomicfile"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
)

type measureCmd struct {
	Nets    measureNetsCmd    `cmd:"" help:"Measure whole networks: a data set of this device."`
	Table   measureTableCmd   `cmd:"" help:"Measure every layer of a space: a lookup table of this device."`
	Export  measureExportCmd  `cmd:"" help:"Write a network as ONNX, TFLite or StableHLO, for another program to time."`
	Runners measureRunnersCmd `cmd:"" help:"List the runtimes that networks can be timed in, or write their programs to change them."`
	Check   measureCheckCmd   `cmd:"" help:"Say whether this machine is quiet enough to measure on."`
}

type measureNetsCmd struct {
	deviceFlags
	runnerFlags
	N    int    `default:"500" help:"Networks to draw."`
	Seed uint64 `default:"1" help:"Seed of the draw."`
	resolutionFlag
	Archs   string        `help:"Measure the networks of this file instead: one a line, a list, OFA's net.config, or a table." type:"path"`
	Out     string        `required:"" help:"CSV file to write; the journal beside it, .journal, is what a run goes on from." type:"path"`
	Exec    string        `help:"Time a program instead: a shell command that gets the network as a JSON file in place of {}, or on its input, and prints milliseconds, times with their units, or a report of trtexec, benchmark_model, onnxruntime_perf_test and others."`
	Pick    string        `placeholder:"REGEXP" help:"Which number of what --exec prints counts: the first after what the pattern matches, or its group."`
	Timeout time.Duration `default:"1m" help:"Of one call of --exec, or of one timing by --runner, which may take five times as long to load a network."`
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
func (c *measureNetsCmd) Run(ctx context.Context, out *output) error {
	d, done, err := c.device(ctx, out)
	if err != nil {
		return err
	}
	defer done()
	archs, seed, err := c.archs(d.Space)
	if err != nil {
		return err
	}
	normalise, err := c.normaliser(d)
	if err != nil {
		return err
	}
	path := c.Out + ".journal"
	observe, hide := measuring(out, "measuring", len(archs))
	j, stopped := d.Nets(ctx, archs, seed, path, observe)
	hide()
	if j == nil {
		return stopped
	}
	labels := normalise(j)
	if err := atomicfile.Write(c.Out, func(w io.Writer) error { return measure.WriteSet(w, labels) }); err != nil {
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

// device opens what is measured: the backend, or the program of --exec.
func (c *measureNetsCmd) device(ctx context.Context, out *output) (d *measure.Device, done func(), err error) {
	if c.Runner != "" {
		return c.openRunner(ctx, out)
	}
	if c.Exec == "" {
		return c.open(ctx, out)
	}
	s, err := space.ByID(c.Space)
	if err != nil {
		return nil, nil, err
	}
	d = measure.Foreign{
		Command: c.Exec, Timeout: c.Timeout, Pick: c.Pick, Notes: measure.NewNotes(func(text string) { out.Logf("note: %s", text) }),
	}.Device(s, c.Device, c.Batch, c.config())
	return d, func() {}, c.locks(d)
}

// archs are the networks of the file, or a sample, with its seed.
func (c *measureNetsCmd) archs(s *space.Space) (archs []space.Arch, seed uint64, err error) {
	if c.Archs == "" {
		archs, err = measure.Sample(s, c.Seed, c.N)
		return archs, c.Seed, err
	}
	f, err := os.Open(c.Archs)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	archs, err = measure.ReadArchs(f, c.Archs, s, dataset.Options{Resolution: c.Resolution})
	return archs, 0, err
}

type measureTableCmd struct {
	deviceFlags
	Resolutions []int  `help:"Resolutions, one file each (default: those that searches of the space draw)."`
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
	d, done, err := c.open(ctx, out)
	if err != nil {
		return err
	}
	defer done()
	normalise, err := c.normaliser(d)
	if err != nil {
		return err
	}
	var list []measuredTable
	if c.Resolutions == nil {
		c.Resolutions = d.Space.Resolutions
	}
	for _, r := range c.Resolutions {
		if !d.Space.Allowed.Contains(r) {
			return fmt.Errorf("--resolutions: %d: want %v", r, d.Space.Allowed)
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

func (c *measureTableCmd) one(ctx context.Context, out *output, d *measure.Device, normalise func(*measure.Journal) *measure.Journal, resolution int) (t measuredTable, err error) {
	start := time.Now()
	observe, hide := measuring(out, fmt.Sprintf("layers at %d", resolution), len(lut.Layers(d.Space, resolution)))
	j, err := d.Layers(ctx, resolution, filepath.Join(c.Out, fmt.Sprintf("%d.journal", resolution)), observe)
	hide()
	if err != nil {
		return t, err
	}
	file := filepath.Join(c.Out, lut.FileName(resolution))
	labels := normalise(j)
	rows := labels.Rows()
	if err := atomicfile.Write(file, func(w io.Writer) error { return lut.WriteYAML(w, rows) }); err != nil {
		return t, err
	}
	return measuredTable{resolution, file, len(rows), time.Since(start).Seconds(), labels.Header.Device, j.Noise()}, nil
}

type measureCheckCmd struct {
	deviceFlags
}

// Run measures an anchor and a layer, and says how far rounds differ.
func (c *measureCheckCmd) Run(ctx context.Context, out *output) error {
	d, done, err := c.open(ctx, out)
	if err != nil {
		return err
	}
	defer done()
	q, err := d.Check(ctx, 20)
	if err != nil {
		return err
	}
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
