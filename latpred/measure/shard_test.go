package measure_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
	"pgregory.net/rapid"
)

func TestParseShard(t *testing.T) {
	for text, want := range map[string]measure.Shard{"": {}, "1/1": {Index: 1, Of: 1}, "2/8": {Index: 2, Of: 8}} {
		if s, err := measure.ParseShard(text); err != nil || s != want || s.String() != text {
			t.Errorf("%q: %+v, %v", text, s, err)
		}
	}
	for _, text := range []string{"0/2", "3/2", "2", "/", "1/2/3", "-1/2", "a/b", "1/100001", "1/0"} {
		if s, err := measure.ParseShard(text); err == nil || !strings.Contains(err.Error(), "2/8") {
			t.Errorf("%q: %+v, %v", text, s, err)
		}
	}
}

// Every unit is in one shard, and a longer campaign adds to shards without moving any.
func TestShardCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of, group, n := rapid.IntRange(1, 9).Draw(t, "of"), rapid.IntRange(0, 30).Draw(t, "group"), rapid.IntRange(0, 400).Draw(t, "n")
		sum := 0
		for i := range of {
			s := measure.Shard{Index: i + 1, Of: of}
			c := s.Count(n, group)
			if more := s.Count(n+1, group); more < c || more > c+1 {
				t.Fatalf("shard %v of %d units: %d, of one more: %d", s, n, c, more)
			}
			sum += c
		}
		if sum != n {
			t.Fatalf("shards hold %d units of %d", sum, n)
		}
	})
}

// The shards of a campaign are disjoint, measure the same anchors, and are all of it.
func TestShardsAreTheCampaign(t *testing.T) {
	m, dir := newMachine(), t.TempDir()
	s := spacetest.ByID(t, "mbv3-w1.0")
	archs, err := measure.Sample(s, 1, 11)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	var anchors string
	for i := range 3 {
		d := device(t, m)
		d.Config.Rounds, d.Config.Extra, d.Header.Rounds, d.Header.Extra = 1, -1, 1, 0
		d.Shard = measure.Shard{Index: i + 1, Of: 3}
		path := filepath.Join(dir, fmt.Sprint(i))
		j, err := d.Nets(t.Context(), archs, 1, path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if want := (measure.Shard{Index: i + 1, Of: 3, Group: 2}); j.Header.Shard != want {
			t.Errorf("the header says %+v, want %+v", j.Header.Shard, want)
		}
		for _, r := range j.Results() {
			seen[r.Key] = i
		}
		if a := fmt.Sprint(slices.Sorted(maps.Keys(j.AnchorMs()))); anchors != "" && a != anchors {
			t.Errorf("anchors %s, and %s", anchors, a)
		} else {
			anchors = a
		}
		d.Shard.Index = i%3 + 2
		if d.Shard.Index > 3 {
			d.Shard = measure.Shard{}
		}
		if _, err := d.Nets(t.Context(), archs, 1, path, nil); err == nil || !strings.Contains(err.Error(), "begun with other settings") {
			t.Errorf("another shard into the same journal: %v", err)
		}
	}
	if len(seen) != len(archs) {
		t.Errorf("%d networks are measured, of %d", len(seen), len(archs))
	}
	for i, a := range archs {
		if seen[a.String()] != i/2%3 {
			t.Errorf("network %d is in shard %d, want %d", i, seen[a.String()], i/2%3)
		}
	}
}

// A script that changes between two runs is told by its hash, and a journal that knows none
// is gone on with.
func TestCommandHash(t *testing.T) {
	dir := t.TempDir()
	script := filepath.Join(dir, "time.sh")
	header := func(text string) measure.Header {
		if err := os.WriteFile(script, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return measure.Foreign{Command: "sh '" + script + "' > " + dir + "/log"}.Device(spacetest.ByID(t, "mbv3-w1.0"), "sim", 1, measure.Config{}).Header
	}
	open := func(name string, h measure.Header) error {
		j, err := measure.OpenJournal(filepath.Join(dir, name), h)
		if err != nil {
			return err
		}
		return j.Close()
	}
	first := header("echo 1")
	if len(first.Software[measure.CommandHash]) != 64 {
		t.Fatalf("software %v", first.Software)
	}
	other := header("echo 2")
	without := first
	without.Software = nil
	for _, c := range []struct {
		name       string
		was, now   measure.Header
		acceptable bool
	}{{"same", first, first, true}, {"changed", first, other, false}, {"older", without, first, true}, {"unknown", first, without, true}} {
		if err := open(c.name, c.was); err != nil {
			t.Fatal(err)
		}
		if err := open(c.name, c.now); (err == nil) != c.acceptable {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
