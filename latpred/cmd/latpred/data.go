package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/audit"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/upstream"
)

type dataCmd struct {
	List  dataListCmd  `cmd:"" help:"List the sets that ship with the project."`
	Fetch dataFetchCmd `cmd:"" help:"Download the upstream files into a cache, resuming and verifying."`
	Build dataBuildCmd `cmd:"" help:"Make the shipped files again from the upstream files."`
	Check dataCheckCmd `cmd:"" help:"Look for what is wrong with sets."`
	Merge dataMergeCmd `cmd:"" help:"Join journals of several machines or processes, by their common anchors."`
}

type dataListCmd struct{}

// setRow is a set in the output of data list --json.
type setRow struct {
	Name       string `json:"name"`
	Title      string `json:"title"`
	Device     string `json:"device"`
	Batch      int    `json:"batch"`
	Space      string `json:"space"`
	Encoding   string `json:"encoding"`
	Rows       int    `json:"rows"`
	Repository string `json:"repository"`
	Licence    string `json:"licence"`
	Timing     string `json:"timing"`
}

// Run lists the shipped sets.
func (*dataListCmd) Run(out *output) error {
	var rows []setRow
	var cells [][]string
	for _, s := range dataset.Index() {
		rows = append(rows, setRow{s.Name, s.Title, s.Device, s.Batch, s.SpaceID, s.Encoding, s.Rows, s.Repository, s.Licence, s.Timing})
		cells = append(cells, []string{s.Name, s.Title, s.SpaceID, fmt.Sprint(s.Rows), s.Licence})
	}
	if out.JSON() {
		return out.Emit(rows)
	}
	out.Table([]string{"name", "what", "space", "rows", "licence"}, cells)
	return nil
}

type dataFetchCmd struct {
	Out    string `help:"Folder to fill (default: LATPRED_DATA_CACHE, or the user's cache)." type:"path"`
	Mirror string `env:"LATPRED_DATA_MIRROR" help:"Folder or http address to read from instead of the repositories."`
}

// fetched is the result of data fetch --json.
type fetched struct {
	Files  int    `json:"files"`
	Folder string `json:"folder"`
}

// Run downloads what is not there yet.
func (c *dataFetchCmd) Run(ctx context.Context, out *output) (err error) {
	if c.Out == "" {
		if c.Out, err = upstream.CacheDir(); err != nil {
			return err
		}
	}
	out.saves.Store(true)
	files := upstream.Manifest()
	bar := out.Progress("fetching", len(files))
	err = upstream.Fetch(ctx, c.Out, c.Mirror, files, func(p upstream.Progress) {
		bar.Set(p.Files, fmt.Sprintf("%.1f of %.1f MB", float64(p.Bytes)/1e6, float64(p.OfAll)/1e6))
	})
	bar.Done()
	if err != nil {
		return err
	}
	if out.JSON() {
		return out.Emit(fetched{len(files), c.Out})
	}
	out.Printf("%d files, verified, in %s\n", len(files), c.Out)
	return nil
}

type dataBuildCmd struct {
	Out string `default:"data" help:"The project's data folder." type:"existingdir"`
}

// built is the result of data build --json.
type built struct {
	Bytes   int64    `json:"bytes"`
	Changed []string `json:"changed"` // files that are not what they were before
	Differs []string `json:"differs"` // what differs between the files of a benchmark and their copies
	Folder  string   `json:"folder"`
	Sets    int      `json:"sets"` // number of them
}

// Run makes the shipped files again.
func (c *dataBuildCmd) Run(ctx context.Context, out *output) error {
	if err := folder(c.Out); err != nil {
		return err
	}
	dir, err := upstream.Dir()
	if err != nil {
		return err
	}
	if err := upstream.Verify(dir, upstream.Manifest()); err != nil {
		return err
	}
	before, _, err := written(c.Out)
	if err != nil {
		return err
	}
	differs, err := upstream.BuildBenchmarks(c.Out, dir)
	if err := errors.Join(err, upstream.Build(c.Out, dir), measure.WriteShipped(c.Out), catalog.BuildSources(ctx, c.Out, dir)); err != nil {
		return err
	}
	after, bytes, err := written(c.Out)
	if err != nil {
		return err
	}
	made := []string{}
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if before[name] != after[name] {
			made = append(made, name)
		}
	}
	if out.JSON() {
		return out.Emit(built{bytes, made, differs, c.Out, len(dataset.Index())})
	}
	out.Printf("sets, benchmarks, tables, the accuracy predictor and sources for other spaces in %s: %d files, %.1f MB\n", c.Out, len(after), float64(bytes)/1e6)
	if len(made) == 0 {
		out.Printf("all are as they were\n")
	}
	for _, name := range made {
		out.Printf("changed: %s\n", name)
	}
	for _, text := range differs {
		out.Printf("%s\n", text)
	}
	return nil
}

// written gives the time at which each file in dir was written, by its name there, and the
// size of all. Building leaves files alone that hold the same.
func written(dir string) (files map[string]time.Time, bytes int64, err error) {
	files = map[string]time.Time{}
	err = filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		files[name] = info.ModTime()
		bytes += info.Size()
		return err
	})
	return files, bytes, err
}

type dataCheckCmd struct {
	rowFlags
	Space string   `placeholder:"ID" help:"Space of the networks of files that have latencies alone, in the order in which HELP lists them." predictor:"space"`
	Sets  []string `arg:"" optional:"" help:"Names of shipped sets, or files (default: all shipped sets)."`
}

// Help is shown below the flags.
func (*dataCheckCmd) Help() string {
	return "The exit status is 0 where nothing is doubtful: how columns were read is only told."
}

// Run prints what audit.Check finds, and errs if it is anything: more than how columns were
// read.
func (c *dataCheckCmd) Run(ctx context.Context, out *output) error {
	if len(c.Sets) == 0 {
		for _, info := range dataset.Index() {
			c.Sets = append(c.Sets, info.Name)
		}
	}
	o, err := c.options()
	if err != nil {
		return err
	}
	o.SkipUnmeasured, o.Mixed = true, true // they are findings
	var sets []*dataset.Set
	var findings []audit.Finding
	for _, name := range c.Sets {
		set, err := openIn(o, name, c.Space)
		if err != nil {
			return err
		}
		sets = append(sets, set)
		for _, w := range set.Warnings {
			findings = append(findings, audit.Finding{Set: set.Name, Kind: w.Kind, Message: w.Message})
		}
	}
	bar := out.Progress("checking", len(sets))
	found, err := audit.Check(ctx, sets, func(done int) { bar.Set(done, "") })
	bar.Done()
	if err != nil {
		return err
	}
	findings = append(findings, found...)
	doubts := false
	for _, f := range findings {
		if f.Kind != latpred.WarnColumns {
			doubts = true
		}
		out.Printf("%s: %s: %s\n", f.Set, f.Kind, f.Message)
	}
	out.Printf("%d findings in %d sets\n", len(findings), len(sets))
	if out.JSON() {
		if err := out.Emit(findings); err != nil {
			return err
		}
	}
	if doubts {
		return fmt.Errorf("there are doubts about %s", strings.Join(c.Sets, ", "))
	}
	return nil
}
