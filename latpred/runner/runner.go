package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
)

// Options say how networks are run. A zero field stands for its default.
type Options struct {
	Batch     int           // images at once; default 1
	Threads   int           // of the processor; default 1
	Runs      int           // timed runs of which the median is taken; default 10
	Timeout   time.Duration // of one timing; loading a network may take five times as long; default a minute
	Python    string        // program name; default python3, or else python
	Dir       string        // folder with changed copies of the programs; default those in the binary
	Serial    string        // of the phone, for adb; default the only one that is attached
	Tool      string        // trtexec; or benchmark_model, to be copied to the phone
	Build     string        // of PyTorch: "auto", "ofa" or "export"; default auto
	Precision string        // "f32", or for GPUs and Core ML "f16" and for PyTorch "tf32"; default the runtime's own
	Heat      Heat          // of a phone
	NoCheck   bool          // don't compare the first network's outputs with ours
	Notes     *measure.Notes
	// Log is told what the programs say beside their answers; nil: nobody.
	Log func(text string)
}

func (o Options) withDefaults() Options {
	o.Batch, o.Threads, o.Runs = cmp.Or(o.Batch, 1), cmp.Or(o.Threads, 1), cmp.Or(o.Runs, 10)
	o.Timeout, o.Build = cmp.Or(o.Timeout, time.Minute), cmp.Or(o.Build, "auto")
	o.Heat = o.Heat.withDefaults()
	return o
}

// loadFactor is how much longer than a timing the loading of a network may take: it is
// compiled there.
const loadFactor = 5

// hello describes a runtime that was started.
type hello struct {
	Versions map[string]string `json:"versions"` // by package or tool
	Hardware string            `json:"hardware"` // "": this machine's processor
	GPU      bool              `json:"gpu"`      // threads of the processor don't matter
	Label    string            `json:"label"`    // runtime and precision, in the labels' name
	Model    format            `json:"model"`    // the file that it reads
	Layout   string            `json:"layout"`   // of images: "nchw" or "nhwc"

	program string // file of the program or tool that calls the runtime; "": not known
}

// engine runs networks in a runtime.
type engine interface {
	// load makes a network ready to be timed.
	load(ctx context.Context, n *network) (loaded, error)
	close()
}

// loaded is a network in a runtime.
type loaded interface {
	// times gives the times of runs after warming up, or their median alone, in
	// milliseconds.
	times(ctx context.Context) ([]float64, error)
	// outputs gives the logits for the network's image; errNoOutputs: the runtime can't
	// tell them.
	outputs(ctx context.Context) ([]float32, error)
	close()
}

// errNoOutputs says that a runtime can't give outputs that could be compared; the text
// around it says why.
var errNoOutputs = errors.New("outputs are not compared with ours")

// Runner is a runtime that was started.
type Runner struct {
	recipe  Recipe
	options Options
	hello   hello
	engine  engine
	dir     string          // for files of networks
	ctx     context.Context // of the whole measurement: loading ends with it

	check   sync.Mutex
	checked bool
}

// Open starts the runtime of that name, which lives until Close, or until ctx ends. It errs, saying what to do, if something that it
// needs is missing.
func Open(ctx context.Context, name string, o Options) (*Runner, error) {
	recipe, err := ByName(name)
	if err != nil {
		return nil, err
	}
	r := &Runner{recipe: recipe, options: o.withDefaults(), ctx: ctx}
	if r.dir, err = os.MkdirTemp("", "latpred-runner-"); err != nil {
		return nil, err
	}
	switch recipe.tool {
	case "":
		r.engine, r.hello, err = openProgram(ctx, recipe, r.options, r.dir)
	case "adb":
		r.engine, r.hello, err = openPhone(ctx, r.options)
	case "trtexec":
		r.engine, r.hello, err = openTrtexec(ctx, r.options)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("runner %s: %w", name, err), os.RemoveAll(r.dir))
	}
	return r, nil
}

// Close ends the runtime and removes all files of networks.
func (r *Runner) Close() {
	r.engine.close()
	_ = os.RemoveAll(r.dir) // temporary anyway
}

// Device is the runtime as a device for networks of s. hardware is the hardware's part of
// the device's name; "" stands for what the runtime tells, or measure.Processor. Warming
// up is the runtime's: c.WarmUps and c.Discard are ignored. The default of c.Rounds is 3,
// and that of c.Extra for a phone is none.
// A round has one timing of each network, of Options.Runs runs, whose median counts.
func (r *Runner) Device(s *space.Space, hardware string, c measure.Config) *measure.Device {
	c.WarmUps, c.Discard, c.Runs = -1, -1, 1
	c.Rounds = cmp.Or(c.Rounds, 3)
	if r.recipe.tool == "adb" && c.Extra == 0 {
		c.Extra = -1 // what else this machine does is no disturbance there
	}
	h := measure.Header{
		Device: measure.RuntimeID(cmp.Or(hardware, r.hello.Hardware, measure.Processor()), r.hello.Label, r.options.Batch, r.threads()),
		Batch:  r.options.Batch, Threads: r.threads(), Command: "runner " + r.recipe.Name, Machine: r.machine(), Software: r.software(),
	}
	d := measure.NewDevice(s, h, c)
	d.Header.Runs = r.options.Runs
	d.Header.Statistic = "median of rounds' medians"
	d.Network = func(a space.Arch) (measure.Subject, error) { return r.network(s, a) }
	return d
}

// threads are those of the processor that run a network; 0: it runs elsewhere.
func (r *Runner) threads() int {
	if r.hello.GPU {
		return 0
	}
	return r.options.Threads
}

func (r *Runner) machine() map[string]string {
	m := measure.Machine(nil)
	maps.Copy(m, r.hello.Versions)
	if r.options.Dir != "" {
		m["runner programs"] = "changed copies"
	}
	return m
}

// software is what beside the recipe decides times: the runtime's versions, the program or
// tool that calls it, and the driver.
func (r *Runner) software() map[string]string {
	m := map[string]string{}
	maps.Copy(m, r.hello.Versions)
	delete(m, "tool") // a place, which differs between machines
	if h := measure.FileHash(r.hello.program); h != "" {
		m[measure.RunnerHash] = h
	}
	if d := measure.NVIDIADriver(); d != "" && r.hello.GPU {
		m[measure.Driver] = d
	}
	return m
}

// network writes a network's file and loads it. The first one is compared with ours.
func (r *Runner) network(s *space.Space, a space.Arch) (measure.Subject, error) {
	ctx := r.ctx
	n, err := writeNetwork(r.dir, s, a, r.options.Batch, r.hello)
	if err != nil {
		return nil, err
	}
	l, err := r.engine.load(ctx, n)
	if err == nil {
		err = r.compare(ctx, n, l)
	}
	if err != nil {
		if l != nil {
			l.close()
		}
		n.remove()
		return nil, fmt.Errorf("runner %s: %w", r.recipe.Name, err)
	}
	return &subject{loaded: l, network: n, runner: r}, nil
}

// subject is a network that is ready to be timed.
type subject struct {
	loaded
	network *network
	runner  *Runner
}

func (s *subject) Close() {
	s.loaded.close()
	s.network.remove()
}

// Run times it once and gives the median run.
func (s *subject) Run(ctx context.Context) (float64, error) {
	start := time.Now()
	times, err := s.loaded.times(ctx)
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	if err != nil {
		return 0, fmt.Errorf("runner %s: %w", s.runner.recipe.Name, err)
	}
	ms := median(times)
	s.runner.options.Notes.Plausible(ms, strings.ToLower(s.runner.recipe.Name)+"'s", time.Since(start))
	return ms, nil
}
