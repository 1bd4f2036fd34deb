package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/loops"
)

type backendCmd struct {
	List    backendListCmd    `cmd:"" help:"List the PJRT plugins that are installed."`
	Install backendInstallCmd `cmd:"" help:"Fetch a PJRT plugin for this user."`
	Check   backendCheckCmd   `cmd:"" help:"Run a small computation and say what is in force."`
}

type backendListCmd struct{}

// Run lists the plugins, the one that would be used first.
func (*backendListCmd) Run(out *output) error {
	plugins := backend.Plugins()
	if out.JSON() {
		return out.Emit(append([]backend.Plugin{}, plugins...))
	}
	for _, p := range plugins {
		out.Printf("%-9s %s\n", p.Kind, p.Path)
	}
	out.Printf("%-9s built in\n", backend.Go)
	return nil
}

type backendInstallCmd struct {
	Plugin   string `arg:"" enum:"cpu,cuda12,cuda13" help:"cpu, cuda12 or cuda13."`
	Unpinned bool   `help:"Fetch GoMLX's release of the plugin cpu, where none is pinned by its SHA-256: nothing tells whether it is the one that was released."`
}

// installed is the result of backend install --json.
type installed struct {
	Plugin string `json:"plugin"` // its file
}

// Run fetches a plugin.
func (c *backendInstallCmd) Run(ctx context.Context, out *output) error {
	if c.Unpinned && c.Plugin != "cpu" {
		return fmt.Errorf("--unpinned: of %s only what is pinned is installed", c.Plugin)
	}
	observe := func(step string) { out.Logf("%s", step) }
	fetch := func() (string, error) { return backend.Install(ctx, c.Plugin, observe) }
	if c.Unpinned {
		fetch = func() (string, error) { return backend.InstallUnpinned(ctx, observe) }
	}
	path, err := fetch()
	if errors.Is(err, backend.ErrUnpinned) && c.Plugin == "cpu" {
		err = fmt.Errorf("%w; --unpinned fetches GoMLX's release, which nothing is known of", err)
	}
	if err != nil {
		return err
	}
	if out.JSON() {
		return out.Emit(installed{path})
	}
	out.Printf("%s\n", path)
	return nil
}

type backendCheckCmd struct {
	backendFlags
}

// Run opens the backend and computes on it.
func (c *backendCheckCmd) Run(ctx context.Context, out *output) error {
	be, err := c.open(ctx, out, false)
	if err != nil {
		return err
	}
	report, err := backend.Check(be)
	if err != nil {
		return err
	}
	if out.JSON() {
		return out.Emit(report)
	}
	out.Printf("%s\n%d device (%s); a small computation: %.1f ms with its compilation, %.2f ms again\n",
		be, report.Devices, report.Device, report.CompileMs, report.RunMs)
	return nil
}

// backendFlags are those of every command that computes.
type backendFlags struct {
	Backend string `enum:"xla:cuda,xla:cpu,go," default:"" help:"Backend: xla:cuda, xla:cpu or go (default: GOMLX_BACKEND, or the best there is)."`
	Threads int    `min:"1" max:"4096" help:"Threads on the processor (default: all cores)."`
}

// open opens the backend, fetching the CPU plugin where none is, and logs which
// it is. mlp says that only networks of package mlp will run on it: a second line
// then tells of its own loops, where they are faster than the plugin.
func (f backendFlags) open(ctx context.Context, out *output, mlp bool) (*backend.Backend, error) {
	var o backend.Options
	if mlp {
		o = f.options(o)
	}
	be, err := f.openAs(ctx, out, o)
	if err == nil && mlp && be.Kind == backend.CPU && loops.Vectors() {
		out.Logf("--backend go trains these networks faster on this processor: its own %s loops skip what is 0", loops.Name())
	}
	return be, err
}

// options adds to o what suits networks of package mlp on a GPU: their products are small, and
// trying out kernels for each of them would take longer than a training.
func (backendFlags) options(o backend.Options) backend.Options {
	if !backend.Asked() {
		o.Settings.Autotune = "0"
	}
	return o
}

func (f backendFlags) openAs(ctx context.Context, out *output, o backend.Options) (*backend.Backend, error) {
	out.saves.Store(true)
	o.Kind, o.Threads, o.Install, o.Observe = f.Backend, f.Threads, true, func(step string) { out.Logf("%s", step) }
	be, err := backend.Open(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("backend: %w", err)
	}
	out.Logf("%s", be)
	return be, nil
}
