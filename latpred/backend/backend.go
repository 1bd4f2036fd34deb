package backend

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"
	"github.com/ofalat/ofalat/latpred/loops"
)

// The kinds of backend.
const (
	CUDA = "xla:cuda" // PJRT plugin on an NVIDIA GPU
	CPU  = "xla:cpu"  // PJRT plugin on the processor
	Go   = "go"       // GoMLX's pure-Go backend
)

// Backend is an open GoMLX backend and its description. It lives as long as the process.
type Backend struct {
	compute.Backend
	Kind    string // CUDA, CPU or Go
	Plugin  string // file of the PJRT plugin; "" for Go
	Version string // PJRT API version of the plugin; "" for Go
	Device  string // what the device calls itself
	Threads int    // processor threads that a computation may use
	Reason  string // why this backend was chosen
	Missed  string // what a better choice would have needed; "": this is the best
	Flags   string // XLA_FLAGS in force; "" for Go
	Asked   string // the part of Flags that was in the environment before
	Exact   bool   // on a GPU: float32 is float32 and not TF32, see Settings.Exact
}

// XLA reports whether computations run through XLA, which has loops and dynamic
// slices that the pure-Go backend lacks.
func (b *Backend) XLA() bool { return b.Kind != Go }

// String returns one line that says what was chosen and why.
func (b *Backend) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "backend %s", b.Kind)
	if b.Plugin != "" {
		fmt.Fprintf(&s, ", plugin %s (PJRT %s)", b.Plugin, b.Version)
	}
	fmt.Fprintf(&s, ", %d threads: %s", b.Threads, b.Reason)
	if b.Missed != "" {
		fmt.Fprintf(&s, "; %s", b.Missed)
	}
	if b.Flags != "" {
		fmt.Fprintf(&s, "; XLA_FLAGS %s", b.Flags)
	}
	return s.String()
}

// Options of Open. The zero value opens the best backend that is installed, with all
// cores.
type Options struct {
	Kind    string       // CUDA, CPU or Go; "": the value of GOMLX_BACKEND, or the best one
	Threads int          // on the processor; 0: the value of PJRT_NPROC, or GOMAXPROCS
	Install bool         // fetch the CPU plugin if it is needed and not installed, unless LATPRED_OFFLINE=1
	Observe func(string) // told what a fetch is doing; may be nil

	// Loops prefers the Go backend to the CPU plugin if package loops has vector
	// instructions for this processor. Only networks of package mlp use these loops.
	Loops bool

	Settings Settings // of XLA, for GPUs; only the first GPU backend of a process is given them
}

var (
	mu   sync.Mutex
	open = map[string]*Backend{} // by kind, plugin, threads and number; each is opened once
)

// Open opens a backend. It errs if the kind that Options or GOMLX_BACKEND names is
// unknown or not available. If neither names one, the pure-Go backend is always
// available, and Backend.Missed says what a better one lacked. Calls with the same
// outcome return the same backend. It is safe for concurrent use.
func Open(ctx context.Context, o Options) (*Backend, error) {
	kind, reason := o.Kind, "asked for"
	if env := os.Getenv("GOMLX_BACKEND"); kind == "" && env != "" {
		kind, reason = env, "GOMLX_BACKEND names it"
	}
	switch kind {
	case "":
		return openBest(ctx, o)
	case Go:
		return openGo(o.threads(), 0, reason, "")
	case "xla":
		kind = CPU
	case CPU, CUDA:
	default:
		return nil, fmt.Errorf("no backend %q: there are %s, %s and %s", kind, CUDA, CPU, Go)
	}
	plugin, missed := find(ctx, kind, o)
	if plugin == "" {
		return nil, fmt.Errorf("backend %s: %s", kind, missed)
	}
	return openShared(kind, plugin, o.threads(), 0, reason, o.Settings)
}

// SideBySide returns backends for independent computations that run concurrently, such
// as the trials of a search. On the processor these are b.Threads backends of one thread
// each, since a client of the CPU plugin runs one computation at a time, and threads that
// need not synchronise are faster. On a GPU it is b alone.
func SideBySide(b *Backend) ([]*Backend, error) {
	if b.Kind == CUDA || b.Threads < 2 {
		return []*Backend{b}, nil
	}
	var list []*Backend
	for i := range b.Threads {
		one, err := openNumbered(b, i)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

func openNumbered(b *Backend, number int) (*Backend, error) {
	if b.Kind == Go {
		return openGo(1, number, b.Reason, b.Missed)
	}
	return openShared(b.Kind, b.Plugin, 1, number, b.Reason, Settings{})
}

func openBest(ctx context.Context, o Options) (*Backend, error) {
	if hasGPU() {
		if plugin, _ := find(ctx, CUDA, o); plugin != "" {
			if b, err := openShared(CUDA, plugin, o.threads(), 0, "there is a GPU and its plugin", o.Settings); err == nil {
				return b, nil
			}
		}
	}
	if o.Loops && loops.Vectors() {
		return openGo(o.threads(), 0, fmt.Sprintf("with its own %s loops it trains these networks faster than the CPU plugin", loops.Name()), "")
	}
	plugin, missed := find(ctx, CPU, o)
	if plugin != "" {
		b, err := openShared(CPU, plugin, o.threads(), 0, "the CPU plugin is installed", o.Settings)
		if err == nil {
			return b, nil
		}
		missed = err.Error()
	}
	return openGo(o.threads(), 0, "it is always there", missed)
}

// find returns the path of the plugin of a kind, installing the CPU's if o says so, or a
// text that says what is missing.
func find(ctx context.Context, kind string, o Options) (plugin, missed string) {
	if !HasXLA {
		return "", "this program was built without cgo, which PJRT plugins need: install a C compiler and build again"
	}
	for _, p := range Plugins() {
		if p.Kind == kind {
			return p.Path, ""
		}
	}
	name := strings.TrimPrefix(kind, "xla:")
	if name == "cuda" {
		name = "cuda13"
	}
	missed = fmt.Sprintf("no PJRT plugin for it: `latpred backend install %s` fetches one", name)
	if kind != CPU || !o.Install {
		return "", missed
	}
	plugin, err := Install(ctx, "cpu", o.Observe)
	if errors.Is(err, ErrUnpinned) {
		return "", fmt.Sprintf("no PJRT plugin for it: %v; `latpred backend install cpu --unpinned` fetches GoMLX's", err)
	}
	if err != nil {
		return "", fmt.Sprintf("the PJRT plugin could not be fetched: %v", err)
	}
	return plugin, ""
}

func (o Options) threads() int {
	if o.Threads > 0 {
		return o.Threads
	}
	var n int
	if _, err := fmt.Sscan(os.Getenv("PJRT_NPROC"), &n); err == nil && n > 0 {
		return n
	}
	return runtime.GOMAXPROCS(0)
}

func openGo(threads, number int, reason, missed string) (*Backend, error) {
	mu.Lock()
	defer mu.Unlock()
	key := fmt.Sprint(Go, " ", threads, " ", number)
	if b := open[key]; b != nil {
		return b, nil
	}
	inner, err := gobackend.New("")
	if err != nil {
		return nil, fmt.Errorf("GoMLX's pure-Go backend: %w", err)
	}
	b := &Backend{Backend: inner, Kind: Go, Device: runtime.GOARCH, Threads: threads, Reason: reason, Missed: missed}
	open[key] = b
	return b, nil
}

// openShared returns the client of a plugin with that number of threads; number tells
// apart several with the same.
func openShared(kind, plugin string, threads, number int, reason string, settings Settings) (*Backend, error) {
	mu.Lock()
	defer mu.Unlock()
	key := fmt.Sprint(kind, plugin, " ", threads, " ", number)
	if b := open[key]; b != nil {
		return b, nil
	}
	b, err := openPlugin(kind, plugin, threads, settings)
	if err != nil {
		return nil, fmt.Errorf("plugin %s: %w", plugin, err)
	}
	b.Reason = reason
	open[key] = b
	return b, nil
}
