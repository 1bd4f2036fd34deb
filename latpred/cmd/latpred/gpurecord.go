package main

import (
	"context"
	"os"
	"time"

	"github.com/ofalat/ofalat/latpred/bench/gpurecord"
	"github.com/ofalat/ofalat/latpred/measure"
)

type gpuRecordCmd struct {
	Out       string        `required:"" help:"Folder of the record; one that was begun goes on." type:"path"`
	Hardware  string        `required:"" help:"Name of the GPU in device ids, e.g. h200."`
	Backend   string        `enum:"xla:cuda,xla:cpu" default:"xla:cuda" help:"xla:cuda, or xla:cpu to try it out."`
	Space     string        `default:"mbv3-w1.0" help:"Search space." predictor:"space"`
	Batch     int           `default:"64" min:"1" max:"65536" help:"Images at once."`
	Precision string        `enum:"f32,tf32,bf16" default:"f32" help:"Of the networks that are measured."`
	Nets      int           `default:"240" min:"1" max:"1000000" help:"Whole networks to measure."`
	Seed      uint64        `default:"1" help:"Seed of their draw."`
	Budget    time.Duration `default:"13m" min:"1s" max:"1000h" help:"Time for all parts; each has its share."`
	Epochs    int           `default:"100" min:"1" max:"1000000" help:"Of trainings."`
	Python    string        `default:"python3" help:"Python with PyTorch, for comparison."`
	Torch     string        `enum:"cuda,cpu" default:"cuda" help:"Device of PyTorch."`
	Try       []string      `placeholder:"dot-f32-at0,…" help:"Settings to try: formulation, precision, level of autotuning (default: those of the precision, and one of each other)."`
	Parts     []string      `help:"Parts to do: check, sweep, torch, nets, table, adapt, train, bench (default: all)."`
}

// Run makes the record.
func (c *gpuRecordCmd) Run(ctx context.Context, out *output) error {
	if err := folder(c.Out); err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	var settings []gpurecord.Setting
	for _, text := range c.Try {
		s, err := gpurecord.ParseSetting(text)
		if err != nil {
			return err
		}
		settings = append(settings, s)
	}
	out.saves.Store(true)
	report, err := gpurecord.Run(ctx, gpurecord.Options{
		Dir: c.Out, Program: program, Backend: c.Backend, Hardware: c.Hardware, Space: c.Space, Batch: c.Batch,
		Precision: measure.Precision(c.Precision), Nets: c.Nets, Seed: c.Seed, Budget: c.Budget, Epochs: c.Epochs, Settings: settings,
		Python: c.Python, Torch: c.Torch, Parts: c.Parts, Observe: func(text string) { out.Logf("%s", text) },
	})
	if report == nil {
		return err
	}
	if out.JSON() {
		if emit := out.Emit(report); emit != nil {
			return emit
		}
	}
	out.Printf("%s", report.Markdown())
	return err
}
