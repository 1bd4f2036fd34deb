package doctor

import (
	"context"
	"strconv"
	"strings"
)

// The kinds of backend, as package backend names them.
const (
	cuda = "xla:cuda"
	cpu  = "xla:cpu"
	pure = "go"
)

// threads is how many threads computations use, by the rule of package backend.
func (h Host) threads() Threads {
	if n, err := strconv.Atoi(strings.TrimSpace(h.env("PJRT_NPROC"))); err == nil && n > 0 {
		return Threads{h.MaxProcs, n, "PJRT_NPROC"}
	}
	return Threads{h.MaxProcs, h.MaxProcs, "GOMAXPROCS"}
}

// backend tries the first plugin of each kind that could be used.
func (h Host) backend(ctx context.Context, gpu GPU) Backend {
	b := Backend{Asked: h.env("GOMLX_BACKEND"), Offline: h.env("LATPRED_OFFLINE") == "1", Folders: h.env("PJRT_PLUGIN_LIBRARY_PATH"), Plugins: []Plugin{}}
	tried, works := map[string]bool{}, map[string]bool{}
	for _, p := range h.Plugins {
		useful := p.Kind == cpu || gpu.Driver != ""
		if h.Try != nil && h.Cgo && useful && !tried[p.Kind] {
			tried[p.Kind] = true
			p = h.Try(ctx, p)
			p.Tried = true
			works[p.Kind] = p.Works()
		}
		b.Plugins = append(b.Plugins, p)
	}
	switch {
	case works[cuda]:
		b.Best = cuda
	case works[cpu]:
		b.Best = cpu
	default:
		b.Best = pure
	}
	switch asked := b.Asked; {
	case asked == "xla":
		b.Best = cpu
	case asked != "":
		b.Best = asked
	}
	return b
}

// first is the first plugin of a kind; ok tells whether there is one.
func (b Backend) first(kind string) (p Plugin, ok bool) {
	for _, p := range b.Plugins {
		if p.Kind == kind {
			return p, true
		}
	}
	return Plugin{}, false
}

// smi are the fields that nvidia-smi is asked for, in the order of Device.
const smi = "name,memory.total,memory.used,utilization.gpu,temperature.gpu,power.draw,power.limit,clocks.sm,clocks.max.sm"

// gpu asks the driver, and nvidia-smi if there is one.
func (h Host) gpu(ctx context.Context) GPU {
	var g GPU
	for l := range strings.Lines(h.text("proc/driver/nvidia/version")) {
		if name, rest, ok := strings.Cut(l, ":"); ok && strings.TrimSpace(name) == "NVRM version" {
			g.Driver = driverVersion(rest)
		}
	}
	if h.Run == nil {
		return g
	}
	out, err := h.Run(ctx, "nvidia-smi", "--query-gpu="+smi, "--format=csv,noheader,nounits")
	if err != nil {
		if g.Driver != "" {
			g.Error = "nvidia-smi: " + err.Error()
		}
		return g
	}
	for l := range strings.Lines(out) {
		f := strings.Split(strings.TrimSpace(l), ",")
		if len(f) != 9 {
			continue
		}
		for i := range f {
			if f[i] = strings.TrimSpace(f[i]); strings.HasPrefix(f[i], "[") { // "[N/A]"
				f[i] = ""
			}
		}
		g.Devices = append(g.Devices, Device{f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8]})
	}
	if g.Driver == "" && len(g.Devices) > 0 {
		g.Driver = h.output(ctx, "nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader", "--id=0")
	}
	return g
}

// driverVersion finds the version in a line such as "NVIDIA UNIX x86_64 Kernel Module
// 550.54.15  Tue Mar …"; "present" if it has none.
func driverVersion(text string) string {
	for _, word := range strings.Fields(text) {
		if word[0] >= '0' && word[0] <= '9' && strings.Contains(word, ".") {
			return word
		}
	}
	return "present"
}

// notebooks finds Jupyter and the kernel GoNB.
func (h Host) notebooks() Notebooks {
	n := Notebooks{}
	for _, program := range []string{"jupyter-lab", "jupyter-notebook", "jupyter"} {
		if n.Jupyter = h.program(program); n.Jupyter != "" {
			break
		}
	}
	kernels := []string{h.Home + "/.local/share/jupyter/kernels/gonb", h.Home + "/Library/Jupyter/kernels/gonb", "/usr/local/share/jupyter/kernels/gonb", "/usr/share/jupyter/kernels/gonb"}
	for _, dir := range kernels {
		if h.exists(dir + "/kernel.json") {
			n.GoNB = dir
			return n
		}
	}
	n.GoNB = h.program("gonb")
	return n
}
