package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
)

type adaptCmd struct {
	rowFlags
	From         []string `default:"auto" help:"Other devices to start from, separated by commas: shipped sets, files of predictors or of measurements, none (${default}: all that ship for the space)." predictor:"name"`
	Data         string   `help:"CSV file with 3 or more measurements of the new device." predictor:"name"`
	Out          string   `help:"File for the predictor." type:"path"`
	Plan         int      `min:"1" max:"700" help:"Print, in place of all that, so many architectures to measure, as a CSV to fill in."`
	Space        string   `placeholder:"ID" help:"Space to plan in (default: mbv3-w1.0); with --data the space, and so the width, of the measured networks, which the predictor keeps (default: a file does not tell)." predictor:"space"`
	Synchronised bool     `help:"The clock waited for the device: no launch queue."`
	Seed         uint64   `default:"1" help:"Seed of what a plan is chosen from."`
	GPU          string   `name:"gpu" help:"A GPU, by its data sheet: a JSON file, or the id of one that ships. Its predictor needs no measurements, and --data may have one or two."`
	Batch        int      `min:"0" max:"100000" help:"With --gpu, images in a pass (default: the data sheet's, or 64)."`
}

// adapted is the result of adapt --json.
type adapted struct {
	Out string `json:"out"`
	*adapt.Report
}

// Run adapts, or plans.
func (c *adaptCmd) Run(ctx context.Context, out *output) error {
	if c.GPU != "" {
		return c.fromSheet(ctx, out)
	}
	if c.Batch != 0 {
		return errors.New("--batch goes with --gpu")
	}
	if c.Plan == 0 && (c.Data == "" || c.Out == "") {
		return errors.New("adapt needs --data FILE and --out FILE, or --plan N to say what to measure; of a GPU with a data sheet, --gpu GPU and --out FILE will do")
	}
	var set *dataset.Set
	var err error
	if c.Plan == 0 {
		if err := errors.Join(writable(c.Out), apart(c.Out, append(c.From, c.Data)...)); err != nil {
			return err
		}
		if set, err = c.openSet(out, c.Data, c.Space); err != nil {
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
	sources, err := c.sources(ctx, s, set)
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
	return c.finish(out, set, p, result)
}

// spaceOf is the space to plan in, or that of the rows.
func (c *adaptCmd) spaceOf(set *dataset.Set) (*space.Space, error) {
	if set == nil {
		return space.ByID(cmp.Or(c.Space, "mbv3-w1.0"))
	}
	return set.Space()
}

// sources makes them ready; auto leaves out those that were made from the very rows.
func (c *adaptCmd) sources(ctx context.Context, s *space.Space, set *dataset.Set) ([]*transfer.Source, error) {
	sources, err := catalog.Sources(ctx, s, c.From)
	if err != nil || set == nil || !slices.Equal(c.From, []string{"auto"}) {
		return sources, err
	}
	hash := set.Hash()
	return slices.DeleteFunc(sources, func(s *transfer.Source) bool {
		return slices.ContainsFunc(s.Seen, func(seen latpred.Source) bool { return seen.DataHash == hash })
	}), nil
}

// finish saves the predictor and tells what is expected of it.
func (c *adaptCmd) finish(out *output, set *dataset.Set, p latpred.Predictor, result *adapt.Report) error {
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
	out.Printf("expected error: %.2f %% (leave-one-out; the mean of the measurements: %.2f %%)\n", result.ExpectedPercent, 100*result.LeaveOneOut["mean"])
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
