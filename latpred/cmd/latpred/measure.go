package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/ofalat/ofalat/internal/bounded"
	"github.com/ofalat/ofalat/latpred/atomicfile"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/design"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/worker"
)

type measureCmd struct {
	Nets    measureNetsCmd    `cmd:"" help:"Measure whole networks: a data set of this device."`
	Table   measureTableCmd   `cmd:"" help:"Measure every layer of a space: a lookup table of this device."`
	Export  measureExportCmd  `cmd:"" help:"Write a network as ONNX, TFLite or StableHLO, for another program to time."`
	Runners measureRunnersCmd `cmd:"" help:"List the runtimes that networks can be timed in, or write their programs to change them."`
	Check   measureCheckCmd   `cmd:"" help:"Say whether this machine is quiet enough to measure on."`
	Work    measureWorkCmd    `cmd:"" hidden:"" help:"Measure for another latpred process."`
}

type measureNetsCmd struct {
	deviceFlags
	shardFlag
	untilFlags
	runnerFlags
	N    int    `default:"500" min:"1" max:"1000000" help:"Networks to draw."`
	Seed uint64 `default:"1" help:"Seed of the draw."`
	resolutionFlag
	Archs   string        `help:"Measure the networks of this file instead: one a line, a list, OFA's net.config, or a table." type:"path"`
	Out     string        `required:"" help:"CSV file to write; the journal beside it, .journal, is what a run goes on from." type:"path"`
	Exec    string        `help:"Time a program instead: a shell command that gets the network as a JSON file in place of {}, or on its input, and prints milliseconds, times with their units, or a report of trtexec, benchmark_model, onnxruntime_perf_test and others."`
	Pick    string        `placeholder:"REGEXP" help:"Which number of what --exec prints counts: the first after what the pattern matches, or its group."`
	Timeout time.Duration `default:"1m" min:"1ms" max:"24h" help:"Of one call of --exec, or of one timing by --runner, which may take five times as long to load a network."`
}

// measured is the result of measure nets --json.
type measured struct {
	Out     string            `json:"out"`
	Journal string            `json:"journal"`
	Device  string            `json:"device"`
	Shard   string            `json:"shard,omitempty"` // which part, such as 2/8
	Nets    int               `json:"nets"`
	Of      int               `json:"of"`
	Noise   measure.Noise     `json:"noise"`
	LeftOut []measure.Failure `json:"left_out,omitempty"` // networks that failed twice
	Until   *design.Verdict   `json:"until,omitempty"`    // with --until: the expected error, and what more would bring
}

// Run measures what is not measured yet and writes the set.
func (c *measureNetsCmd) Run(ctx context.Context, out *output) error {
	path := c.Out + ".journal"
	if err := errors.Join(c.anchored(), c.joinable(&c.deviceFlags), writable(c.Out, path), apart(c.Out, c.Archs)); err != nil {
		return err
	}
	s, err := space.ByID(c.Space)
	if err != nil {
		return err
	}
	archs, seed, sources, err := c.networks(ctx, s)
	if err != nil {
		return err
	}
	count := c.Shard.Count(len(archs), c.Group)
	show, hide := measuring(out, "measuring", count)
	var last measure.Progress
	observe := func(p measure.Progress) { last = p; show(p) }
	before := measuredNets(path)
	j, verdict, stopped := c.measureUntil(ctx, out, worker.Job{Archs: archs, Seed: seed, Shard: c.Shard.Shard, Journal: path}, sources, observe)
	hide()
	if j == nil {
		return stopped
	}
	normalise, err := c.normaliser(j.Header.Device)
	if err != nil {
		return errors.Join(stopped, err)
	}
	labels := normalise(j)
	r := measured{c.Out, path, labels.Header.Device, c.Shard.String(), len(j.Results()), count, j.Noise(), j.LeftOut(), verdict}
	stuck := ""
	if errors.Is(stopped, measure.ErrLimit) && r.Nets <= before {
		stuck = c.stuck(last)
	}
	if stuck != "" && r.Nets == 0 {
		return errors.New(stuck)
	}
	if errors.Is(stopped, measure.ErrEnough) && r.Nets == 0 {
		return fmt.Errorf("%w before one was complete; rounds are kept, the same command goes on from there", stopped)
	}
	if err := atomicfile.Write(c.Out, func(w io.Writer) error { return measure.WriteSet(w, labels) }); err != nil {
		return errors.Join(stopped, err)
	}
	if stopped != nil && !early(stopped) {
		return fmt.Errorf("%w; %d of %d networks are in %s, the same command goes on from there", stopped, r.Nets, r.Of, c.Out)
	}
	if stuck != "" {
		out.Logf("warning: %s", stuck)
	}
	return r.tell(out)
}

// tell prints the result.
func (r measured) tell(out *output) error {
	logFailures(out, r.LeftOut)
	if r.Until != nil {
		logWarnings(out, r.Until.Warnings)
	}
	if out.JSON() {
		return out.Emit(r)
	}
	out.Printf("%s: %d of %d networks on %s\n", r.Out, r.Nets, r.Of, r.Device)
	printNoise(out, r.Noise)
	if r.Until != nil {
		out.Printf("%s\n", inWords(*r.Until))
	}
	return nil
}

// measure does the job, by another program or in a process of its own, and gives the
// journal, which is nil if there is none.
func (c *measureNetsCmd) measure(ctx context.Context, out *output, job worker.Job, observe func(measure.Progress)) (*measure.Journal, error) {
	if c.Exec != "" || c.Runner != "" {
		return c.measureForeign(ctx, out, job, observe)
	}
	_, stopped := c.supervise(ctx, out, func(_ int, p measure.Progress) { observe(p) }, job)
	if stopped != nil && !kept(stopped) {
		return nil, stopped
	}
	j, err := measure.ReadJournalFile(job.Journal)
	if err != nil {
		return nil, errors.Join(stopped, err)
	}
	return j, stopped
}

// measureForeign is measure by another program. The limit counts from its start.
func (c *measureNetsCmd) measureForeign(ctx context.Context, out *output, job worker.Job, observe func(measure.Progress)) (*measure.Journal, error) {
	out.saves.Store(true)
	limited, cancel := ctx, func() {}
	if c.Limit > 0 {
		limited, cancel = context.WithTimeout(ctx, c.Limit)
	}
	defer cancel()
	d, done, err := c.foreign(limited, out)
	if err != nil {
		return nil, err
	}
	defer done()
	if _, err := c.normaliser(d.Header.Device); err != nil {
		return nil, err
	}
	asked, ended := enough(ctx)
	defer ended()
	d.Enough = asked
	d.Shard = job.Shard
	j, err := d.Nets(limited, job.Archs, job.Seed, job.Journal, observe)
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		err = measure.ErrLimit
	}
	return j, err
}

// foreign is the device that the program of --exec or of --runner times, with what to call
// at the end.
func (c *measureNetsCmd) foreign(ctx context.Context, out *output) (d *measure.Device, done func(), err error) {
	if c.Runner != "" {
		return c.openRunner(ctx, out)
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
	f, err := bounded.Open(c.Archs)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	archs, err = measure.ReadArchs(f, c.Archs, s, dataset.Options{Resolution: c.Resolution})
	return archs, 0, err
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
