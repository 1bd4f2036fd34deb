package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/ofalat/ofalat/latpred/campaign"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/pool/broker"
	"github.com/ofalat/ofalat/latpred/pool/instrument"
	"github.com/ofalat/ofalat/latpred/runner"
	"github.com/ofalat/ofalat/latpred/worker"
)

type workerCmd struct {
	URL        string            `name:"url" default:"nats://127.0.0.1:4222" placeholder:"URL" help:"NATS server or cluster of the pool."`
	Name       string            `help:"Name of the device in the pool, which no other has (default: the host's; of a phone its serial)."`
	Runner     []string          `placeholder:"NAME" help:"Runtimes that campaigns may ask for, such as onnxruntime or litert: latpred measure runners lists all (default: XLA, and the programs of --runners)."`
	Runners    string            `placeholder:"FILE" help:"YAML file of programs that campaigns may ask for by name (default: LATPRED_RUNNERS, or latpred/runners.yaml of the user's configuration)." type:"path"`
	ADB        string            `name:"adb" placeholder:"all|SERIAL,…" help:"Measure on Android phones that adb knows, with a worker for each."`
	Label      map[string]string `placeholder:"NAME=VALUE" help:"Further labels of the device, for plans to choose by."`
	Python     string            `placeholder:"PROGRAM" env:"LATPRED_PYTHON" help:"Python of --runner (default: python3)."`
	RunnerDir  string            `placeholder:"DIR" help:"Folder with changed copies of the runners' programs." type:"path"`
	Tool       string            `placeholder:"FILE" help:"trtexec, or for phones benchmark_model to copy to them." type:"path"`
	Timeout    time.Duration     `default:"1m" min:"1ms" max:"24h" help:"Of one timing by a runtime, which may take five times as long to load a network."`
	MaxHeat    float64           `default:"40" min:"1" max:"200" help:"Of a phone: it waits while its battery is above so many °C."`
	MinBattery int               `default:"15" min:"1" max:"100" help:"Of a phone: it waits while its battery is below so many percent."`
	Cool       time.Duration     `default:"10m" min:"1s" max:"10000h" help:"Of a phone: how long a measurement waits for it to cool down, or to be back, at most."`
	Dir        string            `help:"Folder for journals of groups (default: in the user's cache)." type:"path"`
	Beat       time.Duration     `default:"5s" min:"100ms" max:"1h" help:"Time between reports."`
	Once       bool              `help:"End when the campaign ends, instead of waiting for the next."`
	poolFlags
}

// Run measures for a pool until it is interrupted.
func (c *workerCmd) Run(ctx context.Context, out *output) error {
	o, err := c.options(out)
	if err != nil {
		return err
	}
	if c.Dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return fmt.Errorf("there is no place for journals: %w; name one with --dir", err)
		}
		c.Dir = filepath.Join(cache, "ofalat", "pool")
	}
	check := instrument.New
	if c.ADB != "" {
		check = func(instrument.Options) (*instrument.Device, error) { _, err := runner.Phones(ctx); return nil, err }
	}
	if _, err := check(o); err != nil { // before anybody is connected to
		return err
	}
	out.patient.Store(true)                            // its end is bounded elsewhere: a measurement closes its journal, the server its files
	p, err := c.connect(ctx, out, c.URL, 24*time.Hour) // it may be started first
	if err != nil {
		return err
	}
	defer p.Close()
	var mu sync.Mutex
	w := broker.Worker{Beat: c.Beat, Once: c.Once, Observe: func(e broker.Event) {
		mu.Lock()
		defer mu.Unlock()
		c.tell(out, e)
	}}
	if c.ADB != "" {
		return c.phones(ctx, p, w, o)
	}
	host, _ := os.Hostname() // "": --name is needed
	w.Device = cmp.Or(c.Name, host)
	return c.work(ctx, p, w, o)
}

// options are the instruments of this worker.
func (c *workerCmd) options(out *output) (o instrument.Options, err error) {
	if c.ADB != "" && (len(c.Runner) > 0 || c.Runners != "" || c.Name != "") {
		return o, errors.New("--adb: phones are measured with " + instrument.PhoneRunner + " and are called by their serials: leave --runner, --runners and --name out")
	}
	log := func(text string) { out.Logf("%s", text) }
	o = instrument.Options{
		Recipes: c.Runner, Labels: c.Label, Log: log, Task: xlaTask,
		Runner: runner.Options{
			Python: c.Python, Dir: c.RunnerDir, Tool: c.Tool, Timeout: c.Timeout,
			Heat:  runner.Heat{MaxC: c.MaxHeat, MinLevel: c.MinBattery, Wait: c.Cool},
			Notes: measure.NewNotes(func(text string) { out.Logf("note: %s", text) }),
		},
	}
	if c.ADB == "" {
		o.Runners, err = campaign.ReadRunners(cmp.Or(c.Runners, campaign.RunnersFile()))
	}
	o.XLA = len(c.Runner) == 0 && c.ADB == "" && c.Runners == ""
	return o, err
}

// xlaTask is what measure nets asks of a process with these flags.
func xlaTask(batch, threads int, precision string) worker.Task {
	f := deviceFlags{Batch: batch, Threads: threads, Precision: precision, Extra: -1}
	return f.task()
}

// work measures on one device.
func (c *workerCmd) work(ctx context.Context, p *broker.Pool, w broker.Worker, o instrument.Options) error {
	d, err := instrument.New(o)
	if err != nil {
		return err
	}
	defer d.Close()
	w.Instrument, w.Dir = d, filepath.Join(c.Dir, c.Pool, strings.Map(fileName, w.Device))
	return p.Work(ctx, w)
}

// fileName replaces what not every file system takes.
func fileName(r rune) rune {
	if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
		return '-'
	}
	return r
}

// phones measures on phones, each with a worker of its own. Of "all", those that are attached
// later join as well.
func (c *workerCmd) phones(ctx context.Context, p *broker.Pool, w broker.Worker, o instrument.Options) error {
	var group sync.WaitGroup
	defer group.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error)
	started := map[string]bool{}
	start := func(serial string) {
		if started[serial] {
			return
		}
		started[serial] = true
		w, o := w, o
		w.Device, o.Phone = serial, &runner.Phone{Serial: serial}
		group.Go(func() {
			err := c.work(ctx, p, w, o)
			select {
			case ended <- err:
			case <-ctx.Done():
			}
		})
	}
	if c.ADB != "all" {
		for serial := range strings.SplitSeq(c.ADB, ",") {
			start(serial)
		}
	}
	look := time.NewTicker(c.Beat)
	defer look.Stop()
	over := 0
	var failed error
	for {
		if c.ADB == "all" {
			list, err := runner.Phones(ctx)
			if err != nil && ctx.Err() == nil && len(started) == 0 {
				return err
			}
			for _, phone := range list {
				if phone.State == "device" {
					start(phone.Serial)
				}
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case err := <-ended:
			over++
			if err != nil {
				failed = errors.Join(failed, err)
				w.Observe(broker.Event{Device: "phones", Text: err.Error()})
			}
			if over == len(started) && (c.Once || c.ADB != "all") {
				return failed
			}
		case <-look.C:
		}
	}
}

// workerEvent is an event of a worker, as JSON.
type workerEvent struct {
	At     time.Time `json:"at"`
	Device string    `json:"device"`
	Text   string    `json:"text"`
}

// tell prints what a worker does.
func (c *workerCmd) tell(out *output, e broker.Event) {
	if e.Step != nil {
		return // the pool is told; campaign top shows it
	}
	if out.JSON() {
		_ = out.Emit(workerEvent{time.Now().UTC().Truncate(time.Second), e.Device, e.Text}) // the command's end says it
		return
	}
	out.Printf("%s  %s: %s\n", time.Now().Format(time.DateTime), e.Device, e.Text)
}
