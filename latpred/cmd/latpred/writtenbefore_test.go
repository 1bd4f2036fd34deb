package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// writtenBefore holds files that an older program wrote; its README says how.
const writtenBefore = "../../testdata/written-before"

// saidBefore is a command on those files and what the older program answered.
type saidBefore struct {
	Args   []string `json:"args"`
	Within float64  `json:"within"` // how far numbers may be off, see differ
	Status int      `json:"status"`
	Reason string   `json:"reason"` // on stderr, where the status is not 0
	Said   []any    `json:"said"`   // JSON values on stdout
}

// unsaid are keys of results that differ from run to run.
var unsaid = []string{"seconds", "out", "model", "journal", "noise", "training_seconds"}

// added are keys of results that the older program did not have.
var added = []string{"judged", "as_published_low", "as_published_high", "as_published_sd", "as_published_n", "seen", "made", "about", "space", "accuracy_of", "highest_level", "unsupported", "stands_for", "warnings"}

// What was written before is read as it was then: predictors of every kind predict,
// bound and explain the same; trainings, searches and campaigns go on from their
// checkpoints and journals. The command line is the contract that outlives packages.
func TestWrittenBefore(t *testing.T) {
	said := readSaid(t)
	inCopy(t)
	recorded := readRecord(t)
	for _, s := range said {
		t.Run(strings.Join(s.Args, " "), func(t *testing.T) { s.check(t) })
	}
	now := readRecord(t)
	if d := differ("record.json", now["datasets"], recorded["datasets"], 0); d != "" || len(now) != len(recorded) {
		t.Errorf("an item that did not run changed in the record: %d items, %s", len(now), d)
	}
}

// inCopy goes to a copy of the files, which commands may change.
func inCopy(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(writtenBefore)); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
}

func readSaid(t *testing.T) (list []saidBefore) {
	t.Helper()
	f, err := os.Open(filepath.Join(writtenBefore, "said.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var s saidBefore
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	if lines.Err() != nil || len(list) < 100 {
		t.Fatalf("%d commands, %v", len(list), lines.Err())
	}
	return list
}

// readRecord reads the record of experiments, by item.
func readRecord(t *testing.T) map[string]any {
	t.Helper()
	text, err := os.ReadFile("record.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []map[string]any
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	items := map[string]any{}
	for _, r := range list {
		items[fmt.Sprint(r["item"])] = r
	}
	return items
}

func (s saidBefore) check(t *testing.T) {
	stdout, stderr, status := call(t, s.Args...)
	if status != s.Status || !strings.Contains(withoutFolder(stderr), s.Reason) {
		t.Fatalf("status %d, %s; before: %d, %s", status, stderr, s.Status, s.Reason)
	}
	var said []any
	for in := json.NewDecoder(strings.NewReader(stdout)); in.More(); {
		var v any
		if err := in.Decode(&v); err != nil {
			t.Fatalf("%v in %s", err, stdout)
		}
		said = append(said, v)
	}
	if d := differ("", said, s.Said, s.Within); d != "" {
		t.Error(d)
	}
}

// withoutFolder takes the working folder from the names of files.
func withoutFolder(text string) string {
	dir, err := os.Getwd()
	if err != nil {
		return text
	}
	return strings.ReplaceAll(text, dir+string(filepath.Separator), "")
}

// differ says where got is not want, "" where it is: numbers may be off by within,
// of the larger one where that is above 1. Keys in unsaid don't count.
func differ(at string, got, want any, within float64) string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			break
		}
		keys := slices.Concat(slices.Collect(maps.Keys(w)), slices.Collect(maps.Keys(g)))
		slices.Sort(keys)
		for _, k := range slices.Compact(keys) {
			if slices.Contains(unsaid, k) {
				continue
			}
			if _, ok := g[k]; !ok {
				return fmt.Sprintf("%s.%s: is missing", at, k)
			}
			if _, ok := w[k]; !ok && slices.Contains(added, k) {
				continue
			} else if !ok {
				return fmt.Sprintf("%s.%s: is new", at, k)
			}
			if d := differ(at+"."+k, g[k], w[k], within); d != "" {
				return d
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			break
		}
		for i := range w {
			if d := differ(fmt.Sprintf("%s[%d]", at, i), g[i], w[i], within); d != "" {
				return d
			}
		}
		return ""
	case float64:
		if g, ok := got.(float64); ok && math.Abs(g-w) <= within*max(1, math.Abs(g), math.Abs(w)) {
			return ""
		}
	default:
		if got == want {
			return ""
		}
	}
	return fmt.Sprintf("%s: %v, before: %v", at, got, want)
}

// The comparison finds what it is there to find.
func TestDiffer(t *testing.T) {
	const want = `{"a": [1, {"b": 200, "seconds": 3}], "c": "x", "d": null}`
	for got, place := range map[string]string{
		want: "",
		`{"a": [1, {"b": 200.00000001, "seconds": 9, "out": "y"}], "c": "x", "d": null}`: "",
		`{"a": [1, {"b": 200.000001, "seconds": 3}], "c": "x", "d": null}`:               ".a[1].b: ",
		`{"a": [1, {"b": 200}, 2], "c": "x", "d": null}`:                                 ".a: ",
		`{"a": [1, {"b": "200"}], "c": "x", "d": null}`:                                  ".a[1].b: ",
		`{"a": [1, {"b": 200}], "c": "z", "d": null}`:                                    ".c: ",
		`{"a": [1, {"b": 200}], "c": "x"}`:                                               ".d: is missing",
		`{"a": [1, {"b": 200}], "c": "x", "d": null, "e": 0}`:                            ".e: is new",
		`{"a": [1, 200], "c": "x", "d": null}`:                                           ".a[1]: ",
	} {
		var g, w any
		if err := json.Unmarshal([]byte(got), &g); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(want), &w); err != nil {
			t.Fatal(err)
		}
		if d := differ("", g, w, 1e-9); (d == "") != (place == "") || !strings.HasPrefix(d, place) {
			t.Errorf("%s: %q, want %s…", got, d, place)
		}
	}
}
