package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/ofalat/ofalat/latpred/campaign"
	"github.com/ofalat/ofalat/latpred/pool"
	"github.com/ofalat/ofalat/latpred/pool/broker"
)

type campaignServeCmd struct {
	Plan       string `arg:"" help:"YAML file: what is measured, on which devices." type:"existingfile"`
	Dir        string `help:"Folder of the campaign (default: the plan's name, here); the same command goes on from it." type:"path"`
	URL        string `name:"url" placeholder:"URL" help:"NATS server or cluster with JetStream (default: the plan's nats.url, or else a server in this process)."`
	Listen     string `placeholder:"HOST:PORT" help:"Where the server in this process listens (default: 127.0.0.1:4222); for other machines give it a token, and TLS."`
	ListenCert string `placeholder:"FILE" help:"Certificate of that server, with --listen-key." type:"path"`
	ListenKey  string `placeholder:"FILE" help:"Its key." type:"path"`
	Kinds      int    `default:"1" min:"1" max:"10000" help:"Kinds of devices (model, system, driver, runner) that measure the plan, each all of it; devices of further kinds get nothing."`
	poolFlags
}

// served is the result of campaign serve --json.
type served struct {
	pool.Status
	Journals []string `json:"journals"`
}

// Run offers a plan's groups to a pool until all are measured.
func (c *campaignServeCmd) Run(ctx context.Context, out *output) error {
	p, err := campaign.ReadFile(c.Plan)
	if err != nil {
		return err
	}
	work, err := broker.FromPlan(p)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Plan, err)
	}
	url := cmp.Or(c.URL, p.NATS.URL)
	if url != "" && c.Listen != "" {
		return errors.New("--listen: the pool is at " + url + ", which is a server already")
	}
	if work.Dir, err = filepath.Abs(cmp.Or(c.Dir, p.Name)); err != nil {
		return err
	}
	f, err := campaign.Create(work.Dir, c.Plan)
	if err != nil {
		return err
	}
	before, err := f.Submissions()
	if err == nil && len(before) > 0 {
		err = fmt.Errorf("%s was submitted in shards: take another folder", f.Dir)
	}
	if err != nil {
		return err
	}
	if p.Device.Pool != "" {
		c.Pool = p.Device.Pool
	}
	if url == "" {
		server, err := c.server(work.Dir)
		if err != nil {
			return err
		}
		defer server.Close()
		url = server.URL()
		out.Logf("the pool %s is at %s: latpred worker --pool %s --url %s lets a device measure", c.Pool, url, c.Pool, url)
	}
	return c.serve(ctx, out, url, work)
}

// server starts the server in this process.
func (c *campaignServeCmd) server(dir string) (*broker.Server, error) {
	token, err := c.token()
	if err != nil {
		return nil, err
	}
	return broker.StartServer(broker.ServerOptions{
		Listen: cmp.Or(c.Listen, ownServer), Dir: filepath.Join(dir, "nats"), Token: token, Cert: c.ListenCert, Key: c.ListenKey,
	})
}

// serve coordinates, and says what came of it.
func (c *campaignServeCmd) serve(ctx context.Context, out *output, url string, work broker.Campaign) error {
	out.patient.Store(true) // its end is bounded elsewhere: a measurement closes its journal, the server its files
	p, err := c.connect(ctx, out, url, time.Minute)
	if err != nil {
		return err
	}
	defer p.Close()
	work.Limits.Kinds = c.Kinds
	units := 0
	for _, g := range work.Groups {
		units += len(g)
	}
	bar := out.Progress("measuring", units)
	work.Observe = func(s pool.Status) { bar.Set(progress(s)) }
	status, stopped := p.Coordinate(ctx, work)
	bar.Done()
	journals, err := filepath.Glob(filepath.Join(work.Dir, "journals", "*.jsonl"))
	if err := errors.Join(stopped, err); err != nil {
		return fmt.Errorf("%w; what is measured is in %s, the same command goes on from there", err, work.Dir)
	}
	if out.JSON() {
		return out.Emit(served{status, journals})
	}
	printPool(out, status)
	out.Printf("latpred campaign collect %s joins the journals\n", work.Dir)
	return nil
}

// progress is how many networks are measured, of the kind that is furthest behind, and what
// the devices do.
func progress(s pool.Status) (networks int, note string) {
	for i, k := range s.Kinds {
		if i == 0 || k.Networks < networks {
			networks = k.Networks
		}
	}
	states := map[string]int{}
	for _, d := range s.Devices {
		states[d.State]++
	}
	for _, state := range []string{"measuring", "idle", "resting", "not ready", "silent", "refused"} {
		if n := states[state]; n > 0 {
			if note != "" {
				note += ", "
			}
			note += fmt.Sprintf("%d %s", n, state)
		}
	}
	return networks, cmp.Or(note, "no worker is there")
}
