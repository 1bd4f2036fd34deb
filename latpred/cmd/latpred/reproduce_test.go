package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/experiment"
)

// A record is kept item by item: others stay as they are, those of the file itself
// rather than those that ship.
func TestRecordIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "record.json")
	load := func() map[string]*experiment.Result {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var list []*experiment.Result
		if err := json.Unmarshal(text, &list); err != nil {
			t.Fatal(err)
		}
		byItem := map[string]*experiment.Result{}
		for _, r := range list {
			byItem[r.Item] = r
		}
		if len(list) != len(experiment.Items()) {
			t.Errorf("%d items, want %d", len(list), len(experiment.Items()))
		}
		return byItem
	}
	mustCall(t, "reproduce", "figure6", "--backend", "go", "--record", path)
	first := load()
	first["better"].Title = "as the file has it"
	var list []*experiment.Result
	for _, r := range first {
		list = append(list, r)
	}
	text, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	mustCall(t, "reproduce", "figure6", "--backend", "go", "--record", path)
	if second := load(); second["better"].Title != "as the file has it" || second["figure6"].Profile != experiment.Quick {
		t.Errorf("better is %q, figure6 of profile %s", second["better"].Title, second["figure6"].Profile)
	}
	if err := os.WriteFile(path, []byte("no record"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, stderr, status := call(t, "reproduce", "figure6", "--backend", "go", "--record", path); status != 1 || !strings.Contains(stderr, path) {
		t.Errorf("a damaged record: status %d, %s", status, stderr)
	}
	if text, _ := os.ReadFile(path); string(text) != "no record" {
		t.Error("a file that is no record was overwritten")
	}
}
