package lut

import (
	"compress/gzip"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/ofalat/ofalat/data"
)

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
