package doctor

import (
	"context"
	"fmt"
	"math"
	"strings"
)

// Inspect asks h everything. It takes a few seconds: three at most for the probe of quiet,
// and what Host.Try takes.
func Inspect(ctx context.Context, h Host) Report {
	r := Report{
		System: h.system(ctx), Processor: h.processor(ctx), Clock: h.clock(), Memory: h.memory(ctx), Limits: h.limits(),
		Threads: h.threads(), GPU: h.gpu(ctx), Quiet: h.quiet(ctx), Notebooks: h.notebooks(),
	}
	r.Backend = h.backend(ctx, r.GPU)
	r.judge()
	return r
}

// judge finds what is to be said, and the next step.
func (r *Report) judge() {
	r.Findings = []Finding{}
	r.judgeBackend()
	r.judgeGPU()
	r.judgeMemory()
	r.judgeClock()
	r.judgeQuiet()
	if r.Notebooks.Jupyter == "" {
		r.add(Advice, "Jupyter is not found: notebooks run and become pages without it, to edit them takes it", "pip install jupyterlab")
	}
	r.OK = true
	for _, f := range r.Findings {
		r.OK = r.OK && f.Level != Problem
	}
	r.Next = r.next()
}

func (r *Report) add(level Level, text, do string) {
	r.Findings = append(r.Findings, Finding{level, text, do})
}

func (r *Report) judgeBackend() {
	b := r.Backend
	switch b.Asked {
	case "", "xla", cpu, cuda, pure:
	default:
		r.add(Problem, fmt.Sprintf("GOMLX_BACKEND is %q: there are %s, %s and %s", b.Asked, cuda, cpu, pure), "unset GOMLX_BACKEND")
		return
	}
	if !r.System.Cgo {
		level := Advice
		if b.Asked != "" && b.Asked != pure {
			level = Problem
		}
		r.add(level, "this program was built without cgo, which PJRT plugins need: all runs in Go, and networks can't be measured at a useful speed", "install a C compiler (apt-get install gcc, xcode-select --install) and build again with CGO_ENABLED=1")
		return
	}
	if _, ok := b.first(cpu); !ok {
		level := Advice
		if b.Asked == "xla" || b.Asked == cpu {
			level = Problem
		}
		text, do := "no PJRT plugin for the processor", "latpred backend install cpu"
		if b.Folders != "" {
			text += " in PJRT_PLUGIN_LIBRARY_PATH=" + b.Folders
		}
		if b.Offline {
			do = "LATPRED_OFFLINE=0 " + do
		}
		r.add(level, text+": networks can't be measured at a useful speed", do)
	}
	for _, p := range b.Plugins {
		if p.Tried && p.Error != "" {
			r.add(r.levelOf(p), fmt.Sprintf("the plugin %s does not work: %s", p.Path, p.Error),
				fmt.Sprintf("rm %s && latpred backend install %s; meanwhile, GOMLX_BACKEND=go does without", p.Path, strings.TrimPrefix(p.Kind, "xla:")))
		}
	}
	if _, ok := b.first(b.Asked); !ok && b.Asked == cuda {
		r.add(Problem, "GOMLX_BACKEND is xla:cuda, and no such plugin is installed", "latpred backend install cuda13")
	}
}

// levelOf is how much a broken plugin matters: an error falls back to Go unless it was asked
// for; a crash or a hang would end any training.
func (r *Report) levelOf(p Plugin) Level {
	asked := r.Backend.Asked
	if asked == pure {
		return Advice
	}
	if asked == p.Kind || asked == "xla" && p.Kind == cpu || strings.HasPrefix(p.Error, Crashed) || strings.HasPrefix(p.Error, Hung) {
		return Problem
	}
	return Advice
}

// How the error of a plugin begins that ended the process which tried it, or did not answer
// in time.
const (
	Crashed = "it crashed"
	Hung    = "it did not answer"
)

func (r *Report) judgeGPU() {
	g := r.GPU
	if g.Driver == "" {
		return
	}
	if g.Error != "" {
		r.add(Advice, "the NVIDIA driver is loaded and does not answer ("+g.Error+")", "sudo dmesg | grep -i nvrm")
	}
	if _, ok := r.Backend.first(cuda); !ok && r.System.Cgo {
		name := "cuda13"
		if major, _, _ := strings.Cut(g.Driver, "."); len(major) == 3 && major < "580" { // CUDA 13 needs driver 580
			name = "cuda12"
		}
		r.add(Advice, "there is an NVIDIA GPU and no plugin for it", "latpred backend install "+name)
	}
	for i, d := range g.Devices {
		var use float64
		if _, err := fmt.Sscan(d.UsePct, &use); err == nil && use >= 10 {
			r.add(Advice, fmt.Sprintf("GPU %d is %s %% busy: what is measured on it now is too slow", i, d.UsePct), "nvidia-smi shows the processes")
		}
	}
}

func (r *Report) judgeMemory() {
	free := r.Memory.Available
	if l := r.Limits.Memory; l > 0 && (free == 0 || l < free) {
		free = l
	}
	if free > 0 && free < 1<<30 {
		r.add(Advice, fmt.Sprintf("only %s of memory are free: a training takes about 1 GiB", bytes(free)), "end other programs, or raise the container's limit")
	}
	if c := r.Limits.CPUs; c > 0 && c < float64(r.Threads.PJRT) {
		n := int(math.Max(1, math.Floor(c)))
		r.add(Advice, fmt.Sprintf("the control group allows %.4g cores and computations use %d threads: they are held back in turns", c, r.Threads.PJRT), fmt.Sprintf("export PJRT_NPROC=%d GOMAXPROCS=%d", n, n))
	}
}

func (r *Report) judgeClock() {
	c := r.Clock
	if c.Governor != "" && c.Governor != "performance" {
		r.add(Advice, "the clock follows the load (governor "+c.Governor+"): latencies vary with it", "sudo cpupower frequency-set -g performance")
	}
	if c.Battery {
		r.add(Advice, "this machine runs on its battery, which slows the processor", "plug it in")
	}
	if c.Celsius >= 90 {
		r.add(Advice, fmt.Sprintf("the processor is %.0f °C hot, and may be slowed for it", c.Celsius), "let it cool before measuring")
	}
}

func (r *Report) judgeQuiet() {
	q := r.Quiet
	if q.Rounds == 0 || q.OK {
		return
	}
	text := fmt.Sprintf("this machine is not quiet: a fixed piece of work varies by %.1f %%", 100*q.CV)
	if q.Others >= 0 {
		text += fmt.Sprintf(", and others keep %.1f cores busy", q.Others)
	}
	r.add(Advice, text, "end other programs, then: latpred measure check")
}

// next is the command of the next step: mending what is broken, then measuring, or training
// on what ships.
func (r *Report) next() string {
	for _, f := range r.Findings {
		if f.Level == Problem {
			return f.Do
		}
	}
	switch {
	case r.Backend.Best == pure:
		return "latpred train --data p40-b64 --kind table --out p40.latpred"
	case r.Quiet.OK:
		return "latpred measure nets --n 100 --out mine.csv"
	}
	return "latpred adapt --plan 10 --space mbv3-w1.0 > mine.csv"
}
