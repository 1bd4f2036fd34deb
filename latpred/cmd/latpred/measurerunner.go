package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/runner"
	"github.com/ofalat/ofalat/latpred/space"
)

// runnerFlags choose another runtime to time networks in.
type runnerFlags struct {
	Runner    string        `placeholder:"NAME" help:"Time them in another runtime, such as onnxruntime, litert, pytorch, trtexec, or litert-adb on a phone: latpred measure runners lists all."`
	Python    string        `placeholder:"PROGRAM" env:"LATPRED_PYTHON" help:"Python of --runner (default: python3)."`
	RunnerDir string        `placeholder:"DIR" help:"Folder with changed copies of the runners' programs." type:"path"`
	Tool      string        `placeholder:"FILE" help:"trtexec of --runner trtexec; for litert-adb, benchmark_model to copy to the phone."`
	Build     string        `enum:"auto,ofa,export" default:"auto" help:"Who builds networks for PyTorch: ofa, OFA's own package; export, our ONNX file; auto: ofa if it is installed."`
	NoCompare bool          `help:"Don't compare the first network's outputs in the runtime with ours."`
	MaxHeat   float64       `default:"40" min:"0" max:"200" help:"Of a phone: wait while its battery is above so many °C."`
	Cool      time.Duration `default:"10m" min:"0s" max:"10000h" help:"Of a phone: how long to wait for that, or until it is back, at most."`
}

// openRunner starts the runtime of --runner, and gives what to call at the end.
func (c *measureNetsCmd) openRunner(ctx context.Context, out *output) (d *measure.Device, done func(), err error) {
	if c.Exec != "" {
		return nil, nil, errors.New("--runner and --exec: only one of them can time networks")
	}
	s, err := space.ByID(c.Space)
	if err != nil {
		return nil, nil, err
	}
	o := runner.Options{
		Batch: c.Batch, Threads: c.Threads, Runs: c.Runs, Timeout: c.Timeout, Python: c.Python, Dir: c.RunnerDir, Tool: c.Tool,
		Build: c.Build, Precision: c.Precision, NoCheck: c.NoCompare, Heat: runner.Heat{MaxC: c.MaxHeat, Wait: c.Cool},
		Notes: measure.NewNotes(func(text string) { out.Logf("note: %s", text) }),
	}
	hardware := c.Device
	if c.Runner == "litert-adb" { // its name is that of the phone
		o.Serial, hardware = c.Device, ""
	}
	r, err := runner.Open(ctx, c.Runner, o)
	if err != nil {
		return nil, nil, err
	}
	d = r.Device(s, hardware, c.config())
	return d, r.Close, c.locks(d)
}

type measureRunnersCmd struct {
	Out string `placeholder:"DIR" help:"Write the programs and their page into this folder, to change them; --runner-dir uses them." type:"path"`
}

// listedRunner is a runtime in the result of measure runners --json.
type listedRunner struct {
	Name  string `json:"name"`
	About string `json:"about"`
	Needs string `json:"needs"`
}

// Run lists the runtimes, or writes their programs.
func (c *measureRunnersCmd) Run(out *output) error {
	if c.Out != "" {
		if err := runner.Copy(c.Out); err != nil {
			return err
		}
		return exported(out, c.Out, "runners")
	}
	var list []listedRunner
	var rows [][]string
	for _, r := range runner.Recipes() {
		list = append(list, listedRunner{r.Name, r.About, r.Needs})
		rows = append(rows, []string{r.Name, r.About, r.Needs})
	}
	if out.JSON() {
		return out.Emit(list)
	}
	out.Table([]string{"runner", "times", "needs"}, rows)
	out.Printf("%s\n", fmt.Sprintf("latpred measure nets --runner %s --n 10 --out my.csv", list[0].Name))
	return nil
}
