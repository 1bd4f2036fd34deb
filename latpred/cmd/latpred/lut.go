package main

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/space"
)

type lutCmd struct {
	Sum lutSumCmd `cmd:"" help:"Sum the Note10 table over an architecture."`
}

type lutSumCmd struct {
	Arch  string `arg:"" help:"Architecture: canonical text or OFA's JSON."`
	Space string `default:"mbv3-w1.2" help:"Search space; the table is of width 1.2."`
}

// Run prints the latency that the table gives.
func (c *lutSumCmd) Run(out *output) error {
	s, err := space.ByID(c.Space)
	if err != nil {
		return err
	}
	a, err := space.Parse(c.Arch)
	if err != nil {
		return err
	}
	ms, err := lut.Note10().LatencyMs(s, a)
	if err != nil {
		return err
	}
	if out.JSON() {
		return out.Emit(map[string]any{"arch": a, "device": "note10", "latency_ms": ms})
	}
	fmt.Fprintf(out.stdout, "%v ms\n", ms)
	return nil
}
