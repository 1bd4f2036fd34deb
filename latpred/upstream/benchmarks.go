package upstream

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/ofalat/ofalat/data"
	"github.com/ofalat/ofalat/internal/bounded"
	"github.com/ofalat/ofalat/latpred/atomicfile"
	"github.com/ofalat/ofalat/latpred/dataset"
)

// BuildBenchmarks makes the files of the benchmarks again, see dataset.BenchmarkFile, from
// the upstream files in the folder upstream, and writes them to dir, the project's data folder:
// a column for each device whose file is there, by whatever name. The column of a device that
// the file in dir has and upstream has not is kept. The result says what differs from what was
// in dir before: devices that are new, that are other, and that were kept. A file that has the
// same content is left alone.
func BuildBenchmarks(dir, upstream string) (differs []string, err error) {
	for _, row := range data.Table("benchmarks.csv") {
		tables, err := OpenHELPTables(upstream, row["space"])
		if err != nil {
			return differs, err
		}
		name := filepath.Join(dir, filepath.FromSlash(dataset.BenchmarkFile(row["space"])))
		before, err := readColumns(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return differs, err
		}
		now, err := tables.columns()
		if err != nil {
			return differs, err
		}
		for _, d := range before.differences(now) {
			differs = append(differs, row["name"]+": "+d)
		}
		if err := before.keepIn(now, name); err != nil {
			return differs, err
		}
		if err := atomicfile.WriteChanged(name, now.write); err != nil {
			return differs, err
		}
	}
	return differs, nil
}

// columns are the cells of a benchmark's file: the networks, and latencies by device.
type columns struct {
	networks []string
	devices  map[string][]string
}

// columns reads all of HELP's devices.
func (h *HELPTables) columns() (*columns, error) {
	names, err := h.Devices()
	if err != nil {
		return nil, err
	}
	c := &columns{devices: map[string][]string{}}
	for _, a := range h.Archs {
		c.networks = append(c.networks, a.String())
	}
	for _, name := range names {
		ms, err := h.LatenciesMs(name)
		if err != nil {
			return nil, err
		}
		for _, v := range ms {
			c.devices[name] = append(c.devices[name], strconv.FormatFloat(v, 'g', -1, 64))
		}
	}
	return c, nil
}

// maxTable is the largest size of a benchmark's table, in bytes, unpacked; those that ship have 6 MB.
const maxTable = 256 << 20

// readColumns reads a benchmark's file. Without the file it has no columns.
func readColumns(name string) (*columns, error) {
	c := &columns{devices: map[string][]string{}}
	f, err := bounded.Open(name)
	if err != nil {
		return c, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	text, err := bounded.ReadAll(z, name, maxTable)
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, fmt.Errorf("%s: %w", name, cmp.Or(err, io.ErrUnexpectedEOF))
	}
	for _, row := range rows[1:] {
		c.networks = append(c.networks, row[0])
		for i, cell := range row[1:] {
			c.devices[rows[0][i+1]] = append(c.devices[rows[0][i+1]], cell)
		}
	}
	return c, nil
}

func (c *columns) names() []string {
	var names []string
	for name := range c.devices {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// differences says what now has otherwise.
func (c *columns) differences(now *columns) (list []string) {
	groups := map[string][]string{}
	const added, changed, kept = "new: ", "other latencies: ", "kept, for upstream has no file of them: "
	for _, name := range now.names() {
		switch old, known := c.devices[name]; {
		case !known:
			groups[added] = append(groups[added], name)
		case !slices.Equal(old, now.devices[name]):
			groups[changed] = append(groups[changed], name)
		}
	}
	for _, name := range c.names() {
		if now.devices[name] == nil {
			groups[kept] = append(groups[kept], name)
		}
	}
	if c.networks != nil && !slices.Equal(c.networks, now.networks) {
		list = append(list, "other networks")
	}
	for _, what := range []string{added, changed, kept} {
		if groups[what] != nil {
			list = append(list, what+strings.Join(groups[what], ", "))
		}
	}
	return list
}

// keepIn adds to now the devices that it lacks. It errs if they are of other networks.
func (c *columns) keepIn(now *columns, name string) error {
	for device, cells := range c.devices {
		if now.devices[device] != nil {
			continue
		}
		if !slices.Equal(c.networks, now.networks) {
			return fmt.Errorf("%s: upstream has other networks, and no file of %s", name, device)
		}
		now.devices[device] = cells
	}
	return nil
}

// write writes the table, devices in the order of their names.
func (c *columns) write(w io.Writer) error {
	out := csv.NewWriter(w)
	names := c.names()
	if err := out.Write(append([]string{"arch"}, names...)); err != nil {
		return err
	}
	for i, network := range c.networks {
		row := []string{network}
		for _, name := range names {
			row = append(row, c.devices[name][i])
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
