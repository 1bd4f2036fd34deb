package catalog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/data"
	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/atomicfile"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
	"github.com/ofalat/ofalat/latpred/upstream"
)

// transferFolder is the folder, in the project's data, of sources that are fitted already, a
// file for each space.
const transferFolder = "transfer"

// transferSpaces are the spaces whose sources ship.
var transferSpaces = []string{"fbnet-cifar100", "nasbench201"}

// TransferShipped gives the sources for adapting that ship for networks of s, called as HELP
// calls their devices. Those of another space of its family are moved to s. There are none
// for most spaces.
func TransferShipped(s *space.Space) ([]*transfer.Source, error) {
	var sources []*transfer.Source
	for _, id := range transferSpaces {
		of, err := space.ByID(id)
		if err != nil {
			return nil, err
		}
		if of.Family != s.Family {
			continue
		}
		name := transferFolder + "/" + id + ".safetensors"
		content, err := data.Files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		list, err := transfer.ReadSources(content)
		if err != nil {
			return nil, fmt.Errorf("data/%s: %w", name, err)
		}
		sources = append(sources, list...)
	}
	return transfer.Move(transfer.FeaturesOf(s), sources)
}

// TransferSources makes sources for adapting to networks of s. Of the names, "auto" stands for
// all that ship, see TransferShipped, and "none" for nothing; any other is one that ships, a
// file of measurements, or a file of a predictor.
func TransferSources(ctx context.Context, s *space.Space, names []string) (out []*transfer.Source, err error) {
	shipped, err := TransferShipped(s)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		device := name
		if e, err := Find(name); err == nil && e.Benchmark() != "" && e.Space.Family == s.Family {
			device = e.set.Column
		}
		at := slices.IndexFunc(shipped, func(s *transfer.Source) bool { return s.Name == device })
		switch {
		case name == "auto":
			out = append(out, shipped...)
		case name == "none":
		case at >= 0:
			out = append(out, shipped[at])
		default:
			one, err := transferSource(ctx, s, name)
			if errors.Is(err, os.ErrNotExist) {
				return nil, fmt.Errorf("source %s is no file, and none of those that ship for %s: %s", name, s.ID, shippedNames(shipped))
			}
			if err != nil {
				return nil, err
			}
			out = append(out, one)
		}
	}
	return out, ctx.Err()
}

func shippedNames(sources []*transfer.Source) string {
	var names []string
	for _, s := range sources {
		names = append(names, s.Name)
	}
	if names == nil {
		return "there are none"
	}
	return strings.Join(names, ", ")
}

// transferRows is the number of random networks by whose predictions a predictor becomes a
// source.
const transferRows = 1500

// transferSource makes a source of a file: of a predictor's, or else of measurements.
func transferSource(ctx context.Context, s *space.Space, file string) (*transfer.Source, error) {
	if _, err := os.Stat(file); err != nil {
		return nil, err
	}
	var archs []space.Arch
	var ms []float64
	var seen []latpred.Source
	if p, failed := modelfile.Load(file); failed == nil {
		rng := random.Stream(1, "networks of a source")
		for range transferRows {
			archs = append(archs, s.Sample(rng))
		}
		ms, seen = make([]float64, len(archs)), latpred.SourcesOf(p)
		if err := latpred.PassMs(p, ms, archs); err != nil {
			return nil, fmt.Errorf("source %s: %w", file, err)
		}
	} else {
		set, err := upstream.Open(dataset.Options{}, file, nil)
		if err != nil {
			if strings.HasSuffix(file, ".latpred") {
				err = failed
			}
			return nil, fmt.Errorf("source %s: %w", file, err)
		}
		archs, ms, seen = set.Archs(), set.LatenciesMs(), []latpred.Source{{Data: set.Name, DataHash: set.Hash()}}
	}
	f := transfer.FeaturesOf(s)
	rows, err := f.Rows(archs)
	if err != nil {
		return nil, fmt.Errorf("source %s: %w", file, err)
	}
	source, err := transfer.FitSource(file, f, rows, ms)
	if err == nil {
		source.Seen = seen
	}
	return source, errors.Join(err, ctx.Err())
}

// BuildTransfer makes the shipped sources again from HELP's files in the folder from, and
// writes them to dir, the project's data folder: one of each device whose file is there. A
// file that has the same content is left alone.
func BuildTransfer(ctx context.Context, dir, from string) error {
	if err := os.MkdirAll(filepath.Join(dir, transferFolder), 0o755); err != nil {
		return err
	}
	for _, id := range transferSpaces {
		tables, err := upstream.OpenHELPTables(from, id)
		if err != nil {
			return err
		}
		sources, err := fitTables(ctx, tables)
		if err != nil {
			return err
		}
		name := filepath.Join(dir, transferFolder, id+".safetensors")
		if err := atomicfile.WriteChanged(name, func(w io.Writer) error { return transfer.WriteSources(w, transfer.FeaturesOf(tables.Space), sources) }); err != nil {
			return err
		}
	}
	return nil
}

// fitTables makes a source of each of HELP's devices.
func fitTables(ctx context.Context, tables *upstream.HELPTables) (sources []*transfer.Source, err error) {
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
