package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/ofalat/ofalat/kernelext/run"
)

type runCmd struct {
	Notebooks []string      `arg:"" optional:"" help:"Notebooks to execute (default: all in notebooks/)." type:"existingfile"`
	Out       string        `default:"out" help:"Folder for executed notebooks, pages, index.html and report.json."`
	Profile   string        `enum:"quick,full" default:"quick" help:"How much the notebooks compute: quick or full."`
	Jobs      int           `default:"2" help:"Notebooks at once; they share the cores."`
	Limit     time.Duration `default:"0s" help:"Time limit of a cell (default: 3 minutes, 2 hours with --profile full)."`
	NoPlugin  bool          `help:"Don't install a PJRT plugin where none is."`
}

// Run prepares everything that the notebooks need and executes them.
func (c *runCmd) Run(ctx context.Context, all *commands) error {
	start := time.Now()
	module, err := run.FindModule(ctx, ".")
	if err != nil {
		return err
	}
	if len(c.Notebooks) == 0 {
		if c.Notebooks, err = notebooks(module); err != nil {
			return err
		}
	}
	if c.Limit == 0 {
		c.Limit = 3 * time.Minute
		if c.Profile == "full" {
			c.Limit = 2 * time.Hour
		}
	}
	launch, err := prepare(ctx, module, c.Notebooks)
	if err != nil {
		return err
	}
	launch.Raw = true
	launch.Env = map[string]string{"LATPRED_PROFILE": c.Profile}
	if os.Getenv("PJRT_NPROC") == "" { // notebooks side by side share the cores
		launch.Env["PJRT_NPROC"] = fmt.Sprint(max(1, runtime.NumCPU()/max(1, min(c.Jobs, len(c.Notebooks)))))
	}
	if !c.NoPlugin {
		installPlugin(ctx, module)
	}
	status := newStatus(c.Notebooks)
	reports, err := run.All(ctx, c.Notebooks, run.Options{Launch: launch, Jobs: c.Jobs, Limit: c.Limit, Out: c.Out, Event: status.event})
	status.close()
	if all.JSON {
		err = errors.Join(err, emit(reports))
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%w; what cells showed is in %s", ctx.Err(), c.Out)
	}
	ok := 0
	for _, r := range reports {
		if r.OK {
			ok++
		}
	}
	fmt.Fprintf(os.Stderr, "%d of %d notebooks ran in %v: %s\n", ok, len(reports), time.Since(start).Round(time.Second), filepath.Join(c.Out, "index.html"))
	return brief(err)
}

// brief cuts each of the errors joined in err to its first lines; the pages have
// all of them.
func brief(err error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return err
	}
	const most = 12
	var text []string
	for _, e := range joined.Unwrap() {
		lines := strings.Split(e.Error(), "\n")
		if len(lines) > most {
			lines = append(lines[:most], fmt.Sprintf("… %d lines more on its page", len(lines)-most))
		}
		text = append(text, lines...)
	}
	return errors.New(strings.Join(text, "\n"))
}

// notebooks lists those of the module.
func notebooks(module string) ([]string, error) {
	paths, err := filepath.Glob(filepath.Join(module, "notebooks", "*.ipynb"))
	if err == nil && len(paths) == 0 {
		err = fmt.Errorf("no notebooks in %s", filepath.Join(module, "notebooks"))
	}
	slices.Sort(paths)
	return paths, err
}

// prepare builds the kernel and what the notebooks import, saying what it does.
func prepare(ctx context.Context, module string, paths []string) (run.Launch, error) {
	var nbs []*run.Notebook
	for _, path := range paths {
		nb, err := run.ReadNotebook(path)
		if err != nil {
			return run.Launch{}, err
		}
		nbs = append(nbs, nb)
	}
	launch := run.Launch{Module: module}
	err := step("building the kernel (GoNB, goimports)", func() (err error) {
		launch.Bin, err = run.InstallTools(ctx, module)
		return err
	})
	if err != nil {
		return launch, err
	}
	return launch, step("building what cells import", func() error {
		if err := run.FetchModules(ctx, module); err != nil {
			return err
		}
		return run.BuildImports(ctx, module, launch, run.Imports(nbs))
	})
}

// installPlugin has latpred fetch a PJRT plugin where there is none. Failure is
// no reason to stop: the pure-Go backend is always there.
func installPlugin(ctx context.Context, module string) {
	_ = step("looking for a PJRT plugin", func() error {
		cmd := exec.CommandContext(ctx, "go", "run", "./latpred/cmd/latpred", "backend", "install", "cpu")
		cmd.Dir = module
		out, err := cmd.CombinedOutput()
		if err != nil {
			lines := strings.Split(strings.TrimSpace(string(out)), "\n")
			fmt.Fprintf(os.Stderr, "\n  going on with the pure-Go backend, which is slower: %s\n", lines[max(0, len(lines)-2)])
		}
		return nil
	})
}

// step does something long and says so, with the seconds it took.
func step(what string, f func() error) error {
	fmt.Fprintf(os.Stderr, "%s … ", what)
	start := time.Now()
	stop := heartbeat(start)
	err := f()
	stop()
	fmt.Fprintf(os.Stderr, "%.1f s\n", time.Since(start).Seconds())
	return err
}
