package measure_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
)

// What ships of the project's own device is what its journals give: latpred data build
// makes it anew.
func TestShippedMeasurements(t *testing.T) {
	made, err := measure.ShippedSet()
	if err != nil {
		t.Fatal(err)
	}
	shipped, err := dataset.Open(measure.Own)
	if err != nil {
		t.Fatal(err)
	}
	var a, b bytes.Buffer
	if err := errors.Join(dataset.Write(&a, made), dataset.Write(&b, shipped)); err != nil {
		t.Fatal(err)
	}
	if a.String() != b.String() || made.Device != shipped.Device || made.SpaceID != shipped.SpaceID || made.Batch != shipped.Batch {
		t.Errorf("data/sets/%s.csv.gz is not what its journal gives", measure.Own)
	}
	if shipped.Rows < 1000 {
		t.Errorf("%d networks, want 1,000 at least", shipped.Rows)
	}
	table, err := measure.ShippedTable()
	if err != nil {
		t.Fatal(err)
	}
	had, err := lut.Open(measure.Own)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(table.Rows, had.Rows) {
		t.Errorf("data/lut/%s.csv.gz is not what its journals give", measure.Own)
	}
	s, err := space.ByID(shipped.SpaceID)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range s.Resolutions {
		if missing := had.Missing(s, r); len(missing) > 0 {
			t.Errorf("the table lacks at %d: %v", r, missing)
		}
	}
}

// The networks that searches found were measured in another process; anchors link
// the two. MEASURING.md's bound across processes is 2 %; a shared machine has more.
func TestShippedSessions(t *testing.T) {
	nets, err := measure.Shipped("nets")
	if err != nil {
		t.Fatal(err)
	}
	found, err := measure.Shipped("found")
	if err != nil {
		t.Fatal(err)
	}
	if nets.Header.Device != found.Header.Device || len(found.Anchors()) != 3 || nets.PerUnit() <= 0 {
		t.Errorf("%s and %s, %d anchors, %v a network", nets.Header.Device, found.Header.Device, len(found.Anchors()), nets.PerUnit())
	}
	if _, err := measure.Shipped("nothing"); err == nil {
		t.Error("a journal that is not there opens")
	}
}

// A journal that somebody measures into may end within a line.
func TestReadJournalInUse(t *testing.T) {
	header := `{"header":{"format":"latpred measure 1","what":"nets","device":"here","rounds":1,"runs":1}}`
	group := `{"begin":{"group":0,"anchors":["x"],"units":["a"],"session":"2026-01-01T00:00:00Z"}}`
	round := `{"round":{"group":0,"round":0,"at":"2026-01-01T00:00:01Z","load":0,"others":0,"min_ms":[1,2],"median_ms":[1,2]}}`
	j, err := measure.ReadJournal(strings.NewReader(header+"\n"+group+"\n"+round+"\n"+round[:40]), "j")
	if err != nil || j.Header.Device != "here" || len(j.Results()) != 1 || j.AnchorMs()["x"] != 1 {
		t.Fatalf("%+v, %v", j, err)
	}
	if _, err := measure.ReadJournal(strings.NewReader(header+"\n"+round+"\n"), "j"); err == nil || !strings.Contains(err.Error(), "j:2") {
		t.Errorf("a round of no group: %v", err)
	}
}
