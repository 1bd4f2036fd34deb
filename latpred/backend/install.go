package backend

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/gomlx/go-xla/installer"
)

// ErrOffline reports that nothing was fetched because LATPRED_OFFLINE is 1.
var ErrOffline = errors.New("LATPRED_OFFLINE is set")

// ErrUnpinned reports that no plugin for this platform is pinned by its SHA-256, so that
// nothing was fetched: InstallUnpinned does so all the same.
var ErrUnpinned = errors.New("no plugin is pinned")

// download begins the name of a folder into which wheels are fetched.
const download = ".download-"

func userLib() (string, error) { return installer.DefaultHomeLibPath() }

// Install fetches a PJRT plugin for this user and returns its file. name is "cpu",
// "cuda12" or "cuda13". If a plugin of that kind is already installed, nothing is
// fetched. What is fetched are wheels from the Python package index, with pip, each pinned by
// its SHA-256; if one differs nothing is installed. observe, which may be nil, is told of
// each step. It errs with ErrUnpinned where none are pinned, which is everywhere but on
// linux/amd64, and with ErrOffline if something would have to be fetched under
// LATPRED_OFFLINE=1. Processes that install at the same time wait for each other.
func Install(ctx context.Context, name string, observe func(string)) (string, error) {
	kind := map[string]string{"cpu": CPU, "cuda12": CUDA, "cuda13": CUDA}[name]
	if kind == "" {
		return "", fmt.Errorf("no plugin %q: there are cpu, cuda12 and cuda13", name)
	}
	return install(ctx, kind, observe, func(dir string, observe func(string)) error {
		list, err := wheelsOf(name)
		if err != nil {
			return err
		}
		return list.install(ctx, name, dir, observe)
	})
}

// InstallUnpinned is Install of the CPU's plugin from GoMLX's release page, which has one for
// more platforms. Nothing tells whether it is the one that was released.
func InstallUnpinned(ctx context.Context, observe func(string)) (string, error) {
	return install(ctx, CPU, observe, func(dir string, observe func(string)) error {
		observe("fetching the CPU plugin with go-xla's installer: it is compared with no hash")
		return interruptible(ctx, func() error {
			return installer.AutoInstallPlugin("cpu", filepath.Dir(dir), false, installer.Quiet)
		})
	})
}

// install has a plugin fetched into the user's folder, unless one of its kind is there.
func install(ctx context.Context, kind string, observe func(string), fetch func(dir string, observe func(string)) error) (string, error) {
	if observe == nil {
		observe = func(string) {}
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
	defer func() { _ = lock.Unlock() }()
	if path := installed(kind); path != "" {
		observe(path + " is installed")
		return path, nil
	}
	if os.Getenv("LATPRED_OFFLINE") == "1" {
		return "", ErrOffline
	}
	if err := fetch(dir, observe); err != nil {
		return "", err
	}
	if path := installed(kind); path != "" {
		return path, nil
	}
	return "", fmt.Errorf("the plugin was installed in %s but is not found: PJRT_PLUGIN_LIBRARY_PATH names other folders", dir)
}

// installed is the first plugin of a kind; "" if there is none.
func installed(kind string) string {
	for _, p := range Plugins() {
		if p.Kind == kind {
			return p.Path
		}
	}
	return ""
}

// install fetches the wheels and unpacks the plugin cpu, cuda12 or cuda13 to dir, whole or
// not at all.
func (w wheels) install(ctx context.Context, plugin, dir string, observe func(string)) error {
	left, err := filepath.Glob(filepath.Join(dir, download+"*")) // by an install that was killed
	for _, old := range left {
		err = errors.Join(err, os.RemoveAll(old))
	}
	if err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(dir, download)
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	observe(fmt.Sprintf("fetching the plugin %s with pip; wheels: %d", plugin, len(w.names)))
	files, err := w.fetch(ctx, tmp, observe)
	if err != nil {
		return err
	}
	observe("the wheels are those that are pinned: unpacking")
	if plugin == "cpu" {
		return unpackCPU(files, tmp, dir)
	}
	return unpackCUDA(plugin, files, tmp, dir)
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
