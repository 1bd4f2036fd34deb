package instrument

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/campaign"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/pool"
	"github.com/ofalat/ofalat/latpred/runner"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/worker"
	"github.com/ofalat/ofalat/runners"
)

// PhoneRunner is the runner that times networks on a phone.
const PhoneRunner = "litert-adb"

// Options say what is measured with.
type Options struct {
	Phone   *runner.Phone     // nil: this machine
	Runners campaign.Runners  // programs of the owner, by the names that campaigns know
	Recipes []string          // runtimes of package runner that are offered; of a phone PhoneRunner is
	XLA     bool              // XLA is offered, as the runner ""
	Labels  map[string]string // further labels of the device, such as "rack"
	Runner  runner.Options    // Python, Dir, Tool, Heat, Timeout, Log and Notes of runtimes
	// Task completes what XLA is asked to do for a batch, a number of threads and a
	// precision.
	Task func(batch, threads int, precision string) worker.Task
	Log  func(text string) // told lines for people; may be nil
}

// Device is a device that is measured. It is a pool.Instrument.
type Device struct {
	options Options
	open    *runner.Runner // of the last task, kept open
	opened  setting        // of open
}

// setting is what of a task a runtime is opened with.
type setting struct {
	runner, precision    string
	batch, threads, runs int
}

// New returns the instrument of a device. It errs if a runner that is offered is none, and if
// none is.
func New(o Options) (*Device, error) {
	if o.Phone != nil {
		o.Recipes, o.XLA, o.Runners = []string{PhoneRunner}, false, nil
	}
	for _, name := range o.Recipes {
		if _, err := runner.ByName(name); err != nil {
			return nil, err
		}
	}
	if len(o.Recipes)+len(o.Runners) == 0 && !o.XLA {
		return nil, errors.New("no runner is offered: nothing could be measured")
	}
	return &Device{options: o}, nil
}

// Facts are the labels of the machine or phone, and its runners.
func (d *Device) Facts(ctx context.Context) (pool.Facts, error) {
	f := pool.Facts{Labels: map[string]string{}, Runners: map[string]string{}}
	if p := d.options.Phone; p != nil {
		labels, err := p.Facts(ctx)
		if err != nil {
			return f, err
		}
		f.Labels = labels
	} else {
		f.Labels = campaign.MachineLabels()
		f.Labels["model"] = cmp.Or(f.Labels["gpu"], f.Labels["processor"])
	}
	maps.Copy(f.Labels, d.options.Labels)
	for name, r := range d.options.Runners {
		f.Runners[name] = hash(r.Exec, r.Pick)
	}
	for _, name := range d.options.Recipes {
		f.Runners[name] = d.recipeHash(name)
	}
	if d.options.XLA {
		f.Runners[""] = pluginHash()
	}
	return f, nil
}

// recipeHash is the hash of a runtime's program, and of its tool.
func (d *Device) recipeHash(name string) string {
	r, _ := runner.ByName(name) // New has looked
	program := []byte{}
	if r.Program != "" {
		program, _ = runners.Files.ReadFile(r.Program) // it is built in
	}
	return hash(name, string(program), measure.FileHash(d.options.Runner.Tool), d.options.Runner.Dir)
}

// pluginHash is the hash of the plugin that XLA would run with; "" without one.
func pluginHash() string {
	for _, p := range backend.Plugins() {
		return measure.FileHash(p.Path)
	}
	return ""
}

func hash(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// Unready says why a phone can't be timed now; a machine always can.
func (d *Device) Unready(ctx context.Context) string {
	if d.options.Phone == nil {
		return ""
	}
	return d.options.Phone.Unready(ctx, d.options.Runner.Heat)
}

// Measure measures a task with the runner that it names, if that is offered.
func (d *Device) Measure(ctx context.Context, t *pool.Task, journal string, observe func(measure.Progress)) error {
	s, err := space.ByID(t.Space)
	if err != nil {
		return err
	}
	archs, err := networks(s, t.Units)
	if err != nil {
		return err
	}
	r, configured := d.options.Runners[t.Runner]
	var device *measure.Device
	switch {
	case configured:
		device, err = d.program(s, t, r)
	case slices.Contains(d.options.Recipes, t.Runner):
		device, err = d.runtime(ctx, s, t)
	case t.Runner == "" && d.options.XLA:
		return d.xla(ctx, t, archs, journal, observe)
	default:
		err = fmt.Errorf("this worker offers no runner %q", t.Runner)
	}
	if err != nil {
		return err
	}
	if _, err = device.Nets(ctx, archs, t.Seed, journal, observe); err != nil {
		d.Close() // a runtime may have ended
	}
	return err
}

// networks reads the networks of a task.
func networks(s *space.Space, units []string) ([]space.Arch, error) {
	var archs []space.Arch
	for _, u := range units {
		a, err := space.Parse(u)
		if err == nil {
			err = s.Validate(a)
		}
		if err != nil {
			return nil, fmt.Errorf("the network %q: %w", u, err)
		}
		archs = append(archs, a)
	}
	return archs, nil
}

// protocol is how a task's labels are taken: its units are one group.
func protocol(t *pool.Task) measure.Config {
	return measure.Config{Rounds: t.Rounds, Extra: t.Extra, Runs: t.Runs, Group: max(1, len(t.Units))}
}

// program is the device that the owner's program times.
func (d *Device) program(s *space.Space, t *pool.Task, r campaign.Runner) (*measure.Device, error) {
	f := measure.Foreign{Command: r.Exec, Timeout: r.Timeout, Pick: r.Pick, Notes: d.options.Runner.Notes}
	device := f.Device(s, t.Hardware, t.Batch, protocol(t))
	return device, d.lock(device)
}

// lock lets those who time the device take turns.
func (d *Device) lock(device *measure.Device) (err error) {
	name := device.Header.Device
	if d.options.Phone != nil { // others of its model are other devices
		name = "adb " + d.options.Phone.Serial
	}
	device.TakeTurns = true
	device.LockFile, err = measure.DeviceLock(name)
	return err
}

// runtime is the device under a runtime of package runner, which stays open for the next
// task.
func (d *Device) runtime(ctx context.Context, s *space.Space, t *pool.Task) (*measure.Device, error) {
	o := d.options.Runner
	o.Batch, o.Threads, o.Precision, o.Runs = t.Batch, t.Threads, t.Precision, t.Runs
	if d.options.Phone != nil {
		o.Serial = d.options.Phone.Serial
	}
	now := setting{t.Runner, t.Precision, t.Batch, t.Threads, t.Runs}
	if d.open == nil || d.opened != now {
		d.Close()
		// It outlives the task.
		open, err := runner.Open(context.WithoutCancel(ctx), t.Runner, o)
		if err != nil {
			return nil, err
		}
		d.open, d.opened = open, now
	}
	device := d.open.Device(s, t.Hardware, protocol(t))
	return device, d.lock(device)
}

// Close ends the runtime that is open.
func (d *Device) Close() {
	if d.open != nil {
		d.open.Close()
		d.open = nil
	}
}

// xla measures in processes of their own.
func (d *Device) xla(ctx context.Context, t *pool.Task, archs []space.Arch, journal string, observe func(measure.Progress)) error {
	task := d.options.Task(t.Batch, t.Threads, t.Precision)
	task.Space, task.Hardware, task.Config, task.TakeTurns = t.Space, t.Hardware, protocol(t), true
	task.Jobs = []worker.Job{{Archs: archs, Seed: t.Seed, Journal: journal}}
	s := worker.Supervisor{Log: d.options.Log, Observe: func(_ int, p measure.Progress) { observe(p) }}
	_, err := s.Run(ctx, task)
	return err
}
