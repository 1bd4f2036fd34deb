package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/ofalat/ofalat/kernelext/run"
)

type setupCmd struct{}

// Run builds the kernel and what the notebooks import.
func (*setupCmd) Run(ctx context.Context) error {
	module, err := run.FindModule(ctx, ".")
	if err != nil {
		return err
	}
	paths, err := notebooks(module)
	if err != nil {
		return err
	}
	_, err = prepare(ctx, module, paths)
	return err
}

type installCmd struct {
	User   bool   `xor:"where" help:"For this user (the default)."`
	Prefix string `xor:"where" help:"For the Python environment in this folder." type:"existingdir"`
	Remove bool   `help:"Take the kernel away again."`
}

// Run writes the kernelspec, or removes it.
func (c *installCmd) Run(ctx context.Context) error {
	dir, err := c.dir()
	if err != nil {
		return err
	}
	if c.Remove {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "removed %s\n", dir)
		return nil
	}
	module, err := run.FindModule(ctx, ".")
	if err != nil {
		return err
	}
	bin, err := run.InstallTools(ctx, module)
	if err != nil {
		return err
	}
	if err := run.FetchModules(ctx, module); err != nil {
		return err
	}
	launcher, err := buildLauncher(ctx, module, bin)
	if err != nil {
		return err
	}
	spec, err := json.MarshalIndent(map[string]any{
		"argv":         []string{launcher, "kernel", "--module", module, "{connection_file}"},
		"display_name": "Go (latpred)", "language": "go", "interrupt_mode": "message",
	}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "kernel.json"), append(spec, '\n'), 0o644); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "installed the kernel \"Go (latpred)\" for %s in %s\n", module, dir)
	return nil
}

// dir is where Jupyter looks for the kernel.
func (c *installCmd) dir() (string, error) {
	if c.Prefix != "" {
		return filepath.Join(c.Prefix, "share", "jupyter", "kernels", run.KernelName), nil
	}
	if dir := os.Getenv("JUPYTER_DATA_DIR"); dir != "" {
		return filepath.Join(dir, "kernels", run.KernelName), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	share := filepath.Join(home, ".local", "share", "jupyter")
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		share = filepath.Join(dir, "jupyter")
	}
	if runtime.GOOS == "darwin" {
		share = filepath.Join(home, "Library", "Jupyter")
	}
	return filepath.Join(share, "kernels", run.KernelName), nil
}

type kernelCmd struct {
	Module     string `help:"Folder of the module whose packages cells see (default: the one around this folder)." type:"existingdir"`
	Raw        bool   `help:"Errors as plain text, for clients that show no HTML."`
	Connection string `arg:"" help:"Jupyter's connection file."`
}

// Run becomes GoNB.
func (c *kernelCmd) Run(ctx context.Context) error {
	var err error
	if c.Module == "" {
		if c.Module, err = run.FindModule(ctx, "."); err != nil {
			return err
		}
	}
	bin, err := run.InstallTools(ctx, c.Module)
	if err != nil {
		return err
	}
	cmd := run.Launch{Module: c.Module, Bin: bin, Raw: c.Raw}.Command(c.Connection)
	return syscall.Exec(cmd.Path, cmd.Args, cmd.Env)
}

// buildLauncher builds this command into bin, so that the kernel starts without
// the go command having to look at it first.
func buildLauncher(ctx context.Context, module, bin string) (string, error) {
	target := filepath.Join(bin, "kernelext")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", target, "./kernelext/cmd/kernelext")
	cmd.Dir = module
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return target, nil
}
