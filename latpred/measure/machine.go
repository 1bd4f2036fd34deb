package measure

import (
	"context"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/gofrs/flock"
	"github.com/ofalat/ofalat/internal/proc"
	"github.com/ofalat/ofalat/latpred/backend"
)

// Processor returns the processor's model name from /proc/cpuinfo, or else GOARCH.
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

// Machine describes the measuring machine for Header.Machine: processor, cores, system,
// versions and, unless be is nil, the backend.
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
		if be.Flags != "" {
			m["xla_flags"] = be.Flags
		}
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

// DeviceID returns the device's name in labels: hardware, backend, precision, batch,
// threads (except on CUDA), formulation and, on CUDA, the level of autotuning if it is not
// XLA's own, and a hash of XLA_FLAGS if the user has set it, such as "epyc-zen4-xla-cpu-f32-b1-t1-dot" and "h200-xla-cuda-tf32-b64-conv-at0".
func (r *Runner) DeviceID(hardware string) string {
	threads, tuned := "", ""
	switch {
	case r.be.Kind != backend.CUDA:
		threads = fmt.Sprintf("-t%d", r.be.Threads)
	case r.autotune() != "":
		tuned = "-at" + r.autotune()
	}
	if r.be.Asked != "" {
		h := fnv.New32a()
		h.Write([]byte(r.be.Asked))
		tuned += fmt.Sprintf("-flags%08x", h.Sum32())
	}
	return fmt.Sprintf("%s-%s-%s-b%d%s-%s%s", slug(hardware), strings.ReplaceAll(r.be.Kind, ":", "-"), r.options.Precision, r.options.Batch, threads, r.options.Formulation, tuned)
}

// slug makes a name lower case, with hyphens for all but letters, digits and dots.
func slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.') })
	return strings.Join(words, "-")
}

// load is the average number of running processes over the last minute; -1 where the
// system does not tell.
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

// hertz is the unit of times in /proc: USER_HZ is 100 on every Linux.
const hertz = 100

// busySeconds is the processor time, in seconds since boot and summed over all cores,
// of everything but this process and its children; it includes time that the host gave
// to other virtual machines (steal). -1 where the system does not tell.
func busySeconds() float64 {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return -1
	}
	var user, nice, system, idle, wait, irq, soft, steal float64
	if _, err := fmt.Sscanf(string(text), "cpu %f %f %f %f %f %f %f %f", &user, &nice, &system, &idle, &wait, &irq, &soft, &steal); err != nil {
		return -1
	}
	busy := (user + nice + system + irq + soft + steal) / hertz
	return busy - proc.Seconds(proc.Self) - proc.Seconds(proc.Children) - childSeconds()
}

// governor is the frequency governor of the first core; "" where the system does not
// tell.
func governor() string {
	text, err := os.ReadFile("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// DeviceLock returns the file, in this user's cache folder, that is to be locked while
// the named device is timed. It creates the folder, not the file.
func DeviceLock(device string) (string, error) {
	dir, err := os.UserCacheDir()
	if err == nil {
		dir = filepath.Join(dir, "ofalat")
		err = os.MkdirAll(dir, 0o755)
	}
	if err != nil {
		return "", fmt.Errorf("there is no place for the file that keeps other measurements off the device: %w; name one with --lock", err)
	}
	return filepath.Join(dir, "device-"+slug(device)+".lock"), nil
}

// LockMode is a way to take a lock.
type LockMode int

// The modes of Lock.
const (
	Now    LockMode = iota // exclusively, or err at once if somebody else holds it
	Wait                   // exclusively, after waiting until nobody else holds it
	Shared                 // shared with other Shared holders, after waiting until nobody holds it exclusively
)

// Lock locks a file, which is created if need be, and returns the function that unlocks
// it. Timing should hold the lock exclusively; other work that loads the machine, such as
// compiling, should share it. It errs when ctx ends while it waits.
func Lock(ctx context.Context, file string, mode LockMode) (release func(), err error) {
	l := flock.New(file)
	unlock := func() { _ = l.Unlock() } // the lock ends with the process at the latest
	get := l.Lock
	switch mode {
	case Now:
		free, err := l.TryLock()
		if err != nil {
			return unlock, fmt.Errorf("%s can't be locked: %w; name another file with --lock", file, err)
		}
		if !free {
			err = fmt.Errorf("another measurement has the device (lock %s): wait until it ends, or take turns with --wait", file)
		}
		return unlock, err
	case Shared:
		get = l.RLock
	}
	got := make(chan error, 1)
	go func() { got <- get() }() // blocks in the system's queue; polling would lose to those who wait there
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
