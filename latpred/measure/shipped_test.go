package measure_test

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
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

// The networks that searches found were measured by other processes. The three anchors link
// them: their medians agree within 2 %, and dividing by them moves no label by more than 3 %.
// The bounds on the noise are those of a shared machine; the rounds that labels come from are
// quiet ones.
func TestShippedSessions(t *testing.T) {
	nets, err := measure.Shipped("nets")
	if err != nil {
		t.Fatal(err)
	}
	found, err := measure.Shipped("found")
	if err != nil {
		t.Fatal(err)
	}
	if nets.Header.Device != found.Header.Device || len(nets.Results()) != 1040 || len(found.Results()) != 20 {
		t.Errorf("%d networks on %s and %d on %s", len(nets.Results()), nets.Header.Device, len(found.Results()), found.Header.Device)
	}
	then, now := nets.AnchorMs(), found.AnchorMs()
	if len(then) != 3 || len(now) != 3 {
		t.Fatalf("anchors %v and %v, want the same three", then, now)
	}
	for _, u := range measure.AnchorUnits(spacetest.ByID(t, nets.Header.Space), nil) { // a campaign of today has the same
		if then[u.Key] == 0 {
			t.Errorf("%s is no anchor of the shipped sessions", u.Key)
		}
	}
	for key, ms := range then {
		if ratio := now[key] / ms; !(math.Abs(ratio-1) < 0.02) {
			t.Errorf("%s took %v ms and then %v", key, ms, now[key])
		}
	}
	plain, linked := found.Results(), found.Normalised(then).Results()
	for i, r := range linked {
		if r.Key != plain[i].Key || !(math.Abs(r.LatencyMs/plain[i].LatencyMs-1) < 0.03) {
			t.Errorf("%s: %v ms, with the anchors of the other session %v", r.Key, plain[i].LatencyMs, r.LatencyMs)
		}
	}
	if f := nets.Noise().Factor; slices.Min(f) != 0.9757 || slices.Max(f) != 1.04682 { // as the datasheet has it: 0.976 to 1.047
		t.Errorf("the anchors' factors reach from %v to %v", slices.Min(f), slices.Max(f))
	}
	for what, c := range map[string]struct {
		journal  *measure.Journal
		sessions int
		perUnit  float64 // seconds; 0: no process measured two groups
	}{"nets": {nets, 1, 2.08}, "found": {found, 3, 0}} {
		n := c.journal.Noise()
		if n.Sessions != c.sessions || n.Others < 0 || n.Others > measure.QuietOthers || !(n.Label > 0.005 && n.Label < 0.02) || !(n.Groups > 0.01 && n.Groups < 0.03) || !(math.Abs(n.Drift) < 0.03) {
			t.Errorf("%s: noise %+v", what, n)
		}
		if s := c.journal.PerUnit().Seconds(); !(math.Abs(s-c.perUnit) < 0.01) {
			t.Errorf("%s: %v seconds a network, want %v", what, s, c.perUnit)
		}
	}
	layers, err := measure.Shipped("160")
	if err != nil {
		t.Fatal(err)
	}
	if err := measure.WriteSet(&bytes.Buffer{}, layers); err == nil || !strings.Contains(err.Error(), "160.jsonl.gz") {
		t.Errorf("a journal of layers as a set of networks: %v", err)
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
