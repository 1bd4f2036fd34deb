package doctor_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ofalat/ofalat/latpred/doctor"
)

// files makes a file system of paths and contents.
func files(contents map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for path, text := range contents {
		out[path] = &fstest.MapFile{Data: []byte(text + "\n")}
	}
	return out
}

const core = "sys/devices/system/cpu/cpu"

// server is a machine with everything: two cores of two threads, a GPU, a control group.
func server() map[string]string {
	return map[string]string{
		"proc/cpuinfo":                          "processor\t: 0\nmodel name\t: Fast CPU 9000\ncpu MHz\t\t: 2100.5\nflags\t\t: fpu avx2 avx512f\n\nprocessor\t: 1\nmodel name\t: Fast CPU 9000",
		"proc/sys/kernel/osrelease":             "6.1.0",
		"proc/meminfo":                          "MemTotal:       16777216 kB\nMemFree:  1 kB\nMemAvailable:    8388608 kB\nSwapTotal: 2097152 kB\nSwapFree: 1048576 kB",
		"proc/loadavg":                          "0.10 0.20 0.30 1/200 1234",
		"proc/stat":                             "cpu  1000 0 1000 5000 0 0 0 0 0 0\ncpu0 1 1 1 1",
		"proc/self/cgroup":                      "0::/jobs/one",
		"sys/fs/cgroup/jobs/cpu.max":            "150000 100000",
		"sys/fs/cgroup/cpu.max":                 "max 100000",
		"sys/fs/cgroup/jobs/one/memory.max":     "4294967296",
		"sys/fs/cgroup/jobs/one/cpu.stat":       "usage_usec 5\nnr_throttled 7",
		"proc/driver/nvidia/version":            "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024\nGCC version: 12",
		core + "0/topology/physical_package_id": "0", core + "0/topology/core_id": "0",
		core + "1/topology/physical_package_id": "0", core + "1/topology/core_id": "0",
		core + "2/topology/physical_package_id": "0", core + "2/topology/core_id": "1",
		core + "3/topology/physical_package_id": "0", core + "3/topology/core_id": "1",
		core + "0/cache/index0/level": "1", core + "0/cache/index0/type": "Data", core + "0/cache/index0/size": "48K",
		core + "0/cache/index3/level": "3", core + "0/cache/index3/type": "Unified", core + "0/cache/index3/size": "32M",
		core + "0/cpufreq/scaling_governor": "powersave", core + "0/cpufreq/scaling_driver": "intel_pstate",
		core + "0/cpufreq/scaling_cur_freq": "2100000", core + "0/cpufreq/cpuinfo_min_freq": "800000", core + "0/cpufreq/cpuinfo_max_freq": "3900000",
		core + "0/thermal_throttle/core_throttle_count": "3",
		"sys/devices/system/cpu/smt/active":             "1",
		"sys/devices/system/cpu/intel_pstate/no_turbo":  "0",
		"sys/class/thermal/thermal_zone0/temp":          "45000", "sys/class/thermal/thermal_zone1/temp": "61500",
		"sys/class/powercap/intel-rapl:0/constraint_0_power_limit_uw": "150000000",
		"sys/class/power_supply/AC/type":                              "Mains", "sys/class/power_supply/AC/online": "1",
		"usr/bin/jupyter-lab": "", "home/u/.local/share/jupyter/kernels/gonb/kernel.json": "{}",
	}
}

// host is a machine of these files, with a plugin that works.
func host(contents map[string]string, env map[string]string) doctor.Host {
	return doctor.Host{
		OS: "linux", Arch: "amd64", Go: "go1", Cgo: true, CPUs: 4, MaxProcs: 4, Files: files(contents), Home: "/home/u",
		Env:     func(name string) string { return env[name] },
		Plugins: []doctor.Plugin{{Kind: "xla:cpu", Path: "/p/cpu.so"}, {Kind: "xla:cpu", Path: "/p/older.so"}},
		Try: func(_ context.Context, p doctor.Plugin) doctor.Plugin {
			p.Version, p.Device, p.Took = "0.81", "CPU 0", 300*time.Millisecond
			return p
		},
		Work: func() time.Duration { return time.Millisecond },
		Own:  func() float64 { return 0 },
		Run:  func(context.Context, string, ...string) (string, error) { return "", errors.New("not found") },
	}
}

// page is the report's lines as a text.
func page(r doctor.Report) string {
	var b strings.Builder
	for _, l := range r.Lines() {
		fmt.Fprintf(&b, "%s: %s\n", l[0], l[1])
	}
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s: %s -> %s\n", f.Level, f.Text, f.Do)
	}
	return b.String() + "next: " + r.Next
}

func wantPage(t *testing.T, r doctor.Report, want ...string) {
	t.Helper()
	got := page(r)
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("the page lacks %q:\n%s", w, got)
		}
	}
}

// All that a Linux machine tells is on the page, and what can be mended is said with its
// command.
func TestServer(t *testing.T) {
	h := host(server(), map[string]string{"PATH": "/usr/bin"})
	h.Run = func(_ context.Context, name string, args ...string) (string, error) {
		if name == "nvidia-smi" && strings.Contains(args[0], "name,") {
			return "NVIDIA H100 80GB HBM3, 81559, 1024, 12, 41, 120.50, 700.00, 1980, 1980\n", nil
		}
		return "", errors.New("not found")
	}
	r := doctor.Inspect(t.Context(), h)
	if !r.OK {
		t.Error("the main job can be done")
	}
	wantPage(t, r,
		"system: linux/amd64, kernel 6.1.0, go1\n",
		"processor: Fast CPU 9000, 1 socket, 2 cores, 4 threads for this process, SMT on\n",
		"caches: L1 data 48K, L3 32M\n", "vectors: avx2, avx512f\n",
		"clock: governor powersave, intel_pstate, 2100 MHz of 800 to 3900, turbo on\n",
		"heat and power: 62 °C, limit 150 W, slowed by heat 3 times since boot\n",
		"memory: 16.0 GiB in all, 8.0 GiB free, 1.0 GiB swapped out\n",
		"limits of its group: 1.5 cores, 4.0 GiB of memory, held back 7 times\n",
		"threads: 4 for computations (GOMAXPROCS), GOMAXPROCS 4\n",
		"backend: xla:cpu\n", "plugin xla:cpu: /p/cpu.so, PJRT 0.81, CPU 0, works", "plugin xla:cpu: /p/older.so, not tried\n",
		"GPU: driver 550.54.15\nGPU 0: NVIDIA H100 80GB HBM3, 1024 of 81559 MiB, 12 % busy, 41 °C, 120.50 of 700.00 W, 1980 of 1980 MHz\n",
		"quiet: yes, work varies by 0.00 %, others keep 0.00 cores busy, load 0.10\n",
		"notebooks: Jupyter /usr/bin/jupyter-lab, GoNB /home/u/.local/share/jupyter/kernels/gonb\n",
		"advice: there is an NVIDIA GPU and no plugin for it -> latpred backend install cuda12\n",
		"advice: GPU 0 is 12 % busy",
		"allows 1.5 cores and computations use 4 threads: they are held back in turns -> export PJRT_NPROC=1 GOMAXPROCS=1\n",
		"governor powersave): latencies vary with it -> sudo cpupower frequency-set -g performance\n",
	)
}

// Where nothing is told, everything is unknown, nothing is 0, and Go still runs.
func TestUnknown(t *testing.T) {
	for _, os := range []string{"linux", "darwin", "freebsd"} {
		r := doctor.Inspect(t.Context(), doctor.Host{OS: os, Arch: "arm64", Go: "go1", CPUs: 2, MaxProcs: 2})
		if !r.OK || r.Backend.Best != "go" || strings.HasPrefix(r.Next, "latpred measure") {
			t.Errorf("%s: OK %v, backend %s, next %s", os, r.OK, r.Backend.Best, r.Next)
		}
		wantPage(t, r, "system: "+os+"/arm64, go1, built without cgo\n", "processor: unknown sockets, unknown cores, 2 threads for this process\n",
			"caches: unknown\n", "clock: unknown\n", "heat and power: unknown\n", "memory: unknown\n", "quiet: unknown\n", "GPU: no NVIDIA driver\n", "plugin: none\n",
			"built without cgo, which PJRT plugins need", "Jupyter not found")
	}
}

// A Mac tells through its programs.
func TestMac(t *testing.T) {
	h := host(nil, nil)
	h.OS, h.Arch = "darwin", "arm64"
	h.Run = func(_ context.Context, name string, args ...string) (string, error) {
		v, ok := map[string]string{
			"machdep.cpu.brand_string": "Apple M2", "hw.physicalcpu": "8", "hw.logicalcpu": "8", "hw.packages": "1", "hw.l1dcachesize": "65536", "hw.l2cachesize": "4194304",
			"hw.memsize": "17179869184", "hw.model": "Mac14,2", "vm.loadavg": "{ 1.50 1.20 1.00 }", "-productVersion": "15.1",
		}[args[len(args)-1]]
		if !ok {
			return "", errors.New("unknown oid")
		}
		return v + "\n", nil
	}
	wantPage(t, doctor.Inspect(t.Context(), h), "system: darwin/arm64, kernel 15.1, Mac14,2, go1\n", "processor: Apple M2, 1 socket, 8 cores, 4 threads for this process\n",
		"caches: L1 data 64K, L2 4096K\n", "memory: 16.0 GiB in all\n", "load 1.50\n")
}

// A plugin that crashes, hangs or errs is named with the way out; whether the main job can
// be done depends on who asked for it.
func TestBrokenPlugin(t *testing.T) {
	for _, c := range []struct {
		fault, asked string
		ok           bool
	}{
		{doctor.Crashed + " (signal: segmentation fault)", "", false},
		{doctor.Hung + " in 30s", "", false},
		{doctor.Crashed, "go", true},
		{"wrong ELF class", "", true},
		{"wrong ELF class", "xla:cpu", false},
		{"wrong ELF class", "xla", false},
	} {
		h := host(server(), map[string]string{"GOMLX_BACKEND": c.asked})
		h.Try = func(_ context.Context, p doctor.Plugin) doctor.Plugin {
			p.Error = c.fault
			return p
		}
		r := doctor.Inspect(t.Context(), h)
		if r.OK != c.ok || r.OK == strings.HasPrefix(r.Next, "rm /p/cpu.so && latpred backend install cpu") {
			t.Errorf("%+v: OK %v, next %s", c, r.OK, r.Next)
		}
		wantPage(t, r, "the plugin /p/cpu.so does not work: "+c.fault, "GOMLX_BACKEND=go does without")
	}
}

// What GOMLX_BACKEND asks for must be there.
func TestAsked(t *testing.T) {
	for asked, want := range map[string]string{
		"tpu":      `problem: GOMLX_BACKEND is "tpu": there are xla:cuda, xla:cpu and go -> unset GOMLX_BACKEND`,
		"xla:cuda": "problem: GOMLX_BACKEND is xla:cuda, and no such plugin is installed -> latpred backend install cuda13",
	} {
		r := doctor.Inspect(t.Context(), host(server(), map[string]string{"GOMLX_BACKEND": asked}))
		if r.OK {
			t.Errorf("%s can be had", asked)
		}
		wantPage(t, r, want)
	}
	h := host(server(), map[string]string{"LATPRED_OFFLINE": "1", "PJRT_PLUGIN_LIBRARY_PATH": "/none", "PJRT_NPROC": "3"})
	h.Plugins = nil
	wantPage(t, doctor.Inspect(t.Context(), h), "in PJRT_PLUGIN_LIBRARY_PATH=/none: networks can't be measured at a useful speed -> LATPRED_OFFLINE=0 latpred backend install cpu",
		"threads: 3 for computations (PJRT_NPROC)")
}

// A machine whose work varies is not quiet, nor one that others keep busy.
func TestNotQuiet(t *testing.T) {
	h := host(server(), nil)
	n := 0
	h.Work = func() time.Duration {
		n++
		return time.Duration(1+(n-1)/4%2) * time.Millisecond // every other round takes twice as long
	}
	r := doctor.Inspect(t.Context(), h)
	if r.Quiet.OK || r.Quiet.CV < .3 || r.Quiet.CV > .4 { // 1 and 2 by turns: about 1/3
		t.Errorf("quiet: %+v", r.Quiet)
	}
	wantPage(t, r, "advice: this machine is not quiet: a fixed piece of work varies by 3", "-> end other programs, then: latpred measure check")
}

// Containers and limits of both versions are found.
func TestContainers(t *testing.T) {
	for name, contents := range map[string]map[string]string{
		"in docker":     {".dockerenv": "", "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000", "sys/fs/cgroup/memory/memory.limit_in_bytes": "536870912"},
		"in podman":     {"run/.containerenv": "", "sys/fs/cgroup/cpu.max": "50000 100000", "sys/fs/cgroup/memory.max": "536870912"},
		"in kubernetes": {"proc/1/cgroup": "1:cpu:/kubepods/x", "sys/fs/cgroup/cpu.max": "50000 100000", "sys/fs/cgroup/memory.max": "536870912", "sys/class/power_supply/AC/type": "Mains", "sys/class/power_supply/AC/online": "0"},
	} {
		contents["sys/class/thermal/thermal_zone0/temp"] = "95000"
		r := doctor.Inspect(t.Context(), host(contents, nil))
		wantPage(t, r, name, "limits of its group: 0.5 cores, 512 MiB of memory", "only 512 MiB of memory are free", "PJRT_NPROC=1", "95 °C hot")
		if battery := name == "in kubernetes"; r.Clock.Battery != battery {
			t.Errorf("%s: on battery: %v", name, r.Clock.Battery)
		}
	}
	version1 := host(map[string]string{"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712"}, nil)
	if r := doctor.Inspect(t.Context(), version1); r.Limits != (doctor.Limits{}) {
		t.Errorf("no limit is taken for one: %+v", r.Limits)
	}
}

// This machine, whatever it is, has a page.
func TestLocal(t *testing.T) {
	h := doctor.Local()
	r := doctor.Inspect(t.Context(), h)
	if !strings.HasPrefix(r.System.OS, h.OS) || r.Threads.PJRT < 1 || len(r.Lines()) < 12 || r.Next == "" {
		t.Errorf("%+v", r)
	}
}
