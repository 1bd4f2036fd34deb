package measure

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"
	"github.com/ofalat/ofalat/latpred/backend"
)

// Processor is the name that the processor gives itself, or its architecture.
func Processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for l := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(l, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

// Machine describes what measures, for a Header.
func Machine(be *backend.Backend) map[string]string {
	m := map[string]string{
		"processor": Processor(), "cores": fmt.Sprint(runtime.NumCPU()), "system": runtime.GOOS + "/" + runtime.GOARCH, "go": runtime.Version(),
	}
	if g := governor(); g != "" {
		m["governor"] = g
	}
	if be != nil {
		m["backend"], m["pjrt"], m["device"] = be.Kind, be.Version, be.Device
		m["plugin"] = filepath.Base(be.Plugin)
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			switch d.Path {
			case "github.com/gomlx/gomlx", "github.com/gomlx/go-xla":
				m[filepath.Base(d.Path)] = d.Version
			}
		}
	}
	return m
}

// DeviceID names what labels are of: hardware, then backend, precision, batch,
// threads and formulation.
func (r *Runner) DeviceID(hardware string) string {
	threads := ""
	if r.be.Kind != backend.CUDA {
		threads = fmt.Sprintf("-t%d", r.be.Threads)
	}
	return fmt.Sprintf("%s-%s-f32-b%d%s-%s", slug(hardware), strings.ReplaceAll(r.be.Kind, ":", "-"), r.options.Batch, threads, r.options.Formulation)
}

// slug makes a word of a name: lower case, with hyphens.
func slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.') })
	return strings.Join(words, "-")
}

// load is the average number of running processes over the last minute, -1 where
// the system doesn't say.
func load() float64 {
	text, err := os.ReadFile("/proc/loadavg")
	var l float64
	if err != nil {
		return -1
	}
	if _, err := fmt.Sscan(string(text), &l); err != nil {
		return -1
	}
	return l
}

// busySeconds is how long all processors have worked for others than this process
// and its children, or for other machines of the same host; -1 where the system
// doesn't say.
func busySeconds() float64 {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return -1
	}
	var user, nice, system, idle, wait, irq, soft, steal float64
	if _, err := fmt.Sscanf(string(text), "cpu %f %f %f %f %f %f %f %f", &user, &nice, &system, &idle, &wait, &irq, &soft, &steal); err != nil {
		return -1
	}
	const hertz = 100 // of these counters, on every Linux for programs
	busy := (user + nice + system + irq + soft + steal) / hertz
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var own syscall.Rusage
		if err := syscall.Getrusage(who, &own); err != nil {
			return -1
		}
		busy -= time.Duration(own.Utime.Nano() + own.Stime.Nano()).Seconds()
	}
	return busy
}

// governor says by what rule the first core's clock is set, "" where the system
// doesn't say.
func governor() string {
	text, err := os.ReadFile("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// DeviceLock is the file that measurers of a device lock while they time: of this
// user's cache, by the device's name.
func DeviceLock(device string) (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir = filepath.Join(dir, "ofalat")
	return filepath.Join(dir, "device-"+slug(device)+".lock"), os.MkdirAll(dir, 0o755)
}

// LockMode says how Lock gets a lock.
type LockMode int

const (
	Now    LockMode = iota // alone, or an error where somebody else has it
	Wait                   // alone, when all others have let it go
	Shared                 // together with others who share it, when nobody has it alone
)

// Lock gets a file lock, and gives a function that lets it go. Who times takes it
// alone; who makes a machine busy otherwise, compiling, should share it.
func Lock(ctx context.Context, file string, mode LockMode) (release func(), err error) {
	l := flock.New(file)
	unlock := func() { _ = l.Unlock() } // the lock ends with the process at the latest
	get := l.Lock
	switch mode {
	case Now:
		free, err := l.TryLock()
		if err == nil && !free {
			err = fmt.Errorf("another measurement has the device (lock %s): wait until it ends, or take turns with --wait", file)
		}
		return unlock, err
	case Shared:
		get = l.RLock
	}
	got := make(chan error, 1)
	go func() { got <- get() }() // in the system's queue, where asking again and again would lose to those who are
	select {
	case err := <-got:
		return unlock, err
	case <-ctx.Done():
		go func() {
			if <-got == nil {
				unlock()
			}
		}()
		return unlock, ctx.Err()
	}
}
