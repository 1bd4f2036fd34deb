package measure

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Joined journals are written and read again; divided, every time is; and groups tell where
// they come from.
func TestConcat(t *testing.T) {
	j, err := ReadJournal(strings.NewReader(twoGroups), "j")
	if err != nil {
		t.Fatal(err)
	}
	before := j.Results()
	whole := Concat(j.Header, Part{Journal: j}, Part{j, []float64{0, 2}})
	var text bytes.Buffer
	if err := whole.Write(&text); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "whole")
	if err := os.WriteFile(path, text.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	opened, err := OpenJournal(path, j.Header) // it can be gone on with
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	n := len(before)
	got := opened.Results()
	if len(got) != n+len(j.Groups()[1].Units) {
		t.Fatalf("%d results of %d", len(got), n)
	}
	for i, r := range got {
		want := before[min(i, n-1)]
		if i < n && r.LatencyMs != want.LatencyMs || i >= n && (r.LatencyMs != before[n-1].LatencyMs/2 || r.Group != 2) {
			t.Errorf("result %d is %+v", i, r)
		}
	}
	for _, g := range opened.Groups() {
		if g.From != "j" || g.Rounds < 1 {
			t.Errorf("%+v", g)
		}
	}
	if again := j.Results(); again[n-1] != before[n-1] {
		t.Error("the journal itself was divided")
	}
}

// The noise of a group's labels is that of Noise, which is over all groups.
func TestGroupNoise(t *testing.T) {
	j, err := Shipped("nets")
	if err != nil {
		t.Fatal(err)
	}
	var squares, n float64
	for _, g := range j.Groups() {
		k := float64(len(g.Anchors) + len(g.Units))
		squares, n = squares+k*g.LabelCV*g.LabelCV, n+k
	}
	if got, want := math.Sqrt(squares/n), j.Noise().Label; math.Abs(got-want) > 1e-12 {
		t.Errorf("labels of the groups have a CV of %v, those of the journal %v", got, want)
	}
}
