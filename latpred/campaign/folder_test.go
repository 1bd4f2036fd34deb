package campaign

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/measure"
)

// standIn is an engine that knows of tasks what the test says, by submission.
type standIn map[string]map[int]Task

func (standIn) Submit(_ context.Context, _ *Folder, shards []int) (string, error) {
	return Ranges(shards), nil
}

func (s standIn) Tasks(_ context.Context, _ *Folder, id string) (map[int]Task, error) {
	return s[id], nil
}

func (standIn) Cancel(context.Context, *Folder, string) error { return nil }

// folder makes a campaign of 8 networks in 4 shards of a group each.
func folder(t *testing.T) *Folder {
	t.Helper()
	plan := filepath.Join(t.TempDir(), "plan.yaml")
	if err := os.WriteFile(plan, []byte("name: a\nnetworks: {sample: 8}\nshards: 4\nprotocol: {group: 2, rounds: 1}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := Create(filepath.Join(t.TempDir(), "a"), plan)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// fill writes the journal of a shard with so many finished groups of two.
func fill(t *testing.T, f *Folder, shard, groups int) {
	t.Helper()
	text := `{"header":{"format":"latpred measure 1","what":"nets","space":"mbv3-w1.0","device":"d","batch":1,"rounds":1,"extra":0,"runs":1,"statistic":"` + measure.Statistic + `","machine":null}}` + "\n"
	for range groups {
		text += `{"begin":{"group":0,"units":["a","b"],"session":"2026-01-01T00:00:00Z"}}` + "\n" +
			`{"round":{"group":0,"round":0,"at":"2026-01-01T00:00:00Z","load":0,"others":0,"min_ms":[1,2],"median_ms":[1,2]}}` + "\n"
	}
	if err := os.WriteFile(f.Journal(shard), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Whether a shard is complete its journal says, whatever an engine does; what is left to
// submit is neither complete nor with an engine.
func TestStatus(t *testing.T) {
	f := folder(t)
	e := standIn{
		"1-4": {1: {State: Running}, 2: {State: Complete}, 3: {State: Failed, Reason: "killed"}, 4: {State: Running}},
		"3":   {3: {State: Waiting}},
		"4":   {4: {State: Failed}}, // of a task that was submitted twice, the one that runs counts
	}
	for _, shards := range [][]int{{1, 2, 3, 4}, {3}, {4}} {
		if _, err := f.Submit(t.Context(), "here", e, shards); err != nil {
			t.Fatal(err)
		}
	}
	fill(t, f, 1, 1)
	engines := map[string]Engine{"here": e}
	check := func(left []int, want ...State) {
		t.Helper()
		s, err := f.Status(t.Context(), engines)
		if err != nil {
			t.Fatal(err)
		}
		var got []State
		for _, sh := range s.Shards {
			got = append(got, sh.State)
		}
		if !slices.Equal(got, want) || !slices.Equal(s.Left(), left) || s.Units != 2 || s.Of != 8 || s.Engine != "here" {
			t.Errorf("%v, left %v: %+v; want %v and %v", got, s.Left(), s, want, left)
		}
	}
	check(nil, Complete, Away, Waiting, Running)
	fill(t, f, 2, 0)
	delete(e, "3")
	delete(e["1-4"], 4)
	check([]int{3, 4}, Complete, Away, Failed, Failed)
	clear(e)
	check([]int{2, 3, 4}, Complete, Stopped, Stopped, Stopped)
	if _, err := f.Status(t.Context(), nil); err == nil || !strings.Contains(err.Error(), `"here", which is no engine here`) {
		t.Errorf("without the engine: %v", err)
	}
}

func TestFolder(t *testing.T) {
	f := folder(t)
	want := []string{"measure", "nets", "--n", "8", "--seed", "1", "--space", "mbv3-w1.0", "--batch", "1", "--threads", "1", "--shard", "2/4", "--group", "2", "--rounds", "1",
		"--out", filepath.Join(f.Dir, "journals", "shard-0002-of-0004.csv")}
	if got := f.Program(2); !slices.Equal(got, want) {
		t.Errorf("program %q", got)
	}
	if _, err := Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "is no campaign") {
		t.Errorf("an empty folder: %v", err)
	}
	if err := os.WriteFile(f.Journal(1), []byte("no journal\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Status(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "shard-0001-of-0004.csv.journal:1") {
		t.Errorf("a damaged journal: %v", err)
	}
	if got := Ranges([]int{1, 2, 3, 5, 9, 10}); got != "1-3,5,9-10" {
		t.Errorf("ranges %s", got)
	}
}
