package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/experiment"
)

// The claims are judged by the record that is named, without running anything.
func TestReproduceClaims(t *testing.T) {
	path := filepath.Join(t.TempDir(), "record.json")
	mustCall(t, "reproduce", "figure6", "--backend", "go", "--profile", "full", "--record", path)
	page := mustCall(t, "reproduce", "--claims", "--record", path)
	for _, want := range []string{"| Fig. 6 | 4 | 0 | 0 | 0 |", "| 272243 ms | 272243.6 | reproduced |"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	var verdicts []experiment.Verdict
	if err := json.Unmarshal([]byte(mustCall(t, "reproduce", "--claims", "--json", "--record", path)), &verdicts); err != nil {
		t.Fatal(err)
	}
	ok := 0
	for _, v := range verdicts {
		if v.Item == "figure6" && v.OK {
			ok++
		}
	}
	if ok != 6 || len(verdicts) < 200 {
		t.Errorf("%d of Figure 6's claims are as the file says, of %d in all", ok, len(verdicts))
	}
}
