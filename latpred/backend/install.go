package backend

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/gomlx/go-xla/installer"
	"github.com/google/renameio/v2"
)

// ErrOffline reports that nothing was fetched because LATPRED_OFFLINE is 1.
var ErrOffline = errors.New("LATPRED_OFFLINE is set")

func userLib() (string, error) { return installer.DefaultHomeLibPath() }

// wheel is a pinned Python wheel that contains a CPU plugin.
type wheel struct {
	pkg, version, platform string
	bytes                  int64
	sha256                 string
	plugin                 string // path inside the wheel
}

var cpuWheels = map[string]wheel{
	"linux/amd64": {
		pkg: "xla-cpu-pjrt", version: "0.0.1", platform: "manylinux_2_27_x86_64", bytes: 63461052,
		sha256: "55837b6b7b47daa717f2d9a5a03563ea0ceaa338d06a81a1e2d3f060d960decc",
		plugin: "xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so",
	},
}

// releases is where go-xla's installer looks for CPU plugins. Whether it can be reached
// is tested first, since that installer waits for ever if there is no answer.
const releases = "https://github.com/gomlx/pjrt-cpu-binaries/releases"

// Install fetches a PJRT plugin for this user and returns its file. name is "cpu",
// "cuda12" or "cuda13". If a plugin of that kind is already installed, nothing is
// fetched. The CPU's is fetched with go-xla's installer or, if that fails, with pip from
// a pinned Python wheel. observe, which may be nil, is told of each step. It errs with
// ErrOffline if something would have to be fetched under LATPRED_OFFLINE=1. Processes
// that install at the same time wait for each other.
func Install(ctx context.Context, name string, observe func(string)) (string, error) {
	if observe == nil {
		observe = func(string) {}
	}
	kind := map[string]string{"cpu": CPU, "cuda12": CUDA, "cuda13": CUDA}[name]
	if kind == "" {
		return "", fmt.Errorf("no plugin %q: there are cpu, cuda12 and cuda13", name)
	}
	dir, err := installDir()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	lock := flock.New(filepath.Join(dir, ".latpred-install.lock"))
	if _, err := lock.TryLockContext(ctx, time.Second); err != nil { // one process fetches, others wait
		return "", fmt.Errorf("waiting for another install: %w", err)
	}
	defer lock.Unlock()
	for _, p := range Plugins() {
		if p.Kind == kind {
			observe(p.Path + " is installed")
			return p.Path, nil
		}
	}
	if os.Getenv("LATPRED_OFFLINE") == "1" {
		return "", ErrOffline
	}
	if kind == CUDA {
		observe("fetching the CUDA plugin and NVIDIA's libraries (over 1 GB) with go-xla's installer")
		err = interruptible(ctx, func() error { return installCUDA(name, dir) })
	} else {
		err = installCPU(ctx, dir, observe)
	}
	if err != nil {
		return "", err
	}
	for _, p := range Plugins() {
		if p.Kind == kind {
			return p.Path, nil
		}
	}
	return "", fmt.Errorf("the plugin was installed in %s but is not found: PJRT_PLUGIN_LIBRARY_PATH names other folders", dir)
}

func installCPU(ctx context.Context, dir string, observe func(string)) error {
	first := reachable(ctx, releases)
	if first == nil {
		observe("fetching the CPU plugin with go-xla's installer")
		first = interruptible(ctx, func() error { return installer.AutoInstallPlugin("cpu", filepath.Dir(dir), true, installer.Quiet) })
		if first == nil || ctx.Err() != nil {
			return first
		}
	}
	w, ok := cpuWheels[runtime.GOOS+"/"+runtime.GOARCH]
	if !ok {
		return fmt.Errorf("go-xla's installer: %w; and no wheel is pinned for %s/%s", first, runtime.GOOS, runtime.GOARCH)
	}
	observe(fmt.Sprintf("go-xla's installer can't be used (%s); fetching the wheel %s %s, %d MB, with pip", firstLine(first), w.pkg, w.version, w.bytes/1e6))
	if err := w.install(ctx, filepath.Join(dir, "pjrt_c_api_cpu_plugin.so"), observe); err != nil {
		return fmt.Errorf("go-xla's installer: %s; the wheel: %w", firstLine(first), err)
	}
	return nil
}

// install downloads the wheel with pip, verifies its size and SHA-256, and unpacks the
// plugin to target atomically.
func (w wheel) install(ctx context.Context, target string, observe func(string)) error {
	tmp, err := os.MkdirTemp(filepath.Dir(target), ".download-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	args := []string{"-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:",
		"--platform", w.platform, "--dest", tmp, w.pkg + "==" + w.version}
	cmd := exec.CommandContext(ctx, "python3", args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("python3 -m pip download: %w: %s", err, firstLine(errors.New(string(out))))
	}
	files, err := filepath.Glob(filepath.Join(tmp, "*.whl"))
	if err != nil || len(files) != 1 {
		return fmt.Errorf("pip left %d wheels in %s", len(files), tmp)
	}
	observe("verifying and unpacking the plugin")
	if err := w.verify(files[0]); err != nil {
		return err
	}
	z, err := zip.OpenReader(files[0])
	if err != nil {
		return err
	}
	defer z.Close()
	in, err := z.Open(w.plugin)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := renameio.NewPendingFile(target, renameio.WithPermissions(0o755))
	if err != nil {
		return err
	}
	defer func() { _ = out.Cleanup() }() // after the rename there is nothing to do
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.CloseAtomicallyReplace()
}

func (w wheel) verify(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	if err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); n != w.bytes || got != w.sha256 {
		return fmt.Errorf("wheel %s has %d bytes and SHA-256 %s, pinned are %d and %s: not installed", filepath.Base(file), n, got, w.bytes, w.sha256)
	}
	return nil
}

// reachable errs if an address does not answer with status 200 within ten seconds.
func reachable(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, address, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("its release page does not answer: %w", err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("its release page answers %s", response.Status)
	}
	return nil
}

// interruptible runs a function that takes no context, and abandons it when ctx ends.
// Panics, which go-xla's installer may raise, become errors.
func interruptible(ctx context.Context, f func() error) error {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- fmt.Errorf("%v", p)
			}
		}()
		done <- f()
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func firstLine(err error) string {
	text := strings.TrimSpace(err.Error())
	line, _, _ := strings.Cut(text, "\n")
	return line
}
