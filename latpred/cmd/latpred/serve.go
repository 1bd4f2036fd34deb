package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/serve"
)

type serveCmd struct {
	Addr      string          `default:"127.0.0.1:8765" help:"Address to listen on; :0 takes a free port. Others than this machine can ask where it names no address."`
	Model     []predictorName `help:"Predictor to serve beside the shipped devices, the name of what ships or a file; may be repeated." sep:"none" predictor:"name"`
	Table     []string        `help:"Lookup table to serve: a file or folder; may be repeated." type:"path" sep:"none"`
	Benchmark []string        `enum:"fbnet,nasbench201" help:"Serve the devices of other spaces that ship, too: fbnet or nasbench201; may be repeated."`
	Space     string          `help:"Search space of --model and --table (default: what they are known to be of)." predictor:"space"`
	Only      bool            `help:"Serve --model, --table and --benchmark alone."`
	Host      []string        `placeholder:"NAME" help:"Name by which clients call this server, beside localhost and addresses in numbers; requests for other names are refused, as web pages can make browsers send them. May be repeated."`
	MaxBatch  int             `default:"4096" min:"1" max:"1000000" help:"Networks of a request."`
	MaxBody   int64           `default:"1048576" min:"1" max:"1073741824" help:"Bytes of a request."`
	Timeout   time.Duration   `default:"30s" min:"1ms" max:"24h" help:"Of a request."`
}

// serving is what serve --json prints when it listens.
type serving struct {
	Address string `json:"address"`
	Devices int    `json:"devices"` // number of them
}

// Run serves until it is interrupted.
func (c *serveCmd) Run(ctx context.Context, out *output) error {
	devices, err := c.devices(ctx)
	if err != nil {
		return err
	}
	s, err := serve.New(devices, serve.Config{
		MaxBatch: c.MaxBatch, MaxBody: c.MaxBody, Timeout: c.Timeout, Hosts: hosts(c.Host), Log: slog.New(slog.NewJSONHandler(out.stderr, nil)),
	})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return err
	}
	address := "http://" + l.Addr().String()
	if out.JSON() {
		if err := out.Emit(serving{address, len(devices)}); err != nil {
			return err
		}
	}
	out.Printf("%d devices at %s\n", len(devices), address)
	if out.stdout.err != nil { // nobody knows where it is
		return errors.Join(out.stdout.err, l.Close())
	}
	out.patient.Store(true) // requests that were begun are answered
	return s.Serve(ctx, l)
}

// hosts are names as package serve compares them.
func hosts(names []string) []string {
	for i, name := range names {
		names[i] = strings.ToLower(strings.TrimSuffix(name, "."))
	}
	return names
}

// devices are those of --model and --table, called yours, those of --benchmark and those that
// ship.
func (c *serveCmd) devices(ctx context.Context) (list []*serve.Device, err error) {
	for _, name := range c.Model {
		d, err := serve.Open(ctx, string(name), c.Space)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	for _, path := range c.Table {
		flags := tableFlags{path, c.Space}
		t, s, err := flags.open()
		if err != nil {
			return nil, err
		}
		if err := checkTable(path, t, s); err != nil {
			return nil, err
		}
		p, err := additive.NewLookup(t, s)
		if err != nil {
			return nil, err
		}
		d := serve.FromPredictor(t.Device, t.Device, p, s)
		d.Origin = "yours"
		list = append(list, d)
	}
	for _, e := range catalog.Benchmarks() {
		if !slices.Contains(c.Benchmark, e.Benchmark()) {
			continue
		}
		d, err := serve.FromEntry(e)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	if c.Only {
		return list, nil
	}
	shipped, err := serve.Shipped()
	return append(list, shipped...), err
}
