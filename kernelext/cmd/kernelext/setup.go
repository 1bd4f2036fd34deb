package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

type setupCmd struct{}

// Run builds the Jupyter kernel and what the notebooks import, then says what is there
// and what is missing. Only what nothing works without is an error.
func (*setupCmd) Run(ctx context.Context, all *commands) error {
	module, err := clone(ctx, "")
	if err != nil {
		return err
	}
	found := inspect(ctx, module)
	if err := required(found); err == nil {
		paths, err := notebooks(module)
		if err != nil {
			return err
		}
		if _, err = prepare(ctx, module, paths); err != nil {
			return err
		}
	}
	if all.JSON {
		err = emit(found)
	} else {
		for _, c := range found {
			_, failed := fmt.Println(c)
			err = errors.Join(err, failed)
		}
	}
	return errors.Join(err, required(found))
}

// condition is something that the lab needs or likes to have.
type condition struct {
	What     string `json:"what"`
	OK       bool   `json:"ok"`
	Required bool   `json:"required"`
	Found    string `json:"found,omitempty"`
	Do       string `json:"do,omitempty"` // what to do where it is missing
}

func (c condition) String() string {
	switch {
	case c.OK:
		return fmt.Sprintf("ok       %-12s %s", c.What, c.Found)
	case c.Required:
		return fmt.Sprintf("MISSING  %-12s %s", c.What, c.Do)
	default:
		return fmt.Sprintf("–        %-12s %s", c.What, c.Do)
	}
}

// required gives an error that names what nothing works without.
func required(found []condition) error {
	var missing []error
	for _, c := range found {
		if c.Required && !c.OK {
			missing = append(missing, fmt.Errorf("%s is missing: %s", c.What, c.Do))
		}
	}
	return errors.Join(missing...)
}

// inspect looks for what the lab needs.
func inspect(ctx context.Context, module string) []condition {
	return []condition{inspectGo(ctx, module), inspectCompiler(ctx, module), inspectJupyter(ctx), inspectGopls(ctx), inspectKernelspec(module)}
}

// output gives what a command prints, without white space around it.
func output(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}

func inspectGo(ctx context.Context, module string) condition {
	c := condition{What: "Go", Required: true}
	want, _ := output(ctx, module, "go", "list", "-m", "-f", "{{.GoVersion}}")
	have, err := output(ctx, module, "go", "env", "GOVERSION")
	c.Found = have
	c.OK = err == nil && version.Compare(have, "go"+want) >= 0
	c.Do = fmt.Sprintf("install Go %s or newer", want)
	if err == nil {
		c.Do += ": this is " + have
	}
	return c
}

func inspectCompiler(ctx context.Context, module string) condition {
	c := condition{What: "C compiler", Do: "install gcc or clang: without one networks train on the pure-Go backend, several times slower"}
	if name, err := output(ctx, module, "go", "env", "CC"); err == nil {
		c.Found, err = exec.LookPath(strings.Fields(name + " cc")[0])
		c.OK = err == nil
	}
	return c
}

func inspectJupyter(ctx context.Context) condition {
	c := condition{What: "JupyterLab", Do: "pip install jupyterlab, to work by hand; kernelext run needs none"}
	found, err := output(ctx, "", "jupyter-lab", "--version")
	c.Found, c.OK = found, err == nil
	return c
}

func inspectGopls(ctx context.Context) condition {
	c := condition{What: "gopls", Do: "go install golang.org/x/tools/gopls@v0.23.0, for completion; a Tab before it has started shows nothing"}
	if _, err := exec.LookPath("gopls"); err == nil {
		c.Found, err = output(ctx, "", "gopls", "version")
		c.Found, _, _ = strings.Cut(c.Found, "\n")
		c.OK = err == nil
	}
	return c
}

// inspectKernelspec says whether Jupyter knows the kernelspec, for this clone.
func inspectKernelspec(module string) condition {
	c := condition{What: "kernel", Do: "kernelext install --user makes it known to Jupyter"}
	dir, err := (&installCmd{}).dir()
	if err != nil {
		c.Do = err.Error()
		return c
	}
	content, err := os.ReadFile(filepath.Join(dir, "kernel.json"))
	if err != nil {
		return c
	}
	var spec struct {
		Argv []string `json:"argv"`
		Name string   `json:"display_name"`
	}
	if err := json.Unmarshal(content, &spec); err != nil || len(spec.Argv) < 4 {
		c.Do = fmt.Sprintf("%s is damaged: kernelext install --user writes it anew", dir)
		return c
	}
	switch _, err := os.Stat(spec.Argv[0]); {
	case err != nil:
		c.Do = "its launcher is gone: kernelext install --user builds it anew"
	case spec.Argv[3] != module:
		c.Do = fmt.Sprintf("it belongs to another clone, %s: kernelext install --user takes this one", spec.Argv[3])
	default:
		c.OK, c.Found = true, fmt.Sprintf("%q in %s", spec.Name, dir)
	}
	return c
}
