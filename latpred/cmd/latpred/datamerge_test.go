package main

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
)

// The commands of docs/several-machines.md run, on nodes of different speed, and give what one
// node gives.
func TestSeveralMachinesPage(t *testing.T) {
	page, err := os.ReadFile("../../../docs/several-machines.md")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	if err := os.WriteFile("on-my-board", []byte(onMyBoard), 0o755); err != nil {
		t.Fatal(err)
	}
	slow := map[string]string{"part-1.csv": "1", "part-2.csv": "1.1", "part-3.csv": "1.21", "all.csv": "1.1", "few-1.csv": ".9", "few-2.csv": "1.3"}
	commands := 0
	for line := range strings.Lines(string(page)) {
		if command, ok := strings.CutPrefix(line, "latpred "); ok {
			command, into, _ := strings.Cut(command, ">")
			args := words(command)
			t.Setenv("NODE", slow[args[len(args)-1]])
			text := mustCall(t, args...)
			if into = strings.TrimSpace(into); into != "" {
				if err := os.WriteFile(into, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			commands++
		}
	}
	if commands != 12 {
		t.Fatalf("%d commands ran", commands)
	}
	mustCall(t, "measure", "nets", "--n", "28", "--exec", "NODE=1.1 ./on-my-board {}", "--out", "single.csv", "--rounds", "1", "--extra", "0")
	want := latencies(t, "single.csv")
	got := latencies(t, "set.csv")
	if len(got) != 28 || len(want) != 28 {
		t.Fatalf("%d networks, %d of one node", len(got), len(want))
	}
	for a, ms := range want { // the mean of logarithms of 1, 1.1 and 1.21 is that of 1.1
		if math.Abs(got[a]/ms-1) > 1e-4 {
			t.Errorf("%s: %v ms, on one node %v", a, got[a], ms)
		}
	}
	if svg, err := os.ReadFile("speeds.svg"); err != nil || !strings.Contains(string(svg), "<svg") {
		t.Errorf("the figure: %v", err)
	}
}

// words splits a command as a shell does, with single quotes alone.
func words(command string) (list []string) {
	for i, part := range strings.Split(strings.TrimSpace(command), "'") {
		if i%2 == 1 {
			list = append(list, part)
		} else {
			list = append(list, strings.Fields(part)...)
		}
	}
	return list
}

func latencies(t *testing.T, file string) map[space.Arch]float64 {
	t.Helper()
	set, err := dataset.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	out := map[space.Arch]float64{}
	for _, s := range set.Samples {
		out[s.Arch] = s.LatencyMs
	}
	return out
}

// What is refused leaves no file, says how to go on, and costs the exit status; what is asked
// for is told as JSON.
func TestDataMerge(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	if err := os.WriteFile("on-my-board", []byte(onMyBoard), 0o755); err != nil {
		t.Fatal(err)
	}
	nets := func(out string, more ...string) {
		t.Helper()
		mustCall(t, append([]string{"measure", "nets", "--n", "8", "--group", "2", "--rounds", "1", "--extra", "0", "--exec", "./on-my-board {}", "--out", out}, more...)...)
	}
	nets("1.csv", "--shard", "1/2")
	nets("2.csv", "--shard", "2/2")
	nets("alone.csv", "--no-anchors")
	nets("batch.csv", "--batch", "2", "--device", "foreign")
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"other batch":    {[]string{"batch.csv.journal"}, "batch differs: 1 in 1.csv.journal, 2 in batch.csv.journal"},
		"no anchors":     {[]string{"alone.csv.journal"}, "it was measured without anchors\nnothing is written; --leave-out"},
		"not there":      {[]string{"3.csv.journal"}, "3.csv.journal"},
		"no journal":     {[]string{"1.csv"}, "1.csv:1: "},
		"twice":          {[]string{"1.csv.journal"}, "named twice"},
		"the output":     {[]string{"2.csv.journal", "--journal", "2.csv.journal"}, "would be overwritten"},
		"no such scale":  {[]string{"2.csv.journal", "--reference", "3.csv.journal"}, "3.csv.journal"},
		"no such figure": {[]string{"2.csv.journal", "--figure", "f.what"}, "what"},
		"device zero":    {[]string{"/dev/zero"}, "device"},
	} {
		_, stderr, status := call(t, append([]string{"data", "merge", "--out", "set.csv", "1.csv.journal"}, c.args...)...)
		if status != 1 || !strings.Contains(stderr, c.says) {
			t.Errorf("%s: status %d, %s, want %q", name, status, stderr, c.says)
		}
		if _, err := os.Stat("set.csv"); err == nil {
			t.Errorf("%s: a set was written", name)
		}
	}
	out := mustCall(t, "data", "merge", "1.csv.journal", "2.csv.journal", "alone.csv.journal", "--leave-out", "--out", "set.csv", "--json")
	var r mergedFiles
	if err := json.Unmarshal([]byte(out), &r); err != nil || r.Rows != 8 || len(r.Sessions) != 3 || r.Sessions[0].LeftOut == "" || r.Sessions[2].Shard != "2/2" || len(r.Sessions[2].Factors) != 2 {
		t.Errorf("%v in %s", err, out)
	}
	out, stderr, _ := call(t, "data", "merge", "2.csv.journal", "--out", "set.csv")
	if !strings.Contains(stderr, "not among these journals: shard 1/2 of nets") || !strings.Contains(out, "4 rows on foreign-b1-normalised") {
		t.Errorf("%s%s", stderr, out)
	}
}

// The shards of a table are merged into a file or a folder, as measure table writes.
func TestDataMergeTable(t *testing.T) {
	dir := t.TempDir()
	s, err := space.ByID("mbv3-w1.0")
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"data", "merge"}
	for i := range 2 {
		for _, r := range []int{160, 176} {
			d := measure.Foreign{Command: "false"}.Device(s, "sim", 1, measure.Config{Rounds: 1, Extra: -1})
			d.Network = func(space.Arch) (measure.Subject, error) { return steadily(4 + float64(i)), nil }
			d.Layer = func(space.Layer) (measure.Subject, error) { return steadily(.4 + .1*float64(i)), nil }
			d.Shard = measure.Shard{Index: i + 1, Of: 2}
			path := filepath.Join(dir, "j"+string(rune('0'+i))+string(rune('0'+r%10)))
			if _, err := d.Layers(t.Context(), r, path, nil); err != nil {
				t.Fatal(err)
			}
			args = append(args, path)
		}
	}
	for _, out := range []string{"table.csv", "folder"} {
		path := filepath.Join(dir, out)
		mustCall(t, append(args, "--out", path)...)
		if text := mustCall(t, "lut", "sum", "--table", path, "--space", s.ID, strings.Replace(example, "r176", "r160", 1)); !strings.Contains(text, " ms") {
			t.Errorf("%s: %s", out, text)
		}
	}
	if _, stderr, status := call(t, "measure", "table", "--shard", "1/2", "--normalise", "x", "--out", dir); status != 1 || !strings.Contains(stderr, "data merge makes it") {
		t.Errorf("a normalised shard of a table: %d, %s", status, stderr)
	}
	if _, stderr, status := call(t, append(args, "--out", filepath.Join(dir, "t.csv"), "--journal", filepath.Join(dir, "j"))...); status != 1 || !strings.Contains(stderr, "one resolution") {
		t.Errorf("a journal of two resolutions: %d, %s", status, stderr)
	}
}

// steadily is a subject that always takes as many milliseconds.
type steadily float64

func (s steadily) Run(context.Context) (float64, error) { return float64(s), nil }
func (steadily) Close()                                 {}
