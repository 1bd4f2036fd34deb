package experiment

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Several processes put items into one record: all are in it, in their order, and what was
// recorded before is replaced.
func TestUpdateRecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "record.json")
	if _, err := ReadRecord(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no record: %v", err)
	}
	items := Items()
	start := []*Result{{Item: items[0], Title: "old"}, {Item: items[len(items)-1], Title: "stays"}}
	var all sync.WaitGroup
	for i, item := range items[:len(items)-1] {
		all.Go(func() {
			if err := UpdateRecord(path, start, []*Result{{Item: item, Title: fmt.Sprint(i)}}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	results, err := ReadRecord(path)
	if err != nil || len(results) != len(items) {
		t.Fatalf("%d results of %d, %v", len(results), len(items), err)
	}
	for i, r := range results {
		want := fmt.Sprint(i)
		if i == len(items)-1 {
			want = "stays"
		}
		if r.Item != items[i] || r.Title != want {
			t.Errorf("result %d is %s, %q; want %s, %q", i, r.Item, r.Title, items[i], want)
		}
	}
}

// What is no record is refused with its place, and left.
func TestDamagedRecord(t *testing.T) {
	for content, want := range map[string]string{
		"": "r.json:1: this is no record", "[\n{\"item\": 3}]": "this is no record", "[\n\n{\"item\": \"table1\",}]": "r.json:3: this is no record",
		"null": "", "[null]": "result 1 of 1 names no item", "[{}]": "result 1 of 1 names no item", "[] []": "this is no record",
	} {
		path := filepath.Join(t.TempDir(), "r.json")
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := ReadRecord(path)
		if want == "" {
			if err != nil {
				t.Errorf("%q: %v", content, err)
			}
			continue
		}
		updated := UpdateRecord(path, nil, []*Result{{Item: "table1"}})
		for _, err := range []error{err, updated} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %v, want …%s…", content, err, want)
			}
		}
		if now, _ := os.ReadFile(path); string(now) != content {
			t.Errorf("%q was changed to %q", content, now)
		}
	}
	for _, path := range []string{t.TempDir(), "/dev/zero"} {
		if _, err := ReadRecord(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// FuzzRecord: what is taken as a record can be merged, compared and shown without a panic.
func FuzzRecord(f *testing.F) {
	f.Add([]byte(`[{"item":"table1","title":"t","rows":[{"quantity":"q","unit":"ms","paper":1,"corrected":null}],"notes":["n"]}]`))
	f.Add([]byte(`[null]`))
	f.Add([]byte(`[{"item":"figure6","rows":[null]}]`))
	f.Fuzz(func(t *testing.T, content []byte) {
		results, err := parseRecord("r", content)
		if err != nil {
			return
		}
		merged := Merge(results, []*Result{{Item: "table1"}})
		_, _ = Markdown(merged) // it may be of several states
		for _, r := range results {
			r.Cells()
			Compare(r, r)
		}
		_ = Judge(merged)
	})
}
