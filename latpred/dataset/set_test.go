package dataset_test

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/space"
)

func TestSubset(t *testing.T) {
	set := open(t, "p40-b64-fixed")
	few := set.Subset([]int{5, 2, 2})
	if few.Rows != 3 || few.Samples[0] != set.Samples[5] || few.Samples[1] != set.Samples[2] || few.Samples[2] != set.Samples[2] || few.Device != set.Device {
		t.Errorf("%+v", few)
	}
	if !slices.Equal(few.LatenciesMs(), []float64{set.Samples[5].LatencyMs, set.Samples[2].LatencyMs, set.Samples[2].LatencyMs}) || few.Archs()[1] != set.Samples[2].Arch {
		t.Errorf("latencies %v of %v", few.LatenciesMs(), few.Archs())
	}
	few.Samples[0].LatencyMs = -1
	if set.Samples[5].LatencyMs < 0 {
		t.Error("a subset shares its rows with the set")
	}
}

// The hash is that of the text of the rows, which predictors in files are identified by:
// another latency, order or number of rows is another hash.
func TestHash(t *testing.T) {
	set := &dataset.Set{Samples: []dataset.Sample{{Arch: space.MustParse(small), LatencyMs: 12.5}, {Arch: space.MustParse(small), LatencyMs: 7}}}
	sum := sha256.Sum256([]byte("arch,latency_ms\n" + small + ",12.5\n" + small + ",7\n"))
	if want := hex.EncodeToString(sum[:]); set.Hash() != want {
		t.Errorf("%s, want %s", set.Hash(), want)
	}
	seen := map[string]bool{set.Hash(): true, set.Subset([]int{1, 0}).Hash(): true, set.Subset([]int{0}).Hash(): true}
	set.Samples[1].LatencyMs = 7.000000000000001
	seen[set.Hash()] = true
	if len(seen) != 4 {
		t.Errorf("%d hashes of four sets", len(seen))
	}
}

// A shipped set knows its space; a file's is the first of its family that has all its
// networks, or the family's reference; networks of two families are in none.
func TestSpace(t *testing.T) {
	if s, err := open(t, "note10-fixed").Space(); err != nil || s.ID != "compofa-fixed-w1.2" {
		t.Errorf("%v, %v", s, err)
	}
	five, six := space.MustParse(small), space.OFA6.Reference().Smallest()
	between := five
	between.Resolution = 164 // which only the reference has
	for name, c := range map[string]struct {
		archs []space.Arch
		want  string // the space's ID, or a part of the error
	}{
		"five stages": {[]space.Arch{five}, space.OFA5.Spaces()[0].ID}, "fine resolutions": {[]space.Arch{five, between}, space.OFA5.Reference().ID},
		"six stages": {[]space.Arch{six}, "proxyless-w1.3"}, "both": {[]space.Arch{five, five, six}, "rows 1 and 3 are networks of different families"}, "none": {nil, "no rows"},
	} {
		set := &dataset.Set{}
		for _, a := range c.archs {
			set.Samples = append(set.Samples, dataset.Sample{Arch: a, LatencyMs: 1})
		}
		s, err := set.Space()
		if err != nil && !strings.Contains(err.Error(), c.want) || err == nil && s.ID != c.want {
			t.Errorf("%s: %v, %v, want %s", name, s, err, c.want)
		}
	}
}
