package doctor

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const cpus = "sys/devices/system/cpu/"

// system describes the operating system and what is around it.
func (h Host) system(ctx context.Context) System {
	s := System{OS: h.OS + "/" + h.Arch, Kernel: h.text("proc/sys/kernel/osrelease"), Go: h.Go, Cgo: h.Cgo}
	s.Machine = strings.TrimSpace(h.text("sys/class/dmi/id/sys_vendor") + " " + h.text("sys/class/dmi/id/product_name"))
	if s.Machine == "" {
		s.Machine = strings.TrimRight(h.text("proc/device-tree/model"), "\x00")
	}
	if h.OS == "darwin" {
		s.Kernel, s.Machine = h.output(ctx, "sw_vers", "-productVersion"), h.output(ctx, "sysctl", "-n", "hw.model")
	}
	s.Virtual = slices.Contains(strings.Fields(h.cpuinfo("flags")), "hypervisor")
	group := h.text("proc/1/cgroup")
	switch {
	case h.env("KUBERNETES_SERVICE_HOST") != "" || strings.Contains(group, "kubepods"):
		s.Container = "kubernetes"
	case h.exists(".dockerenv") || strings.Contains(group, "docker"):
		s.Container = "docker"
	case h.exists("run/.containerenv"):
		s.Container = "podman"
	case strings.Contains(group, "lxc"):
		s.Container = "lxc"
	}
	return s
}

// cpuinfo is the first value of a field of /proc/cpuinfo.
func (h Host) cpuinfo(fields ...string) string {
	for l := range strings.Lines(h.text("proc/cpuinfo")) {
		name, value, ok := strings.Cut(l, ":")
		if ok && slices.Contains(fields, strings.TrimSpace(name)) {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// vectors are the vector instructions that make a difference, as Linux names them.
var vectors = []string{"avx", "avx2", "avx512f", "avx512_bf16", "amx_tile", "amx_bf16", "asimd", "sve", "bf16"}

func (h Host) processor(ctx context.Context) Processor {
	if h.OS == "darwin" {
		return h.processorOfMac(ctx)
	}
	p := Processor{Model: h.cpuinfo("model name", "Hardware", "uarch"), Logical: h.CPUs, SMT: h.text(cpus+"smt/active") == "1"}
	p.Sockets, p.Cores = h.topology()
	flags := strings.Fields(h.cpuinfo("flags", "Features"))
	for _, v := range vectors {
		if slices.Contains(flags, v) {
			p.Features = append(p.Features, v)
		}
	}
	for _, dir := range h.glob(cpus + "cpu0/cache/index*") {
		if size := h.text(dir + "/size"); size != "" {
			name := fmt.Sprintf("L%s %s", h.text(dir+"/level"), strings.ToLower(h.text(dir+"/type")))
			p.Caches = append(p.Caches, strings.TrimSuffix(name, " unified")+" "+size)
		}
	}
	return p
}

// topology counts sockets and physical cores; 0: unknown.
func (h Host) topology() (sockets, cores int) {
	seenSocket, seenCore := map[string]bool{}, map[string]bool{}
	for _, dir := range h.glob(cpus + "cpu[0-9]*/topology") {
		socket, core := h.text(dir+"/physical_package_id"), h.text(dir+"/core_id")
		if socket != "" && core != "" {
			seenSocket[socket], seenCore[socket+"/"+core] = true, true
		}
	}
	return len(seenSocket), len(seenCore)
}

func (h Host) processorOfMac(ctx context.Context) Processor {
	number := func(name string) int {
		n, err := strconv.Atoi(h.output(ctx, "sysctl", "-n", name))
		if err != nil {
			return 0
		}
		return n
	}
	p := Processor{
		Model: h.output(ctx, "sysctl", "-n", "machdep.cpu.brand_string"), Logical: h.CPUs, Cores: number("hw.physicalcpu"), Sockets: number("hw.packages"),
	}
	p.SMT = p.Cores > 0 && number("hw.logicalcpu") > p.Cores
	for _, cache := range [][2]string{{"hw.l1dcachesize", "L1 data"}, {"hw.l2cachesize", "L2"}, {"hw.l3cachesize", "L3"}} {
		if n := number(cache[0]); n > 0 {
			p.Caches = append(p.Caches, fmt.Sprintf("%s %dK", cache[1], n>>10))
		}
	}
	return p
}

// clock says what sets the processor's speed.
func (h Host) clock() Clock {
	freq := cpus + "cpu0/cpufreq/"
	c := Clock{Governor: h.text(freq + "scaling_governor"), Driver: h.text(freq + "scaling_driver")}
	for _, f := range []struct {
		to    *float64
		file  string
		scale float64
	}{
		{&c.MHz, freq + "scaling_cur_freq", 1e-3}, {&c.MinMHz, freq + "cpuinfo_min_freq", 1e-3}, {&c.MaxMHz, freq + "cpuinfo_max_freq", 1e-3},
		{&c.PowerLimitWatt, "sys/class/powercap/intel-rapl:0/constraint_0_power_limit_uw", 1e-6},
	} {
		if v, ok := h.number(f.file); ok {
			*f.to = v * f.scale
		}
	}
	if c.MHz == 0 {
		c.MHz, _ = strconv.ParseFloat(h.cpuinfo("cpu MHz"), 64) // 0: unknown
	}
	if v, ok := h.number(cpus + "intel_pstate/no_turbo"); ok {
		c.Turbo = onOff(v == 0)
	} else if v, ok := h.number(cpus + "cpufreq/boost"); ok {
		c.Turbo = onOff(v != 0)
	}
	if v, ok := h.number(cpus + "cpu0/thermal_throttle/core_throttle_count"); ok {
		c.Throttled = int(v)
	}
	for _, zone := range h.glob("sys/class/thermal/thermal_zone*") {
		if v, ok := h.number(zone + "/temp"); ok && v > 0 && v < 200e3 {
			c.Celsius = max(c.Celsius, v/1e3)
		}
	}
	c.Battery = h.onBattery()
	return c
}

// onBattery reports whether a mains adapter is there and is not plugged in.
func (h Host) onBattery() bool {
	mains, online := false, false
	for _, dir := range h.glob("sys/class/power_supply/*") {
		if h.text(dir+"/type") == "Mains" {
			mains = true
			online = online || h.text(dir+"/online") == "1"
		}
	}
	return mains && !online
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
