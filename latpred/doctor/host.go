package doctor

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/ofalat/ofalat/internal/proc"
)

// Host is the machine that Inspect asks. Functions may be nil: what they tell is unknown.
type Host struct {
	OS, Arch, Go string
	Cgo          bool
	CPUs         int   // that this process may use
	MaxProcs     int   // GOMAXPROCS
	Files        fs.FS // the root folder: "proc/cpuinfo"
	Home         string
	Env          func(name string) string
	Run          func(ctx context.Context, name string, args ...string) (stdout string, err error)
	Plugins      []Plugin                                   // in order of preference; kind and path
	Try          func(ctx context.Context, p Plugin) Plugin // computes on a plugin, in another process
	Work         func() time.Duration                       // the time of a fixed piece of work of some milliseconds
	Own          func() (seconds float64)                   // processor time of this process and its children
}

// Local is the machine that this process runs on. Plugins and Try are the caller's to set.
func Local() Host {
	home, _ := os.UserHomeDir() // "": its folders are not searched
	return Host{
		OS: runtime.GOOS, Arch: runtime.GOARCH, Go: runtime.Version(), Cgo: cgo, CPUs: runtime.NumCPU(), MaxProcs: runtime.GOMAXPROCS(0),
		Files: os.DirFS("/"), Home: home, Env: os.Getenv, Run: run, Work: work, Own: own,
	}
}

// run runs a program with a limit of its own, since a broken driver can hang it.
func run(ctx context.Context, name string, args ...string) (string, error) {
	ctx, stop := context.WithTimeout(ctx, 5*time.Second)
	defer stop()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	return string(out), err
}

func own() float64 { return proc.Seconds(proc.Self) + proc.Seconds(proc.Children) }

// text is the content of a file without white space around it; "" if it can't be read.
func (h Host) text(path string) string {
	if h.Files == nil {
		return ""
	}
	b, err := fs.ReadFile(h.Files, path)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// number is the number that a file holds.
func (h Host) number(path string) (v float64, ok bool) {
	v, err := strconv.ParseFloat(h.text(path), 64)
	return v, err == nil
}

func (h Host) exists(path string) bool {
	if h.Files == nil {
		return false
	}
	_, err := fs.Stat(h.Files, strings.TrimPrefix(path, "/"))
	return err == nil
}

func (h Host) glob(pattern string) []string {
	if h.Files == nil {
		return nil
	}
	found, err := fs.Glob(h.Files, pattern)
	if err != nil {
		return nil
	}
	return found
}

// output is what a program prints, without white space around it; "" if it fails.
func (h Host) output(ctx context.Context, name string, args ...string) string {
	if h.Run == nil {
		return ""
	}
	out, err := h.Run(ctx, name, args...)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(out)
}

func (h Host) env(name string) string {
	if h.Env == nil {
		return ""
	}
	return h.Env(name)
}

// program finds a program in the folders of PATH; "" if it is not there.
func (h Host) program(name string) string {
	for _, dir := range append(filepath.SplitList(h.env("PATH")), filepath.Join(h.Home, "go/bin")) {
		if path := filepath.Join(dir, name); filepath.IsAbs(path) && h.exists(filepath.ToSlash(path)) {
			return path
		}
	}
	return ""
}
