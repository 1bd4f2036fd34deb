package upstream

import (
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/ofalat/ofalat/internal/bounded"
	"github.com/ofalat/ofalat/latpred/atomicfile"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/pytorch"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/tensor"
)

// The repositories of the shipped sets. The project's own sets have none.
const (
	Authors = "OFANAS/OFANAS_PerformanceEstimation" // of the paper
	HELP    = "HayeonLee/HELP"
)

// Build makes the shipped files again from the upstream files in the folder upstream, and
// writes them to dir, the project's data folder: the sets of the index, the Note10 table,
// the accuracy predictor's weights, and the networks and heads that the paper's authors
// released. It leaves out the project's own measurements, which package measure makes from
// data/journals, and the benchmarks, see BuildBenchmarks. Each file is written whole or not at all, and one that has the same
// content is left alone.
func Build(dir, upstream string) error {
	archs, err := parseFile(upstream, HELP+"/data/ofa/ofa_archs.pt", ParseHELPArchs)
	if err != nil {
		return err
	}
	for _, info := range dataset.Index() {
		if info.Repository == "" || info.Column != "" { // a column: see BuildBenchmarks
			continue
		}
		s, err := buildSet(info, upstream, archs)
		if err != nil {
			return err
		}
		name := filepath.Join(dir, "sets", info.Name+".csv.gz")
		if err := atomicfile.WriteChanged(name, func(w io.Writer) error { return dataset.Write(w, s) }); err != nil {
			return err
		}
	}
	table, err := buildTable(upstream)
	if err != nil {
		return err
	}
	name := filepath.Join(dir, "lut", "note10.csv.gz")
	if err := atomicfile.WriteChanged(name, func(w io.Writer) error { return lut.WriteCSV(w, table) }); err != nil {
		return err
	}
	if err := buildReleased(dir, upstream); err != nil {
		return err
	}
	weights, err := pytorch.ReadStateDict(filepath.Join(upstream, Authors, "tutorial/checkpoints/acc_predictor.pth"))
	if err != nil {
		return err
	}
	return atomicfile.WriteChanged(filepath.Join(dir, "accuracy-predictor.safetensors"), func(w io.Writer) error {
		b := tensor.NewBundle()
		for _, t := range weights {
			b.Put(t)
		}
		return b.Write(w, nil)
	})
}

// buildSet reads a set from its upstream file.
func buildSet(info dataset.Info, upstream string, helpArchs []space.Arch) (*dataset.Set, error) {
	s := &dataset.Set{Info: info}
	place := info.Repository + "/" + info.Path
	var err error
	if info.Repository == HELP {
		var latencies []float64
		if latencies, err = parseFile(upstream, place, ParseHELPLatencies); err == nil && len(latencies) != len(helpArchs) {
			err = fmt.Errorf("%s: %d latencies for %d architectures", place, len(latencies), len(helpArchs))
		}
		for i, ms := range latencies {
			s.Samples = append(s.Samples, dataset.Sample{Arch: helpArchs[i], LatencyMs: ms})
		}
	} else {
		s.Samples, err = parseFile(upstream, place, ParseAuthorsCSV)
	}
	if err != nil {
		return nil, err
	}
	space, err := space.ByID(info.SpaceID)
	if err != nil {
		return nil, err
	}
	for i, row := range s.Samples {
		if err := space.Validate(row.Arch); err != nil {
			return nil, fmt.Errorf("%s: row %d: %w", place, i+1, err)
		}
	}
	if len(s.Samples) != info.Rows {
		return nil, fmt.Errorf("%s: %d rows, the index says %d", place, len(s.Samples), info.Rows)
	}
	return s, nil
}

var tableName = regexp.MustCompile(`/(\d+)_lookup_table\.yaml$`)

// buildTable reads the Note10 table from its files, one for each resolution.
func buildTable(upstream string) (*lut.Table, error) {
	t := &lut.Table{Device: "note10", Rows: map[int]map[string]lut.Entry{}}
	for _, f := range Manifest() {
		m := tableName.FindStringSubmatch(f.Path)
		if m == nil {
			continue
		}
		r, err := strconv.Atoi(m[1])
		if err != nil {
			return nil, err
		}
		if t.Rows[r], err = parseFile(upstream, f.Place(), lut.ReadYAML); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// parseFile opens the file at a place (see File.Place) in the folder upstream and parses
// it.
func parseFile[T any](upstream, place string, parse func(io.Reader, string) (T, error)) (T, error) {
	f, err := bounded.Open(filepath.Join(upstream, filepath.FromSlash(place)))
	if err != nil {
		var none T
		return none, err
	}
	defer f.Close()
	return parse(f, place)
}
