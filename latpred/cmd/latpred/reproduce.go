package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/ofalat/ofalat/latpred/atomicfile"
	"github.com/ofalat/ofalat/latpred/experiment"
	"github.com/ofalat/ofalat/latpred/figure"
)

type reproduceCmd struct {
	backendFlags
	Items   []string `arg:"" optional:"" help:"What to run: all, or ${items}; nothing where pages or the picture are written from the record alone."`
	Profile string   `enum:"quick,full" default:"quick" help:"quick: seconds, says what it leaves out; full: the paper's sizes, several seeds."`
	Out     string   `help:"Folder for the figures, as SVG and PNG." type:"path"`
	Record  string   `help:"File of results to put these into, in the place of older ones." type:"path"`
	Results []string `aliases:"readme" help:"Pages whose generated part is written anew from the record: RESULTS.md, README.md." type:"path" placeholder:"FILE,..."`
	Picture string   `help:"File for the picture of the headline numbers, drawn anew from the record: PNG or SVG." type:"path"`
	Claims  bool     `help:"Say what became of the paper's claims by the record; run nothing."`
}

// Validate refuses a call that would do nothing.
func (c *reproduceCmd) Validate() error {
	if len(c.Items) == 0 && len(c.Results) == 0 && c.Picture == "" && !c.Claims {
		return errors.New(`expected "<items> ..."`)
	}
	return nil
}

// Run runs the items and prints a table for each: what the paper prints, what
// the authors' released weights give, ours in both protocols, and our best.
func (c *reproduceCmd) Run(ctx context.Context, out *output) error {
	if c.Claims {
		return c.printClaims(out)
	}
	profile, err := experiment.ParseProfile(c.Profile)
	if err != nil {
		return err
	}
	if len(c.Items) == 0 {
		return c.keep(nil)
	}
	if len(c.Items) == 1 && c.Items[0] == "all" {
		c.Items = experiment.Items()
	}
	be, err := c.open(ctx, out, false)
	if err != nil {
		return err
	}
	var results []*experiment.Result
	for _, name := range c.Items {
		var b *bar
		result, err := experiment.Run(ctx, be, name, profile, func(p experiment.Progress) {
			if b == nil {
				b = out.Progress(name, p.Of)
			}
			b.Set(p.Done, p.What)
		})
		b.Done()
		if result != nil {
			results = append(results, result)
			c.print(out, result)
		}
		if err == nil {
			err = errors.Join(c.save(result.Figures), c.keep(result))
		}
		if err != nil {
			if out.JSON() {
				_ = out.Emit(results) // what there is; the error is what matters
			}
			return err
		}
	}
	if out.JSON() {
		return out.Emit(results)
	}
	return nil
}

// keep puts a result into the record, and the record into pages and picture, where
// they are asked for: after each item, so that a long run that is stopped has lost
// nothing. Without a result they are written from the record as it is.
func (c *reproduceCmd) keep(result *experiment.Result) error {
	recorded, err := c.recorded()
	if err != nil {
		return err
	}
	if result != nil {
		recorded = experiment.Merge(recorded, []*experiment.Result{result})
		if err := c.writeRecord(recorded); err != nil {
			return err
		}
	}
	for _, path := range c.Results {
		page, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if page, err = experiment.Embed(page, recorded); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if err := renameio.WriteFile(path, page, 0o644); err != nil {
			return err
		}
	}
	if c.Picture == "" {
		return nil
	}
	picture, err := experiment.HeadlineFigure(recorded)
	if err != nil {
		return err
	}
	return saveFigure(c.Picture, picture, strings.TrimPrefix(filepath.Ext(c.Picture), "."))
}

// recorded are the results of the record's file, where there is one, or else those
// that ship.
func (c *reproduceCmd) recorded() ([]*experiment.Result, error) {
	if c.Record != "" {
		if text, err := os.ReadFile(c.Record); err == nil {
			var recorded []*experiment.Result
			if err := json.Unmarshal(text, &recorded); err != nil {
				return nil, fmt.Errorf("%s: %w", c.Record, err)
			}
			return recorded, nil
		}
	}
	return experiment.Recorded()
}

func (c *reproduceCmd) writeRecord(recorded []*experiment.Result) error {
	if c.Record == "" {
		return nil
	}
	content, err := json.MarshalIndent(recorded, "", " ")
	if err != nil {
		return err
	}
	return renameio.WriteFile(c.Record, append(content, '\n'), 0o644)
}

func (c *reproduceCmd) print(out *output, r *experiment.Result) {
	out.Printf("\n%s  (%s profile, backend %s, %d seeds, %.1f s)\n", r.Title, r.Profile, r.Backend, r.Seeds, r.Seconds)
	if r.Reduced != "" {
		out.Printf("reduced: %s\n", r.Reduced)
	}
	out.Table(experiment.Header(), r.Cells())
	for _, row := range r.Rows {
		if row.Note != "" {
			out.Printf("note: %s: %s\n", row.Quantity, row.Note)
		}
	}
	for _, note := range r.Notes {
		out.Printf("note: %s\n", note)
	}
}

// save writes figures to the folder, where one is asked for.
func (c *reproduceCmd) save(figures []figure.Named) error {
	if c.Out == "" {
		return nil
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	for _, f := range figures {
		for _, format := range []string{"svg", "png"} {
			if err := saveFigure(filepath.Join(c.Out, f.Name+"."+format), f, format); err != nil {
				return fmt.Errorf("figure %s: %w", f.Name, err)
			}
		}
	}
	return nil
}

func saveFigure(path string, f figure.Named, format string) error {
	picture, err := figure.Draw(f.Plot, format)
	if err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error { _, err := picture.WriteTo(w); return err })
}
