package main

import (
	"errors"
	"fmt"

	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/space"
)

type lutCmd struct {
	Sum   lutSumCmd   `cmd:"" help:"Sum the Note10 table over an architecture."`
	Check lutCheckCmd `cmd:"" help:"Say which layers of a space the Note10 table has, and what it cost."`
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
	out.Printf("%v ms\n", ms)
	return nil
}

type lutCheckCmd struct {
	Space string `default:"mbv3-w1.2" help:"Search space to cover."`
}

// coverage is one resolution in the output of lut check --json.
type coverage struct {
	Resolution int      `json:"resolution"`
	Entries    int      `json:"entries"`
	CostMs     float64  `json:"cost_ms"`
	Missing    []string `json:"missing"`
}

// Run asks the table for the largest and the smallest network at each resolution,
// and for every choice of kernel and expansion.
func (c *lutCheckCmd) Run(out *output) error {
	s, err := space.ByID(c.Space)
	if err != nil {
		return err
	}
	table := lut.Note10()
	var list []coverage
	var rows [][]string
	lacking := 0
	for _, r := range table.Resolutions() {
		missing := table.Missing(s, r)
		list = append(list, coverage{r, len(table.Rows[r]), table.Cost(r), append([]string{}, missing...)})
		rows = append(rows, []string{fmt.Sprint(r), fmt.Sprint(len(table.Rows[r])), fmt.Sprintf("%.1f", table.Cost(r)), fmt.Sprint(len(missing))})
		lacking += len(missing)
	}
	if out.JSON() {
		if err := out.Emit(list); err != nil {
			return err
		}
	}
	out.Table([]string{"resolution", "entries", "count × mean (ms)", "layers missing"}, rows)
	for _, l := range list {
		for _, key := range l.Missing {
			out.Printf("missing at %d: %s\n", l.Resolution, key)
		}
	}
	if lacking > 0 {
		return errors.New("the table does not cover " + c.Space + ": is it of another width?")
	}
	return nil
}
