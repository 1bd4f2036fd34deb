package backend

import (
	"bufio"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// pinned has a list of wheels for each plugin and platform: pip's requirements, each with
// the SHA-256 of the only file that will do.
//
//go:embed wheels
var pinned embed.FS

// wheels are Python wheels by the SHA-256 of their files, and the list that pip reads.
type wheels struct {
	requirements []byte
	names        map[string]string // of a package and its version, by SHA-256
}

var pin = regexp.MustCompile(`(?m)^(\S+==\S+) --hash=sha256:([0-9a-f]{64})$`)

// wheelsOf returns the wheels that are pinned for a plugin, cpu, cuda12 or cuda13, on this
// platform.
func wheelsOf(plugin string) (wheels, error) {
	text, err := pinned.ReadFile(fmt.Sprintf("wheels/%s-%s-%s.txt", plugin, runtime.GOOS, runtime.GOARCH))
	if err != nil {
		return wheels{}, fmt.Errorf("%w for %s/%s: %s", ErrUnpinned, runtime.GOOS, runtime.GOARCH, plugin)
	}
	return parseWheels(text), nil
}

func parseWheels(requirements []byte) wheels {
	w := wheels{requirements, map[string]string{}}
	for _, m := range pin.FindAllSubmatch(requirements, -1) {
		w.names[string(m[2])] = string(m[1])
	}
	return w
}

// platforms are the tags of wheels that a Linux with glibc 2.27 or newer can run.
var platforms = []string{"_2_27", "_2_26", "_2_25", "_2_24", "_2_17", "2014", "_2_12", "2010", "_2_5", "1"}

// fetch has pip download the wheels into an empty folder, and returns their files, the
// content of each of which is what is pinned. pip compares too; what it left is compared
// again, since it may be any program of that name.
func (w wheels) fetch(ctx context.Context, dir string, observe func(string)) (files []string, err error) {
	list := filepath.Join(dir, "requirements.txt")
	if err := os.WriteFile(list, w.requirements, 0o644); err != nil {
		return nil, err
	}
	args := []string{"-m", "pip", "download", "--disable-pip-version-check", "--progress-bar", "off",
		"--no-deps", "--only-binary=:all:", "--require-hashes", "--dest", dir, "--requirement", list}
	for _, tag := range platforms {
		args = append(args, "--platform", "manylinux"+tag+"_x86_64")
	}
	if err := run(ctx, observe, "python3", args...); err != nil {
		return nil, fmt.Errorf("python3 -m pip download: %w", err)
	}
	if files, err = filepath.Glob(filepath.Join(dir, "*.whl")); err != nil {
		return nil, err
	}
	left := map[string]bool{}
	for _, file := range files {
		sum, err := sumOf(file)
		if err != nil {
			return nil, err
		}
		if w.names[sum] == "" {
			return nil, fmt.Errorf("wheel %s has SHA-256 %s, which is none of those that are pinned: nothing was installed", filepath.Base(file), sum)
		}
		left[sum] = true
	}
	for sum, name := range w.names {
		if !left[sum] {
			return nil, fmt.Errorf("pip left no wheel of %s: nothing was installed", name)
		}
	}
	return files, nil
}

// run runs a program and passes on what it says of downloads, a line at a time.
func run(ctx context.Context, observe func(string), name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = time.Second
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if line := strings.TrimSpace(lines.Text()); strings.HasPrefix(line, "Downloading ") {
			observe(line)
		}
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("%w: %s", err, firstLine(errors.New(said.String())))
	}
	return nil
}

// sumOf returns the SHA-256 of a file in hexadecimal.
func sumOf(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
