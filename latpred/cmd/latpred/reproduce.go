package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/internal/bounded"
	"github.com/ofalat/ofalat/latpred/atomicfile"
	"github.com/ofalat/ofalat/latpred/experiment"
	"github.com/ofalat/ofalat/latpred/figure"
)

type reproduceCmd struct {
	backendFlags
	Items   []string `arg:"" optional:"" help:"What to run: all, or ${items}; of transfer also a single task, as transfer/FD; nothing where pages or the picture are written from the record alone."`
	Profile string   `enum:"quick,full" default:"quick" help:"quick: seconds, says what it leaves out; full: the paper's sizes, several seeds."`
	Out     string   `help:"Folder for the figures, as SVG and PNG." type:"path"`
	Record  string   `help:"File of results to put these into, in the place of older ones." type:"path"`
	Results []string `aliases:"readme" help:"Pages whose generated part is written anew from the record: RESULTS.md, README.md." type:"path" placeholder:"FILE,..."`
	Picture string   `help:"File for the picture of the headline numbers, drawn anew from the record: PNG or SVG." type:"path"`
	Claims  bool     `help:"Say what became of the paper's claims by the record; run nothing."`
	Check   bool     `help:"Compare what comes out with the record of the same profile, and the paper's claims with the record: exit status 1 if something changed. Writes nothing."`
}

// Validate refuses a call that would do nothing, and a check of a record that the same
// call writes.
func (c *reproduceCmd) Validate() error {
	writes := c.Record != "" || len(c.Results) > 0 || c.Picture != ""
	alone := slices.ContainsFunc(c.Items, func(name string) bool { return strings.Contains(name, "/") })
	switch {
	case alone && (c.Check || writes):
		return errors.New("a task alone, such as transfer/FD, is not recorded: it goes with no --check, --record, --results or --picture")
	case c.Check && writes:
		return errors.New("--check compares with the record that ships: it goes with no --record, --results or --picture")
	case len(c.Items) == 0 && len(c.Results) == 0 && c.Picture == "" && !c.Claims:
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
	if len(c.Items) == 1 && c.Items[0] == "all" {
		c.Items = experiment.Items()
	}
	if c.Check {
		return c.check(ctx, out, profile)
	}
	if err := c.ready(); err != nil {
		return err
	}
	results, err := c.run(ctx, out, profile, func(result *experiment.Result) error {
		c.print(out, result)
		return nil
	})
	if out.JSON() && len(results) > 0 {
		err = errors.Join(err, out.Emit(results)) // after an error what there is
	}
	if err != nil {
		return err
	}
	return c.write(results)
}

// run runs the items and calls done with each result, figures and record being saved; after
// an error with that of the item as well, which has the rows that were complete. It returns
// all results.
func (c *reproduceCmd) run(ctx context.Context, out *output, profile experiment.Profile, done func(*experiment.Result) error) ([]*experiment.Result, error) {
	if len(c.Items) == 0 {
		return nil, nil
	}
	be, err := c.open(ctx, out, false)
	if err != nil {
		return nil, err
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
		if result == nil {
			return results, err
		}
		results = append(results, result)
		if err == nil {
			err = errors.Join(c.save(result.Figures), c.keep(result))
		}
		if err := errors.Join(done(result), err); err != nil {
			return results, err
		}
	}
	return results, nil
}

// maxPage is the largest size of a page with results, in bytes.
const maxPage = 16 << 20

// ready errs if what is read or written after the items could not be: the record, which is
// parsed, the pages, which must have a place for results, the picture and the figures.
func (c *reproduceCmd) ready() error {
	if _, err := c.recorded(); err != nil {
		return err
	}
	for _, path := range c.Results {
		page, err := bounded.ReadFile(path, maxPage)
		if err != nil {
			return err
		}
		if err := experiment.HasPlace(page); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	if format := filepath.Ext(c.Picture); c.Picture != "" && format != ".png" && format != ".svg" {
		return fmt.Errorf("--picture %s: want a name that ends in .png or .svg", c.Picture)
	}
	return errors.Join(writable(c.Record, c.Picture), writable(c.Results...), folder(c.Out))
}

// keep puts a result into the file of the record, where one is named: after each item, so
// that a long run that is stopped has lost nothing.
func (c *reproduceCmd) keep(result *experiment.Result) error {
	if c.Record == "" {
		return nil
	}
	shipped, err := c.shipped()
	if err != nil {
		return err
	}
	return experiment.UpdateRecord(c.Record, shipped, []*experiment.Result{result})
}

// write writes pages and picture, where they are asked for, from the record with results
// in the place of older ones. It errs, with nothing written, if the record holds results of
// different code.
func (c *reproduceCmd) write(results []*experiment.Result) error {
	if len(c.Results) == 0 && c.Picture == "" {
		return nil
	}
	recorded, err := c.recorded()
	if err != nil {
		return err
	}
	recorded = experiment.Merge(recorded, results)
	pages := make([][]byte, len(c.Results))
	for i, path := range c.Results {
		page, err := bounded.ReadFile(path, maxPage)
		if err != nil {
			return err
		}
		if pages[i], err = experiment.Embed(page, recorded); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	for i, path := range c.Results {
		if err := atomicfile.WriteBytes(path, pages[i]); err != nil {
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

// recorded are the results of the record's file, where there is one, or else those that
// ship.
func (c *reproduceCmd) recorded() ([]*experiment.Result, error) {
	if c.Record != "" {
		if recorded, err := experiment.ReadRecord(c.Record); !errors.Is(err, os.ErrNotExist) {
			return recorded, err
		}
	}
	return c.shipped()
}

// shipped are the results that ship: those that a new record begins with, of the profile
// that runs.
func (c *reproduceCmd) shipped() ([]*experiment.Result, error) {
	profile, err := experiment.ParseProfile(c.Profile)
	if err != nil || c.Record == "" {
		return experiment.Recorded()
	}
	return experiment.RecordedOf(profile)
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
	for _, about := range r.About {
		out.Printf("note: %s\n", about.Text)
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
