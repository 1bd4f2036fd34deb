package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ofalat/ofalat/latpred/campaign"
	"github.com/ofalat/ofalat/latpred/campaign/kubernetes"
	"github.com/ofalat/ofalat/latpred/campaign/slurm"
	"github.com/ofalat/ofalat/latpred/pool"
)

type campaignCmd struct {
	Submit  campaignSubmitCmd  `cmd:"" default:"withargs" help:"Hand a plan's shards to an engine; latpred campaign plan.yaml does the same."`
	Status  campaignStatusCmd  `cmd:"" help:"Say how far a campaign is, from its journals and its engine."`
	Resume  campaignResumeCmd  `cmd:"" help:"Submit again the shards that are not complete and that no engine has."`
	Cancel  campaignCancelCmd  `cmd:"" help:"Take a campaign from its engine; journals keep what they have."`
	Collect campaignCollectCmd `cmd:"" help:"Join the shards' journals into a data set or a table."`
	Work    campaignWorkCmd    `cmd:"" help:"Measure one shard: what engines start."`
	Serve   campaignServeCmd   `cmd:"" help:"Offer a plan's groups to a pool of devices, over NATS, and keep what they measure."`
	Top     campaignTopCmd     `cmd:"" help:"Show how a pool of devices does: rates, failures, drift, time left."`
}

// engineFlags choose who runs shards.
type engineFlags struct {
	Slots   int    `default:"1" min:"1" max:"1024" help:"Of engine local: shards at the same time."`
	Program string `placeholder:"FILE" help:"latpred on the machines that measure (default: this program)." type:"path"`
}

// engines are those that there are, by name.
func (f *engineFlags) engines() (map[string]campaign.Engine, error) {
	program := f.Program
	if program == "" {
		var err error
		if program, err = os.Executable(); err != nil {
			return nil, err
		}
	}
	return map[string]campaign.Engine{
		"local":      campaign.Local{Program: program, Slots: f.Slots},
		"slurm":      slurm.Engine{Program: program},
		"kubernetes": kubernetes.Engine{},
	}, nil
}

// status asks the engines how far a campaign is.
func (f *engineFlags) status(ctx context.Context, c *campaign.Folder) (campaign.Status, error) {
	engines, err := f.engines()
	if err != nil {
		return campaign.Status{}, err
	}
	return c.Status(ctx, engines)
}

// lasting errs if shards would be started with a program that is gone soon.
func (f *engineFlags) lasting() error {
	if program, err := os.Executable(); f.Program == "" && err == nil && strings.Contains(program, "go-build") && !strings.HasSuffix(program, ".test") {
		return errors.New("go run removes this program at its end: build it with go build -o latpred ./latpred/cmd/latpred, on a disk that all machines share, and call that")
	}
	return nil
}

// engineText is what an engine would be given.
type engineText struct {
	Engine string `json:"engine"`
	Text   string `json:"text"` // a batch script, a manifest, or the commands of this machine
}

// submit hands shards to an engine, and does the work of engine local.
func (f *engineFlags) submit(ctx context.Context, out *output, c *campaign.Folder, name string, shards []int) error {
	if pool.IsFolder(c.Dir) {
		return fmt.Errorf("%s is measured by a pool: latpred campaign serve goes on with it", c.Dir)
	}
	if err := f.lasting(); name == "slurm" && err != nil {
		return err
	}
	engines, err := f.engines()
	if err != nil {
		return err
	}
	s, err := c.Submit(ctx, name, engines[name], shards)
	if err != nil {
		return err
	}
	local, ok := engines[name].(campaign.Local)
	if !ok {
		if out.JSON() {
			return out.Emit(s)
		}
		out.Printf("%s: shards %s are with %s as %s; latpred campaign status %s says how far they are\n", c.Plan.Name, campaign.Ranges(shards), name, s.ID, c.Dir)
		return nil
	}
	out.saves.Store(true)
	hide := watchShards(ctx, out, c)
	failed := local.Run(ctx, c, shards)
	hide()
	st, err := c.Status(context.WithoutCancel(ctx), engines)
	if err := errors.Join(failed, err); err != nil {
		return fmt.Errorf("%w; %d of %d are measured, latpred campaign resume %s goes on", err, st.Units, st.Of, c.Dir)
	}
	return printStatus(out, st)
}

// goOn submits the shards that are neither complete nor with an engine, to the named one; "":
// to the last.
func (f *engineFlags) goOn(ctx context.Context, out *output, c *campaign.Folder, name string) error {
	st, err := f.status(ctx, c)
	if err != nil {
		return err
	}
	left := st.Left()
	if len(left) == 0 {
		return printStatus(out, st)
	}
	return f.submit(ctx, out, c, cmp.Or(name, st.Engine, "local"), left)
}

// watchShards shows how far all shards are, until hide.
func watchShards(ctx context.Context, out *output, c *campaign.Folder) (hide func()) {
	bar := out.Progress("measuring", c.Units)
	if bar == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for tick := time.NewTicker(2 * time.Second); ; {
			select {
			case <-ctx.Done():
				tick.Stop()
				return
			case <-tick.C:
			}
			done := 0
			for shard := range c.Plan.Shards {
				if p, err := c.Progress(shard + 1); err == nil { // else the end says so
					done += p.Units
				}
			}
			bar.Set(done, "")
		}
	}()
	return func() {
		cancel()
		<-ended
		bar.Done()
	}
}

type campaignSubmitCmd struct {
	Plan   string `arg:"" help:"YAML file: what is measured, in how many shards, on which machines." type:"existingfile"`
	Engine string `enum:"local,slurm,kubernetes" default:"local" help:"Who runs the shards: local, processes of this machine; slurm, an array job; kubernetes, an Indexed Job."`
	Dir    string `help:"Folder of the campaign, on a disk that all machines share (default: the plan's name, here)." type:"path"`
	DryRun bool   `help:"Print what would be submitted, and submit nothing."`
	engineFlags
}

// Run makes the campaign's folder and submits its shards. Of a campaign that is there already
// it submits what is left, as resume does.
func (c *campaignSubmitCmd) Run(ctx context.Context, out *output) error {
	p, err := campaign.ReadFile(c.Plan)
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(cmp.Or(c.Dir, p.Name))
	if err != nil {
		return err
	}
	if c.DryRun {
		return c.print(out, &campaign.Folder{Dir: dir, Plan: p})
	}
	f, err := campaign.Create(dir, c.Plan)
	if err != nil {
		return err
	}
	return c.goOn(ctx, out, f, c.Engine)
}

// print prints what would be submitted.
func (c *campaignSubmitCmd) print(out *output, f *campaign.Folder) error {
	engines, err := c.engines()
	if err != nil {
		return err
	}
	var text []byte
	switch e := engines[c.Engine].(type) {
	case slurm.Engine:
		text, err = slurm.Script(f, e.Program, all(f.Plan.Shards))
	case kubernetes.Engine:
		if text, err = os.ReadFile(c.Plan); err == nil {
			text, err = kubernetes.Manifest(text, f.Plan.Networks.File)
		}
	default:
		var b strings.Builder
		for _, shard := range all(f.Plan.Shards) {
			fmt.Fprintln(&b, "latpred", strings.Join(f.Program(shard), " "))
		}
		text = []byte(b.String())
	}
	if err != nil {
		return err
	}
	if out.JSON() {
		return out.Emit(engineText{c.Engine, string(text)})
	}
	out.Printf("%s", text)
	return nil
}

// all is the numbers from 1 to n.
func all(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i + 1
	}
	return list
}

type campaignResumeCmd struct {
	Dir    string `arg:"" help:"Folder of the campaign." type:"existingdir"`
	Engine string `enum:"local,slurm,kubernetes," default:"" help:"Who runs them (default: who had them last)."`
	engineFlags
}

// Run submits what is left.
func (c *campaignResumeCmd) Run(ctx context.Context, out *output) error {
	f, err := campaign.Open(c.Dir)
	if err != nil {
		return err
	}
	return c.goOn(ctx, out, f, c.Engine)
}

type campaignCancelCmd struct {
	Dir string `arg:"" help:"Folder of the campaign." type:"existingdir"`
	engineFlags
}

// Run cancels all submissions.
func (c *campaignCancelCmd) Run(ctx context.Context, out *output) error {
	f, err := campaign.Open(c.Dir)
	if err != nil {
		return err
	}
	engines, err := c.engines()
	if err != nil {
		return err
	}
	if err := f.Cancel(ctx, engines); err != nil {
		return err
	}
	st, err := f.Status(ctx, engines)
	if err != nil {
		return err
	}
	return printStatus(out, st)
}
