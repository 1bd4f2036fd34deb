package dataset

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/ofalat/ofalat/data"
	"github.com/ofalat/ofalat/latpred/encode"
)

// Index describes the sets that ship with the project.
func Index() []Info { return slices.Clone(index()) }

var index = sync.OnceValue(func() []Info {
	var infos []Info
	for _, row := range shippedTable("index.csv") {
		infos = append(infos, Info{
			Name: row["name"], Alias: row["alias"], Title: row["title"], Device: row["device"],
			Batch: int(row.number("batch")), SpaceID: row["space"], Encoding: row["encoding"], Rows: int(row.number("rows")),
			Repository: row["repository"], Licence: row["licence"], Path: row["upstream_path"], Timing: row["timing"],
		})
	}
	return infos
})

// Open reads a set: one that ships, by its name or upstream's, or else a file in
// our CSV format. The error for neither lists the names.
func Open(nameOrFile string) (*Set, error) {
	var names []string
	for _, info := range index() {
		if nameOrFile == info.Name || nameOrFile == info.Alias {
			return openShipped(info)
		}
		names = append(names, info.Name)
	}
	f, err := os.Open(nameOrFile)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%q is neither a file nor one of the shipped sets: %s", nameOrFile, strings.Join(names, ", "))
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return Read(f, nameOrFile)
}

func openShipped(info Info) (*Set, error) {
	name := "sets/" + info.Name + ".csv.gz"
	f, err := data.Files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s, err := Read(f, "data/"+name)
	if err != nil {
		return nil, err
	}
	if s.Rows != info.Rows {
		return nil, fmt.Errorf("data/%s has %d rows, index.csv says %d", name, s.Rows, info.Rows)
	}
	s.Info = info
	return s, nil
}

// GPUs lists data sheets of graphics cards; the paper's two are among them.
func GPUs() []encode.GPU {
	var gpus []encode.GPU
	for _, row := range shippedTable("gpus.csv") {
		gpus = append(gpus, encode.GPU{
			ID: row["id"], Name: row["name"], Cores: int(row.number("cuda_cores")), RAMGB: row.number("ram_gb"),
			BandwidthGBs: row.number("bandwidth_gb_per_s"), BoostMHz: row.number("boost_mhz"), FP32TFLOPS: row.number("fp32_tflops"),
			L2MB: row.number("l2_mb"), Source: row["source"], AuthorsValues: row["authors_values"] == "true",
		})
	}
	return gpus
}

// GPU finds a data sheet by id; the error lists those there are.
func GPU(id string) (encode.GPU, error) {
	var ids []string
	for _, g := range GPUs() {
		if g.ID == id {
			return g, nil
		}
		ids = append(ids, g.ID)
	}
	return encode.GPU{}, fmt.Errorf("no GPU %q: there are %s", id, strings.Join(ids, ", "))
}

// tableRow is a row of a shipped table by column name.
type tableRow map[string]string

// number is a cell's value, 0 where it is empty.
func (row tableRow) number(column string) float64 {
	if row[column] == "" {
		return 0
	}
	v, err := strconv.ParseFloat(row[column], 64)
	if err != nil {
		panic(fmt.Sprintf("dataset: shipped table, column %s: %v", column, err))
	}
	return v
}

// shippedTable reads a small embedded CSV file; that it can't be read is a
// mistake in the program.
func shippedTable(name string) []tableRow {
	f, err := data.Files.Open(name)
	if err != nil {
		panic("dataset: " + err.Error())
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		panic("dataset: data/" + name + ": " + err.Error())
	}
	var rows []tableRow
	for _, cells := range all[1:] {
		row := tableRow{}
		for c, column := range all[0] {
			row[column] = cells[c]
		}
		rows = append(rows, row)
	}
	return rows
}
