package lut

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"github.com/ofalat/ofalat/data"
)

// maxYAML is the largest size of a table file, bytes; OFA's have 15 kB.
const maxYAML = 4 << 20

// yamlRow is a row in a file. ProxylessNAS' table has the variance.
type yamlRow struct {
	Count *int     `yaml:"count"`
	Mean  *float64 `yaml:"mean"`
	Std   *float64 `yaml:"std"`
	Var   *float64 `yaml:"var"`
}

func (row yamlRow) entry() (Entry, error) {
	if row.Var != nil && row.Std == nil && *row.Var >= 0 {
		std := math.Sqrt(*row.Var)
		row.Std = &std
	}
	if row.Count == nil || row.Mean == nil || row.Std == nil {
		return Entry{}, errors.New("needs count, mean and std, or var for std")
	}
	e := Entry{*row.Count, *row.Mean, *row.Std}
	return e, e.validate()
}

// ReadYAML reads the rows of one resolution, by key, in OFA's format, or in ProxylessNAS',
// which has var (the variance) in place of std. JSON of the same form is YAML too. Errors
// give name, which should be the file's, and the line or the key.
func ReadYAML(r io.Reader, name string) (map[string]Entry, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxYAML+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(text) > maxYAML {
		return nil, fmt.Errorf("%s: larger than the %d MB that a lookup table may have", name, maxYAML>>20)
	}
	var rows map[string]yamlRow
	if err := yaml.UnmarshalWithOptions(text, &rows, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %s", name, yaml.FormatError(err, false, false))
	}
	return entries(rows, name)
}

func entries(rows map[string]yamlRow, name string) (map[string]Entry, error) {
	out := make(map[string]Entry, len(rows))
	for key, row := range rows {
		e, err := row.entry()
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", name, key, err)
		}
		out[key] = e
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: no rows", name)
	}
	return out, nil
}

func (e Entry) validate() error {
	for _, v := range []float64{e.MeanMs, e.StdMs} {
		if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
			return fmt.Errorf("%v is no time in milliseconds", v)
		}
	}
	if e.Count <= 0 {
		return fmt.Errorf("count is %d, want at least 1", e.Count)
	}
	return nil
}

var columns = []string{"resolution", "layer", "count", "mean_ms", "std_ms"}

// WriteCSV writes all rows of t, resolutions and keys ascending, with every
// float64 exact: the format of the tables in data/lut.
func WriteCSV(w io.Writer, t *Table) error {
	out := csv.NewWriter(w)
	err := out.Write(columns)
	exact := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	for _, r := range t.Resolutions() {
		for _, key := range slices.Sorted(maps.Keys(t.Rows[r])) {
			e := t.Rows[r][key]
			err = errors.Join(err, out.Write([]string{strconv.Itoa(r), key, strconv.Itoa(e.Count), exact(e.MeanMs), exact(e.StdMs)}))
		}
	}
	out.Flush()
	return errors.Join(err, out.Error())
}

// ReadCSV adds to t the rows that WriteCSV wrote. The caller sets Device and SpaceID,
// which the format does not contain. Errors refer to the file as name.
func (t *Table) ReadCSV(r io.Reader, name string) error {
	in := csv.NewReader(r)
	header, err := in.Read()
	if err != nil || !slices.Equal(header, columns) {
		return fmt.Errorf("%s: header %v, want %v (%w)", name, header, columns, err)
	}
	t.Rows = map[int]map[string]Entry{}
	for {
		row, err := in.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		resolution, err1 := strconv.Atoi(row[0])
		count, err2 := strconv.Atoi(row[2])
		mean, err3 := strconv.ParseFloat(row[3], 64)
		std, err4 := strconv.ParseFloat(row[4], 64)
		e := Entry{count, mean, std}
		if err := errors.Join(err1, err2, err3, err4, e.validate()); err != nil {
			line, _ := in.FieldPos(0)
			return fmt.Errorf("%s:%d: %w", name, line, err)
		}
		if t.Rows[resolution] == nil {
			t.Rows[resolution] = map[string]Entry{}
		}
		t.Rows[resolution][row[1]] = e
	}
}

// Note10 is the Samsung Note10 table that OFA's authors measured: 17 resolutions, width
// 1.2, TensorFlow Lite, batch 1. It is shared: don't change it.
func Note10() *Table { return shipped("note10") }

// Shipped describes a table that ships with the project.
type Shipped struct {
	Name    string // of the table, see Open
	SpaceID string // of the space whose layers it has
	Entry   string // name of its entry in package catalog
	Set     string // name of a set measured on the same device; "": none
	Title   string // for people
}

// Index describes the tables that ship.
func Index() []Shipped { return slices.Clone(index()) }

var index = sync.OnceValue(func() (list []Shipped) {
	for _, row := range data.Table("tables.csv") {
		list = append(list, Shipped{row["name"], row["space"], row["entry"], row["set"], row["title"]})
	}
	return list
})

// Describe finds the description of a table that ships, by its name; the error lists the
// names.
func Describe(name string) (Shipped, error) {
	for _, t := range index() {
		if t.Name == name {
			return t, nil
		}
	}
	return Shipped{}, fmt.Errorf("lut: no table %q ships: there are %s", name, strings.Join(Names(), ", "))
}

// Names lists the names of the tables that ship, ascending.
func Names() (names []string) {
	for _, t := range index() {
		names = append(names, t.Name)
	}
	slices.Sort(names)
	return names
}

var (
	shippedMu     sync.Mutex
	shippedTables = map[string]*Table{}
)

// shipped reads an embedded table once.
func shipped(name string) *Table {
	shippedMu.Lock()
	defer shippedMu.Unlock()
	if t := shippedTables[name]; t != nil {
		return t
	}
	known, err := Describe(name)
	if err != nil {
		panic(err.Error()) // only names of the index come here
	}
	t := &Table{Device: name, SpaceID: known.SpaceID}
	file := "lut/" + name + ".csv.gz"
	f, err := data.Files.Open(file)
	if err != nil {
		panic("lut: " + err.Error()) // the file is embedded
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err == nil {
		err = t.ReadCSV(z, "data/"+file)
	}
	if err != nil {
		panic("lut: " + err.Error())
	}
	shippedTables[name] = t
	return t
}
