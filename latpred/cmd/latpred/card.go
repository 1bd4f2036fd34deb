package main

import (
	"context"
	"errors"
	"io"

	"github.com/ofalat/ofalat/latpred/atomicfile"
	"github.com/ofalat/ofalat/latpred/card"
	"github.com/ofalat/ofalat/latpred/dataset"
)

type cardCmd struct {
	rowFlags
	Model predictorName `arg:"" help:"Predictor: the name of what ships, or a file." predictor:"name"`
	Data  string        `help:"Shipped set or file of measurements that judges it (default: the set that it was made from, if that ships). The rows that it has not seen count." predictor:"name"`
	Space string        `placeholder:"ID" help:"Space, and so width, of the networks of --data." predictor:"space"`
	Out   string        `help:"File for the page (default: standard output)." type:"path"`
}

// Run writes a predictor's card: Markdown, or with --json its facts.
func (c *cardCmd) Run(ctx context.Context, out *output) error {
	if c.Out != "" {
		if err := errors.Join(writable(c.Out), apart(c.Out, string(c.Model), c.Data)); err != nil {
			return err
		}
	}
	var set *dataset.Set
	if c.Data != "" {
		var err error
		if set, err = c.openSet(out, c.Data, c.Space); err != nil {
			return err
		}
	}
	facts, err := card.New(ctx, string(c.Model), set)
	if err != nil {
		return err
	}
	if c.Out != "" {
		if err := atomicfile.Write(c.Out, func(w io.Writer) error { return facts.Markdown(w) }); err != nil {
			return err
		}
	}
	if out.JSON() {
		return out.Emit(facts)
	}
	if c.Out != "" {
		out.Printf("%s\n", c.Out)
		return nil
	}
	return facts.Markdown(out.stdout)
}
