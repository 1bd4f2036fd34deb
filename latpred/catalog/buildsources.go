package catalog

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/atomicfile"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
	"github.com/ofalat/ofalat/latpred/upstream"
)

// sourcesFolder is the folder, in the project's data, of sources that are fitted already.
const sourcesFolder = "transfer"

// shippedFile has the sources of a space.
type shippedFile struct {
	space string
	fit   func(ctx context.Context, from string) ([]*transfer.Source, error) // from the folder of upstream files
}

// name is the file's name in the project's data.
func (f shippedFile) name() string { return sourcesFolder + "/" + f.space + ".safetensors" }

var shippedFiles = []shippedFile{
	{"mbv3-w1.0", func(ctx context.Context, _ string) ([]*transfer.Source, error) { return fitEntries(ctx) }},
	{"fbnet-cifar100", func(ctx context.Context, from string) ([]*transfer.Source, error) {
		return fitTables(ctx, from, "fbnet-cifar100")
	}},
	{"nasbench201", func(ctx context.Context, from string) ([]*transfer.Source, error) {
		return fitTables(ctx, from, "nasbench201")
	}},
}

// BuildSources makes the shipped sources again, from the shipped sets of OFA's networks and
// from HELP's files in the folder from, and writes them to dir, the project's data folder. A
// file that has the same content is left alone.
func BuildSources(ctx context.Context, dir, from string) error {
	if err := os.MkdirAll(filepath.Join(dir, sourcesFolder), 0o755); err != nil {
		return err
	}
	for _, file := range shippedFiles {
		sources, err := file.fit(ctx, from)
		if err != nil {
			return err
		}
		s, err := space.ByID(file.space)
		if err != nil {
			return err
		}
		if err := atomicfile.WriteChanged(filepath.Join(dir, file.name()), func(w io.Writer) error { return transfer.WriteSources(w, transfer.FeaturesOf(s), sources) }); err != nil {
			return err
		}
	}
	return nil
}

// fitEntries makes a source of each set that is one: times of passes, fitted to the first 70 %
// of its rows.
func fitEntries(ctx context.Context) (sources []*transfer.Source, err error) {
	for _, e := range entries() {
		if !e.isSource {
			continue
		}
		f, err := e.fit()
		if err := errors.Join(err, ctx.Err()); err != nil {
			return nil, err
		}
		sources = append(sources, &transfer.Source{Name: e.Name, Times: f.model, Seen: []latpred.Source{f.seen}})
	}
	return sources, nil
}

// fitTables makes a source of each of HELP's devices whose file is there.
func fitTables(ctx context.Context, from, id string) (sources []*transfer.Source, err error) {
	tables, err := upstream.OpenHELPTables(from, id)
	if err != nil {
		return nil, err
	}
	f := transfer.FeaturesOf(tables.Space)
	rows, err := f.Rows(tables.Archs)
	if err != nil {
		return nil, err
	}
	devices, err := tables.Devices()
	if err != nil {
		return nil, err
	}
	for _, device := range devices {
		set, err := tables.Set(device)
		if err != nil {
			return nil, err
		}
		s, err := transfer.FitSource(device, f, rows, set.LatenciesMs())
		if err := errors.Join(err, ctx.Err()); err != nil {
			return nil, err
		}
		s.Seen = []latpred.Source{{Data: upstream.HELP + " " + tables.Space.ID + " " + device, DataHash: set.Hash()}}
		sources = append(sources, s)
	}
	return sources, nil
}
