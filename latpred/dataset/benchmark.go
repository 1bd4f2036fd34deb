package dataset

import (
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/data"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/space"
)

// BenchmarkFile is the file, in the project's data folder, of the measurements of a benchmark:
// the same networks on many devices. It is a table with a column arch and a column of
// milliseconds for each device, called as upstream calls it. Info.Column tells which is a set's.
func BenchmarkFile(spaceID string) string { return "benchmarks/" + spaceID + ".csv.gz" }

// benchmarkSets describes the sets of all benchmarks, one for each column of their files.
func benchmarkSets() (infos []Info) {
	devices := map[string]data.Row{}
	for _, row := range data.Table("helpdevices.csv") {
		devices[row["help"]] = row
	}
	for _, row := range data.Table("benchmarks.csv") {
		columns, err := benchmarkColumns(BenchmarkFile(row["space"]))
		if errors.Is(err, fs.ErrNotExist) { // not built yet
			continue
		}
		of, unknown := space.ByID(row["space"])
		if err := errors.Join(err, unknown); err != nil {
			panic("dataset: data/benchmarks.csv: " + err.Error())
		}
		for _, column := range columns {
			infos = append(infos, benchmarkSet(row, of, column, devices[column]))
		}
	}
	return infos
}

// benchmarkSet describes the set of a column. device is what is known of the device, and is
// empty for one of which nothing is.
func benchmarkSet(benchmark data.Row, of *space.Space, column string, device data.Row) Info {
	id := cmp.Or(device["device"], strings.ReplaceAll(column, "_", "-"))
	title := cmp.Or(device["hardware"], column)
	batch := int(device.Number("batch"))
	if batch > 0 {
		title += fmt.Sprintf(", batch %d", batch)
	}
	return Info{
		Name: benchmark["name"] + "-" + id, Class: device["class"], Alias: benchmark["name"] + "/" + column, Title: title + ", " + benchmark["title"] + " (HELP)",
		Device: "help-" + id, Hardware: device["hardware"], Batch: batch, GPU: device["gpu"], SpaceID: of.ID, Encoding: encode.Of(of).Name(),
		Rows: int(benchmark.Number("networks")), Repository: benchmark["repository"], Licence: benchmark["licence"],
		Path: benchmark["upstream_folder"] + "/" + column + ".pt", Timing: benchmark["timing"], Column: column,
		NotRun: slices.Contains(strings.Fields(benchmark["not_run"]), column),
	}
}

// benchmarkColumns reads the names of the devices of a shipped file.
func benchmarkColumns(name string) ([]string, error) {
	f, err := data.Files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	header, err := csv.NewReader(z).Read()
	if err != nil {
		return nil, err
	}
	return header[1:], nil
}
