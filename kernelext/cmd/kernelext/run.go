package main

import (
	"cmp"
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
	Only      []string      `help:"Of these only the notebooks whose names have one of the texts in them: --only 03,search."`
	Out       string        `default:"out" help:"Folder for executed notebooks, pages, index.html and report.json."`
	Profile   string        `enum:"quick,full" default:"quick" help:"How much the notebooks compute: quick or full."`
	Jobs      int           `default:"2" min:"1" max:"1024" help:"Notebooks at once; they share the cores."`
	Limit     time.Duration `default:"0s" min:"0s" max:"10000h" help:"Time limit of a cell (default: 3 minutes, 2 hours with --profile full)."`
	Fresh     bool          `help:"Execute also what is unchanged since it was last executed."`
	Watch     bool          `help:"Go on: whenever a notebook, the module's code or its data change, run what that concerns."`
	Module    string        `help:"Folder of the clone whose packages cells see (default: the one around this folder, else the one that this program was built in)." type:"existingdir"`
	NoPlugin  bool          `help:"Don't install a PJRT plugin where none is."`
}

// Run prepares everything that the notebooks need and executes them.
func (c *runCmd) Run(ctx context.Context, all *commands) error {
	module, err := clone(ctx, c.Module)
	if err != nil {
		return err
	}
	if len(c.Notebooks) == 0 {
		if c.Notebooks, err = notebooks(module); err != nil {
			return err
		}
	}
	if c.Notebooks, err = only(c.Notebooks, c.Only); err != nil {
		return err
	}
	if err := distinct(c.Notebooks); err != nil {
		return err
	}
	if c.Limit == 0 {
		c.Limit = 3 * time.Minute
		if c.Profile == "full" {
			c.Limit = 2 * time.Hour
		}
	}
	if c.Watch {
		return c.watch(ctx, module, all)
	}
	return c.once(ctx, module, all)
}

// once executes the notebooks that have changed and writes all pages.
func (c *runCmd) once(ctx context.Context, module string, all *commands) error {
	start := time.Now()
	env := map[string]string{"LATPRED_PROFILE": c.Profile}
	cache, changed, err := c.changed(module, env)
	if err != nil {
		return err
	}
	launch := run.Launch{Module: module}
	if len(changed) > 0 {
		if launch, err = prepare(ctx, module, changed); err != nil {
			return err
		}
		if !c.NoPlugin {
			installPlugin(ctx, module)
		}
	}
	if os.Getenv("PJRT_NPROC") == "" { // notebooks side by side share the cores
		env["PJRT_NPROC"] = fmt.Sprint(max(1, runtime.NumCPU()/max(1, min(c.Jobs, len(changed)))))
	}
	launch.Raw, launch.Env = true, env
	status := newStatus(c.Notebooks)
	reports, err := run.All(ctx, c.Notebooks, run.Options{Launch: launch, Jobs: c.Jobs, Limit: c.Limit, Out: c.Out, Cache: cache, Event: status.event})
	status.close()
	if all.JSON {
		err = errors.Join(err, emit(reports))
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%w; what cells showed is in %s", ctx.Err(), c.Out)
	}
	ok, cached := 0, 0
	for _, r := range reports {
		if r.OK {
			ok++
		}
		if r.Cached {
			cached++
		}
		for _, note := range r.Notes {
			fmt.Fprintf(os.Stderr, "%s: %s\n", r.Notebook, note)
		}
	}
	unchanged := ""
	if cached > 0 {
		unchanged = fmt.Sprintf(" (%d unchanged)", cached)
	}
	fmt.Fprintf(os.Stderr, "%d of %d notebooks ran%s in %v: %s\n", ok, len(reports), unchanged, time.Since(start).Round(100*time.Millisecond), filepath.Join(c.Out, "index.html"))
	return brief(err)
}

// changed gives the cache of executed notebooks and those that are not in it.
func (c *runCmd) changed(module string, env map[string]string) (*run.Cache, []string, error) {
	dir, err := run.CacheDir()
	if err != nil {
		return nil, nil, err
	}
	cache, err := run.NewCache(filepath.Join(dir, "executed"), module, env)
	if err != nil {
		return nil, nil, err
	}
	if c.Fresh {
		cache.Forget()
	}
	var changed []string
	var refused []error
	for _, path := range c.Notebooks {
		again, err := runsAgain(cache, module, path)
		if err != nil {
			refused = append(refused, err)
		}
		if again {
			changed = append(changed, path)
		}
	}
	return cache, changed, errors.Join(refused...)
}

// runsAgain reports whether a notebook has to be executed; it errs, with the notebook's
// name, if that can't be done.
func runsAgain(cache *run.Cache, module, path string) (bool, error) {
	nb, err := run.ReadNotebook(path)
	if err != nil {
		return false, err // names it
	}
	folder, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return false, err
	}
	launch, err := run.Launch{Module: module}.For(nb, folder)
	if err := cmp.Or(nb.Check(), err); err != nil {
		return false, fmt.Errorf("%s: %w", path, err)
	}
	return launch.Foreign(folder) || !cache.Has(nb), nil
}

// distinct errs if two notebooks have the same name: the page of one would take the place
// of the other's.
func distinct(paths []string) error {
	seen := map[string]string{}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".ipynb")
		if other, ok := seen[name]; ok {
			return fmt.Errorf("%s and %s have the same name, and so have their pages: run them with an --out each", other, path)
		}
		seen[name] = path
	}
	return nil
}

// only keeps the notebooks whose names have one of the texts in them, all where
// there are no texts. A text that fits none is an error.
func only(paths, texts []string) ([]string, error) {
	if len(texts) == 0 {
		return paths, nil
	}
	var kept []string
	for _, text := range texts {
		found := false
		for _, path := range paths {
			if strings.Contains(filepath.Base(path), text) {
				found = true
				if !slices.Contains(kept, path) {
					kept = append(kept, path)
				}
			}
		}
		if !found {
			return nil, fmt.Errorf("--only %s: no notebook has that in its name", text)
		}
	}
	slices.Sort(kept)
	return kept, nil
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

// prepare builds the Jupyter kernel and what the notebooks import, saying what it does.
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
		cmd.Dir, cmd.Env = module, append(os.Environ(), "GOWORK=off")
		out, err := cmd.CombinedOutput()
		if err != nil {
			lines := strings.Split(strings.TrimSpace(string(out)), "\n")
			fmt.Fprintf(os.Stderr, "\n  going on with the pure-Go backend, which is slower: %s\n", lines[max(0, len(lines)-2)])
		}
		return nil
	})
}
