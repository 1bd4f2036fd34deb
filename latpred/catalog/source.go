package catalog

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/data"
	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
	"github.com/ofalat/ofalat/latpred/upstream"
)

// IsSource reports whether the entry is one of the default sources for adapting: a set,
// of measurements or of sums over a lookup table, whose space ties no choices.
func (e *Entry) IsSource() bool { return e.isSource }

// SourceNames lists the names of the entries that are sources; see Entry.IsSource.
func SourceNames() (names []string) {
	for _, e := range entries() {
		if e.isSource {
			names = append(names, e.Name)
		}
	}
	return names
}

// Shipped gives the sources for adapting that ship for networks of s, which are fitted already.
// Those of OFA's networks are tables of times of passes, from the first 70 % of the rows of the
// sets that SourceNames lists. Those of others are called as HELP calls their devices; of
// another space of its family they are moved to s. There are none for some spaces.
func Shipped(s *space.Space) ([]*transfer.Source, error) {
	var sources []*transfer.Source
	for _, file := range shippedFiles {
		of, err := space.ByID(file.space)
		if err != nil {
			return nil, err
		}
		if of.Family != s.Family {
			continue
		}
		content, err := data.Files.ReadFile(file.name())
		if err != nil {
			return nil, err
		}
		list, err := transfer.ReadSources(content)
		if err != nil {
			return nil, fmt.Errorf("data/%s: %w", file.name(), err)
		}
		sources = append(sources, list...)
	}
	return transfer.Move(transfer.FeaturesOf(s), sources)
}

// Sources makes sources for adapting to networks of s. Of the names, "auto" stands for all that
// ship, see Shipped, and "none" for nothing; any other is one that ships, an entry, a file of
// measurements, or a file of a predictor. Files take a moment; ctx can end it between names.
func Sources(ctx context.Context, s *space.Space, names []string) (out []*transfer.Source, err error) {
	shipped, err := Shipped(s)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		switch name {
		case "auto":
			out = append(out, shipped...)
			continue
		case "none":
			continue
		}
		one, err := source(ctx, s, name, shipped)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, ctx.Err()
}

// source makes the source with a name.
func source(ctx context.Context, s *space.Space, name string, shipped []*transfer.Source) (*transfer.Source, error) {
	e, err := Find(name)
	known := name
	if err == nil {
		if known = e.Name; e.Benchmark() != "" && e.Space.Family == s.Family {
			known = e.set.Column
		}
	}
	if at := slices.IndexFunc(shipped, func(s *transfer.Source) bool { return s.Name == name || s.Name == known }); at >= 0 {
		return shipped[at], nil
	}
	if err != nil {
		return fileSource(ctx, s, name, shipped)
	}
	if e.Tied() {
		return nil, fmt.Errorf("%s can't be adapted from: %s ties choices to each other, so that their times can't be told apart; there are %s",
			e.Name, e.Space.ID, namesOf(shipped))
	}
	p, err := e.Predictor(ctx)
	if err != nil {
		return nil, err
	}
	return adapt.SourceOf(ctx, name, p, s)
}

// namesOf lists sources.
func namesOf(sources []*transfer.Source) string {
	var names []string
	for _, s := range sources {
		names = append(names, s.Name)
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, ", ")
}

// fileSource makes a source of a file: of a predictor's, or else of measurements.
func fileSource(ctx context.Context, s *space.Space, file string, shipped []*transfer.Source) (*transfer.Source, error) {
	if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("source %s is no file, and none of those that ship for %s: %s", file, s.ID, namesOf(shipped))
	}
	p, failed := modelfile.Load(file)
	if failed == nil {
		return adapt.SourceOf(ctx, file, p, s)
	}
	set, err := upstream.Open(dataset.Options{}, file, nil)
	if err != nil {
		if strings.HasSuffix(file, ".latpred") {
			err = failed
		}
		return nil, fmt.Errorf("source %s: %w", file, err)
	}
	out, err := adapt.FitSource(file, s, set.Archs(), set.LatenciesMs())
	if err == nil {
		out.Seen = []latpred.Source{{Data: set.Name, DataHash: set.Hash()}}
	}
	return out, errors.Join(err, ctx.Err())
}
