package dataset

import (
	"fmt"
	"slices"
	"sync"

	"github.com/ofalat/ofalat/data"
	"github.com/ofalat/ofalat/latpred"
)

// Index describes the sets that ship with the project.
func Index() []Info { return slices.Clone(index()) }

var index = sync.OnceValue(func() []Info {
	var infos []Info
	for _, row := range data.Table("index.csv") {
		infos = append(infos, Info{
			Name: row["name"], Alias: row["alias"], Title: row["title"], Device: row["device"], Hardware: row["hardware"],
			Batch: int(row.Number("batch")), GPU: row["gpu"], SpaceID: row["space"], Encoding: row["encoding"], Rows: int(row.Number("rows")),
			Repository: row["repository"], Licence: row["licence"], Path: row["upstream_path"], Timing: row["timing"],
			SumsOf: row["sums_of"],
			Queue:  Queue{Depth: int(row.Number("queue_depth")), LaunchMs: row.Number("launch_ms"), States: int(row.Number("host_states"))},
		})
	}
	return append(infos, benchmarkSets()...)
})

// Open reads a set: one that ships, by its Name or Alias, or else a file in the format of
// this package. If there is neither, the error lists the names.
func Open(nameOrFile string) (*Set, error) { return Options{}.Open(nameOrFile) }

func (o Options) openShipped(info Info) (*Set, error) {
	name := "sets/" + info.Name + ".csv.gz"
	if info.Column != "" {
		if o.LatencyColumn != "" {
			return nil, fmt.Errorf("%s is of one device: it has no column %q of another", info.Name, o.LatencyColumn)
		}
		name, o.LatencyColumn = BenchmarkFile(info.SpaceID), info.Column
	}
	f, err := data.Files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s, err := o.Read(f, "data/"+name)
	if err != nil {
		return nil, err
	}
	if s.Rows != info.Rows && len(o.Where) == 0 {
		return nil, fmt.Errorf("data/%s has %d rows, index.csv says %d", name, s.Rows, info.Rows)
	}
	rows := s.Rows
	s.Info = info
	s.Rows = rows
	if info.Column != "" { // other devices' columns are left out, and need not be named
		s.Warnings = slices.DeleteFunc(s.Warnings, func(w latpred.Warning) bool { return w.Kind == latpred.WarnColumns })
	}
	return s, nil
}
