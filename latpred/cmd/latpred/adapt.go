package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/fewshot"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

type adaptCmd struct {
	rowFlags
	From         []string `default:"auto" help:"Shipped sets or predictors of other devices to start from, separated by commas (${default}: all that ship for the space); for spaces other than OFA's also files of measurements, or none."`
	Data         string   `help:"CSV file with 3 or more measurements of the new device."`
	Out          string   `help:"File for the predictor." type:"path"`
	Plan         int      `min:"1" max:"700" help:"Print, in place of all that, so many architectures to measure, as a CSV to fill in."`
	Space        string   `placeholder:"ID" help:"Space to plan in (default: mbv3-w1.0); with --data the space, and so the width, of the measured networks, which the predictor keeps (default: a file does not tell)."`
	Synchronised bool     `help:"The clock waited for the device: no launch queue."`
	Seed         uint64   `default:"1" help:"Seed of what a plan is chosen from."`
}

// adapted is the result of adapt --json.
type adapted struct {
	Out string `json:"out"`
	*adapt.Report
}

// Run adapts, or plans.
func (c *adaptCmd) Run(ctx context.Context, out *output) error {
	if c.Plan == 0 && (c.Data == "" || c.Out == "") {
		return errors.New("adapt needs --data FILE and --out FILE, or --plan N to say what to measure")
	}
	var set *dataset.Set
	var err error
	if c.Plan == 0 {
		if set, err = c.openSet(out, c.Data); err != nil {
			return err
		}
		if err := declareSpace(set, c.Space); err != nil {
			return err
		}
	}
	s, err := c.spaceOf(set)
	if err != nil {
		return err
	}
	if !isOFA(s) {
		return c.transfer(ctx, out, s, set)
	}
	sources, err := c.sources(ctx, out, set)
	if err != nil {
		return err
	}
	if c.Plan > 0 {
		archs, err := adapt.Plan(sources, s, random.Stream(c.Seed, "plan"), c.Plan)
		if err != nil {
			return err
		}
		return c.plan(out, archs)
	}
	p, result, err := adapt.Adapt(ctx, sources, set, adapt.Config{NoQueue: c.Synchronised})
	if err != nil {
		return err
	}
	return c.finish(out, set, p, result, fmt.Sprintf("a power law of a source alone: %.2f %%", 100*result.LeaveOneOut["power law"]))
}

// finish saves the predictor and tells what is expected of it. other is the error of a simpler
// way, in words.
func (c *adaptCmd) finish(out *output, set *dataset.Set, p latpred.Predictor, result *adapt.Report, other string) error {
	if err := modelfile.Save(c.Out, p); err != nil {
		return err
	}
	result.Warnings = append(result.Warnings, sourceHasSeen(p, set)...)
	logWarnings(out, result.Warnings)
	result.Warnings = append(result.Warnings, set.Warnings...)
	if out.JSON() {
		return out.Emit(adapted{c.Out, result})
	}
	out.Printf("%s: from %d rows: %s\n", c.Out, result.Rows, result.Recipe)
	out.Printf("expected error: %.2f %% (leave-one-out; %s)\n", result.ExpectedPercent, other)
	if result.MoreRows > 0 {
		out.Printf("about %d more rows would bring it to %.2f %%\n", result.MoreRows, .8*result.ExpectedPercent)
	}
	return nil
}

// sourceHasSeen warns of a source that was made from rows of the very set: the others,
// left out one by one, then don't show the error on rows never seen.
func sourceHasSeen(p latpred.Predictor, set *dataset.Set) []latpred.Warning {
	hash := set.Hash()
	for _, s := range p.Provenance().Sources {
		if s.DataHash == hash {
			return []latpred.Warning{{Kind: latpred.WarnSeen, Message: fmt.Sprintf(
				"a source was made from %s itself: the error on networks that neither has seen is larger than the expected one", s.Data)}}
		}
	}
	return nil
}

// sources makes them ready; auto leaves out the set that the data are.
func (c *adaptCmd) sources(ctx context.Context, out *output, set *dataset.Set) ([]fewshot.Source, error) {
	names := c.From
	if len(names) == 1 && names[0] == "auto" {
		names = nil
		for _, n := range catalog.SourceNames() {
			if set == nil || n != set.Name {
				names = append(names, n)
			}
		}
	}
	bar := out.Progress("sources", len(names))
	defer bar.Done()
	return catalog.Sources(ctx, names, func(done, _ int) { bar.Set(done, "") })
}

// plan prints what to measure, with an empty column of latencies.
func (c *adaptCmd) plan(out *output, archs []space.Arch) error {
	if out.JSON() {
		return out.Emit(archs)
	}
	var b strings.Builder
	b.WriteString("arch,latency_ms\n")
	for _, a := range archs {
		fmt.Fprintf(&b, "%s,\n", a)
	}
	out.Printf("%s", b.String())
	return nil
}
