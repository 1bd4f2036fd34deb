package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/ofalat/ofalat/latpred/explain"
	"github.com/ofalat/ofalat/latpred/figure"
)

type explainCmd struct {
	archArgument
	Model       predictorName `required:"" help:"Predictor: the name of what ships, or a file." predictor:"name"`
	Space       string        `placeholder:"ID" help:"Space, and so width, of the network: an error if the predictor is known to be of another." predictor:"space"`
	Resolutions []int         `default:"160,176,192,208,224" min:"1" max:"4096" help:"Resolutions to try."`
	Top         int           `default:"8" min:"0" max:"10000" help:"How many savings to print."`
	Figure      string        `help:"File for a figure, .svg or .png." type:"path"`
}

// Run prints the parts of a latency and what would save most.
func (c *explainCmd) Run(ctx context.Context, out *output) error {
	if err := writable(c.Figure); err != nil {
		return err
	}
	p, err := c.Model.load(ctx)
	if err != nil {
		return err
	}
	if err := checkSpace(out, c.Model, p, c.Space); err != nil {
		return err
	}
	a, told, err := c.read()
	if err == nil {
		err = predictable(out, p, a, told)
	}
	if err != nil {
		return err
	}
	e, err := explain.Explain(p, a, c.Resolutions)
	if err != nil {
		return err
	}
	if c.Figure != "" {
		if err := c.draw(e); err != nil {
			return err
		}
	}
	if out.JSON() {
		return out.Emit(e)
	}
	out.Printf("%s: %.4f ms\n", a, e.LatencyMs)
	if b := e.Breakdown; b != nil {
		if b.HostLimited {
			out.Printf("The true pass takes %.4f ms: the clock of the training data was started too early.\n", b.TrueMs)
		}
		var rows [][]string
		for _, s := range b.Segments {
			choice := s.Choice
			if s.Kernel > 0 {
				choice = fmt.Sprintf("k%d e%d", s.Kernel, s.Expand)
			}
			rows = append(rows, []string{s.Name, choice, fmt.Sprintf("%.4f", s.Ms), fmt.Sprintf("%.1f", 100*s.Ms/b.TrueMs)})
		}
		out.Table([]string{"part", "choice", "ms", "%"}, rows)
	}
	var rows [][]string
	for _, s := range e.Savings[:min(c.Top, len(e.Savings))] {
		rows = append(rows, []string{s.Change, fmt.Sprintf("%.4f", s.SavesMs), fmt.Sprintf("%.4f", s.LatencyMs)})
	}
	out.Printf("\n")
	out.Table([]string{"what saves most", "saves ms", "then ms"}, rows)
	return nil
}

func (c *explainCmd) draw(e *explain.Explanation) error {
	if e.Breakdown == nil {
		return fmt.Errorf("%s: its kind can't tell where the time goes, so there is no figure", c.Model)
	}
	var names []string
	var ms []float64
	for _, s := range e.Breakdown.Segments {
		names, ms = append(names, s.Name), append(ms, s.Ms)
	}
	plot, err := figure.Parts(fmt.Sprintf("Where %.2f ms go", e.Breakdown.TrueMs), "ms", names, ms)
	if err != nil {
		return err
	}
	return saveFigure(c.Figure, figure.Named{Name: "explain", Plot: plot}, strings.TrimPrefix(filepath.Ext(c.Figure), "."))
}
