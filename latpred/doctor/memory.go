package doctor

import (
	"context"
	"math"
	"path"
	"strconv"
	"strings"
)

// memory reads /proc/meminfo, or asks macOS.
func (h Host) memory(ctx context.Context) Memory {
	if h.OS == "darwin" {
		total, _ := strconv.ParseUint(h.output(ctx, "sysctl", "-n", "hw.memsize"), 10, 64) // 0: unknown
		return Memory{Total: total}
	}
	kib := map[string]uint64{}
	for l := range strings.Lines(h.text("proc/meminfo")) {
		name, value, _ := strings.Cut(l, ":")
		if fields := strings.Fields(value); len(fields) > 0 {
			kib[name], _ = strconv.ParseUint(fields[0], 10, 64) // 0: unknown
		}
	}
	m := Memory{Total: kib["MemTotal"] << 10, Available: kib["MemAvailable"] << 10}
	if kib["SwapTotal"] >= kib["SwapFree"] {
		m.SwapUsed = (kib["SwapTotal"] - kib["SwapFree"]) << 10
	}
	return m
}

// limits are the tightest of this process's control group and those above it, of either
// version.
func (h Host) limits() Limits {
	var l Limits
	for l1 := range strings.Lines(h.text("proc/self/cgroup")) {
		parts := strings.SplitN(strings.TrimSpace(l1), ":", 3)
		if len(parts) == 3 && parts[1] == "" {
			h.version2(&l, parts[2])
		}
	}
	h.version2(&l, "/") // a container sees its own group as the root
	const old = "sys/fs/cgroup/"
	quota, ok1 := h.number(old + "cpu/cpu.cfs_quota_us")
	period, ok2 := h.number(old + "cpu/cpu.cfs_period_us")
	if ok1 && ok2 && quota > 0 && period > 0 {
		l.cpus(quota / period)
	}
	if v, ok := h.number(old + "memory/memory.limit_in_bytes"); ok {
		l.memory(v)
	}
	l.Throttled += h.throttled(old + "cpu/cpu.stat")
	return l
}

// version2 looks at a control group of version 2 and those above it.
func (h Host) version2(l *Limits, group string) {
	for dir := path.Clean("/" + group); ; dir = path.Dir(dir) {
		at := "sys/fs/cgroup" + strings.TrimSuffix(dir, "/") + "/"
		if f := strings.Fields(h.text(at + "cpu.max")); len(f) == 2 && f[0] != "max" {
			quota, err1 := strconv.ParseFloat(f[0], 64)
			period, err2 := strconv.ParseFloat(f[1], 64)
			if err1 == nil && err2 == nil && quota > 0 && period > 0 {
				l.cpus(quota / period)
			}
		}
		if v, ok := h.number(at + "memory.max"); ok {
			l.memory(v)
		}
		l.Throttled = max(l.Throttled, h.throttled(at+"cpu.stat"))
		if dir == "/" {
			return
		}
	}
}

func (l *Limits) cpus(n float64) {
	if l.CPUs == 0 || n < l.CPUs {
		l.CPUs = n
	}
}

// memory notes a limit in bytes; version 1 writes almost 2⁶³ for none.
func (l *Limits) memory(n float64) {
	if n > 0 && n < math.Pow(2, 60) && (l.Memory == 0 || uint64(n) < l.Memory) {
		l.Memory = uint64(n)
	}
}

func (h Host) throttled(file string) int {
	for l := range strings.Lines(h.text(file)) {
		if f := strings.Fields(l); len(f) == 2 && f[0] == "nr_throttled" {
			n, _ := strconv.Atoi(f[1]) // 0: unknown
			return n
		}
	}
	return 0
}
