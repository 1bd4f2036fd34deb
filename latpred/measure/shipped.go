package measure

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/ofalat/ofalat/data"
	"github.com/ofalat/ofalat/latpred/atomicfile"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/space"
)

// Own is the name of the device that the project measured itself, one thread of an AMD
// EPYC (Zen 4): the name of its data set, of its lookup table and of the folder of the
// journals that these are made from.
const Own = "epyc-zen4-b1"

// Shipped reads a journal of the project's own measurements: "nets" (the data set),
// "found" (networks that searches found) or a resolution of the lookup table, such as
// "160". It errs on other names.
func Shipped(what string) (*Journal, error) {
	name := "journals/" + Own + "/" + what + ".jsonl.gz"
	f, err := data.Files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("data/%s: %w", name, err)
	}
	return ReadJournal(z, "data/"+name)
}

// ShippedSet makes the data set Own from its journal.
func ShippedSet() (*dataset.Set, error) {
	j, err := Shipped("nets")
	if err != nil {
		return nil, err
	}
	return j.Set()
}

// WriteShipped writes ShippedSet and ShippedTable to the project's data folder dir, as
// sets/<Own>.csv.gz and lut/<Own>.csv.gz. A file whose content would not change is not
// touched.
func WriteShipped(dir string) error {
	set, err := ShippedSet()
	if err != nil {
		return err
	}
	table, err := ShippedTable()
	if err != nil {
		return err
	}
	return errors.Join(
		atomicfile.WriteChanged(filepath.Join(dir, "sets", Own+".csv.gz"), func(w io.Writer) error { return dataset.Write(w, set) }),
		atomicfile.WriteChanged(filepath.Join(dir, "lut", Own+".csv.gz"), func(w io.Writer) error { return lut.WriteCSV(w, table) }))
}

// ShippedTable makes the lookup table Own from its journals, one for each resolution of
// its space.
func ShippedTable() (*lut.Table, error) {
	known, err := lut.Describe(Own)
	if err != nil {
		return nil, err
	}
	s, err := space.ByID(known.SpaceID)
	if err != nil {
		return nil, err
	}
	t := &lut.Table{Device: Own, SpaceID: s.ID, Rows: map[int]map[string]lut.Entry{}}
	for _, r := range s.Resolutions {
		j, err := Shipped(fmt.Sprint(r))
		if err != nil {
			return nil, err
		}
		t.Rows[r] = j.Rows()
	}
	return t, nil
}
