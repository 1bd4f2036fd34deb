package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred/accuracy"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/nas"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

type searchCmd struct {
	Device      string    `xor:"latency" required:"" help:"note10, whose table gives latencies, or another shipped set, to which a table is fitted; of the fixed-kernel sets and of a file, the closed form."`
	Model       string    `xor:"latency" required:"" help:"Predictor that gives latencies." type:"existingfile"`
	Space       string    `help:"Search space (default: that of the shipped measurements, else mbv3-w1.2)."`
	Limit       float64   `xor:"limits" required:"" help:"Largest latency, ms."`
	Limits      []float64 `xor:"limits" required:"" help:"Several limits, ms: 15,20,25."`
	Front       bool      `help:"Evolve the whole front up to the limit in one run (NSGA-II)."`
	Generations int       `default:"500" help:"Generations."`
	Population  int       `default:"100" help:"Networks of a generation."`
	Seed        uint64    `default:"1" help:"Seed."`
}

// foundNet is a network in the output of search --json.
type foundNet struct {
	LimitMs   float64          `json:"limit_ms"`
	Arch      space.Arch       `json:"arch"`
	OFA       *space.OFAConfig `json:"ofa,omitempty"`
	LatencyMs float64          `json:"latency_ms"`
	Accuracy  float64          `json:"accuracy"`
	MMACs     float64          `json:"mmacs"`
}

// Run searches for each limit, or for the front.
func (c *searchCmd) Run(ctx context.Context, out *output) error {
	latency, spaceID, err := c.latency(ctx)
	if err != nil {
		return err
	}
	s, err := space.ByID(cmp.Or(c.Space, spaceID, "mbv3-w1.2")) // a file of measurements doesn't say
	if err != nil {
		return fmt.Errorf("--space: %w", err)
	}
	latency, _ = nas.Cached(latency, nas.ByArch) // children are often like others
	top1, _ := nas.Cached(accuracy.Predict, nas.ByArch)
	limits := c.Limits
	if len(limits) == 0 {
		limits = []float64{c.Limit}
	}
	bar := out.Progress("searching", len(limits)*(c.Generations+1))
	var nets []foundNet
	done := 0
	var failed error
	for _, limit := range limits {
		config := nas.Published(s, limit)
		config.Generations, config.Population = c.Generations, c.Population
		run := nas.Search
		if c.Front {
			run = nas.SearchFront
		}
		result, err := run(ctx, random.Stream(c.Seed, fmt.Sprint("search ", limit)), config, latency, top1, func(g nas.Generation) {
			done++
			bar.Set(done, fmt.Sprintf("≤ %g ms: %.4f at %.2f ms", limit, g.Best.Accuracy, g.Best.LatencyMs))
		})
		if err != nil {
			failed = errors.Join(failed, err)
			if !errors.Is(err, nas.ErrInfeasible) {
				break
			}
			continue
		}
		found := []nas.Candidate{result.Best}
		if c.Front {
			found = result.Front
		}
		for _, f := range found {
			nets = append(nets, foundNet{limit, f.Arch, f.Arch.OFA(), f.LatencyMs, f.Accuracy, float64(s.MACs(f.Arch)) / 1e6})
		}
	}
	bar.Done()
	if out.JSON() {
		return errors.Join(out.Emit(append([]foundNet{}, nets...)), failed)
	}
	var rows [][]string
	for _, n := range nets {
		rows = append(rows, []string{fmt.Sprintf("%g", n.LimitMs), fmt.Sprintf("%.4g", n.LatencyMs), fmt.Sprintf("%.4f", n.Accuracy), fmt.Sprintf("%.0f", n.MMACs), n.Arch.String()})
	}
	if len(rows) > 0 {
		out.Table([]string{"limit (ms)", "latency (ms)", "accuracy, predicted", "million MACs", "architecture"}, rows)
	}
	return failed
}

// latency gives the estimate that is asked for, and the space it belongs to.
func (c *searchCmd) latency(ctx context.Context) (nas.Estimate, string, error) {
	if c.Model != "" {
		p, err := catalog.Load(c.Model)
		if err != nil {
			return nil, "", err
		}
		set, err := dataset.Open(p.Provenance().Data)
		if err != nil { // a file that has gone
			return p.PredictMs, "", nil
		}
		return p.PredictMs, set.SpaceID, nil
	}
	set, err := dataset.Open(c.Device)
	if err != nil {
		return nil, "", err
	}
	if strings.HasPrefix(set.Name, "note10") {
		s, err := space.ByID(set.SpaceID)
		if err != nil {
			return nil, "", err
		}
		table, err := lut.Note10().Index(s)
		if err != nil {
			return nil, "", err
		}
		return table.Estimate, set.SpaceID, nil
	}
	if slices.Contains(catalog.SourceNames(), set.Name) {
		table, err := catalog.Table(ctx, set.Name)
		if err != nil {
			return nil, "", err
		}
		return table.PredictMs, set.SpaceID, nil
	}
	closed, err := lut.FitLinear(set.Archs(), set.LatenciesMs(), 1e-3)
	if err != nil {
		return nil, "", err
	}
	return func(dst []float64, archs []space.Arch) (err error) {
		for i, a := range archs {
			if dst[i], err = closed.PredictMs(a); err != nil {
				return err
			}
		}
		return nil
	}, set.SpaceID, nil
}
