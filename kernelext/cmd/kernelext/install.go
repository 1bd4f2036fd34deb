package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/google/renameio/v2"
	"github.com/ofalat/ofalat/kernelext/run"
)

type installCmd struct {
	User   bool   `xor:"where" help:"For this user (the default)."`
	Prefix string `xor:"where" help:"For the Python environment in this folder." type:"existingdir"`
	Mode   string `enum:"interactive,ci" default:"interactive" help:"interactive: errors are shown as HTML; ci: as text, for clients that show none (nbclient)."`
	Remove bool   `help:"Take the kernel away again, with all that installing it left."`
}

// Run writes the kernelspec, or removes it.
func (c *installCmd) Run(ctx context.Context) error {
	dir, err := c.dir()
	if err != nil {
		return err
	}
	if c.Remove {
		return c.remove(dir)
	}
	module, err := clone(ctx, "")
	if err != nil {
		return err
	}
	found := inspect(ctx, module)
	if err := required(found); err != nil {
		return err
	}
	if _, err := run.InstallTools(ctx, module); err != nil {
		return err
	}
	if err := run.FetchModules(ctx, module); err != nil {
		return err
	}
	launcher, err := buildLauncher(ctx, module, dir)
	if err != nil {
		return err
	}
	spec, err := json.MarshalIndent(map[string]any{
		"argv":         []string{launcher, "kernel", "--module", module, "--mode", c.Mode, "{connection_file}"},
		"display_name": "Go (latpred)", "language": "go", "interrupt_mode": "message",
	}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := renameio.WriteFile(filepath.Join(dir, "kernel.json"), append(spec, '\n'), 0o644); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "installed the kernel \"Go (latpred)\" for %s in %s\n", module, dir)
	for _, c := range found {
		if !c.OK && c.What != "kernel" {
			fmt.Fprintln(os.Stderr, c)
		}
	}
	return nil
}

// remove takes away the kernelspec and its launcher, the tools if no other kernelspec has a
// launcher that needs them, and the folders that are empty without them.
func (c *installCmd) remove(dir string) error {
	cache, err := run.CacheDir()
	if err != nil {
		return err
	}
	launcher, bin := launcherOf(cache, dir), filepath.Join(cache, "bin")
	if err := errors.Join(os.RemoveAll(dir), os.RemoveAll(launcher)); err != nil {
		return err
	}
	others, err := filepath.Glob(filepath.Join(bin, launcherName+"*"))
	if err != nil {
		return err
	}
	removed, left := bin, ""
	if len(others) > 0 {
		removed, left = launcher, fmt.Sprintf("; left the tools in %s, which kernels that are installed elsewhere need", bin)
	} else if err := os.RemoveAll(bin); err != nil {
		return err
	}
	for _, parent := range []string{filepath.Dir(dir), filepath.Dir(filepath.Dir(dir)), cache} {
		if err := removeEmpty(parent); err != nil {
			return err
		}
	}
	fmt.Fprintf(os.Stderr, "removed %s and %s%s\n", dir, removed, left)
	return nil
}

// removeEmpty removes a folder unless something is in it.
func removeEmpty(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil || len(entries) > 0:
		return err
	}
	return os.Remove(dir)
}

// dir is where Jupyter looks for the kernelspec.
func (c *installCmd) dir() (string, error) {
	if c.Prefix != "" {
		return filepath.Join(c.Prefix, "share", "jupyter", "kernels", run.KernelspecName), nil
	}
	if dir := os.Getenv("JUPYTER_DATA_DIR"); dir != "" {
		return filepath.Join(dir, "kernels", run.KernelspecName), nil
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
	return filepath.Join(share, "kernels", run.KernelspecName), nil
}

type kernelCmd struct {
	Module     string `help:"Folder of the module whose packages cells see (default: the one around this folder)." type:"existingdir"`
	Mode       string `enum:"interactive,ci" default:"interactive" help:"interactive: errors as HTML; ci: as text, for clients that show no HTML."`
	Connection string `arg:"" help:"Jupyter's connection file."`
}

// Run becomes GoNB.
func (c *kernelCmd) Run(ctx context.Context) error {
	var err error
	if c.Module == "" {
		if c.Module, err = clone(ctx, ""); err != nil {
			return err
		}
	}
	bin, err := run.InstallTools(ctx, c.Module)
	if err != nil {
		return err
	}
	if err := run.EndWithJupyter(); err != nil {
		return err
	}
	cmd := run.Launch{Module: c.Module, Bin: bin, Raw: c.Mode == "ci"}.Command(c.Connection)
	return syscall.Exec(cmd.Path, cmd.Args, cmd.Environ()) // of a variable given twice, the last
}

// launcherName begins the names of launchers. (One without more is of an older version, and
// kernelspecs in several places may name it.)
const launcherName = "kernelext"

// launcherOf is the launcher of the kernelspec in a folder: each has its own, which goes
// with it.
func launcherOf(cache, dir string) string {
	if whole, err := filepath.Abs(dir); err == nil {
		dir = whole
	}
	sum := sha256.Sum256([]byte(dir))
	return filepath.Join(cache, "bin", launcherName+"-"+hex.EncodeToString(sum[:8]))
}

// buildLauncher builds this command into the user's cache, for the kernelspec in a folder,
// so that the Jupyter kernel starts without the go command having to look at it first.
func buildLauncher(ctx context.Context, module, dir string) (string, error) {
	cache, err := run.CacheDir()
	if err != nil {
		return "", err
	}
	target := launcherOf(cache, dir)
	cmd := exec.CommandContext(ctx, "go", "build", "-o", target, "./kernelext/cmd/kernelext")
	cmd.Dir, cmd.Env = module, append(os.Environ(), "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return target, nil
}
