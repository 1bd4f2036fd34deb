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

// Own names the device that the project measured itself: a set, a table and the
// journals that they are made from.
const Own = "epyc-zen4-b1"

// Shipped reads a journal of the project's own measurements: "nets", "found" (the
// networks that searches found) or a resolution of the table, such as "160".
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

// ShippedSet makes the set Own from its journal.
func ShippedSet() (*dataset.Set, error) {
	j, err := Shipped("nets")
	if err != nil {
		return nil, err
	}
	return j.Set()
}

// WriteShipped makes the set and the table of the project's own device from their
// journals and writes them to the project's data folder. Files that have the same
// content are left alone.
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

// ShippedTable makes the table Own from its journals.
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
