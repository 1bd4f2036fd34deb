package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/experiment"
)

// A check of exact items counts what is the same, and names the claims of the record.
func TestCheckRuns(t *testing.T) {
	stdout, stderr, _ := call(t, "reproduce", "figure6", "--profile", "full", "--backend", "go", "--check", "--json")
	var got checked
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatalf("%v: %s %s", err, stdout, stderr)
	}
	if got.Counts[experiment.Same] == 0 || got.Counts[experiment.Changed] != 0 || len(got.Results) != 1 || got.Results[0].Item != "figure6" {
		t.Errorf("%+v", got.Counts)
	}
	for _, v := range got.Values {
		if v.Found == experiment.Same {
			t.Errorf("%+v is listed among what differs", v)
		}
	}
	if _, stderr, status := call(t, "reproduce", "figure6", "--check", "--record", "x.json"); status != 2 || !strings.Contains(stderr, "--check") {
		t.Errorf("a check that writes: status %d, %s", status, stderr)
	}
	if _, stderr, status := call(t, "reproduce", "--check"); status != 2 || !strings.Contains(stderr, "items") {
		t.Errorf("a check of nothing: status %d, %s", status, stderr)
	}
}

// What changed is printed and makes the check err; noise does not.
func TestCheckErrs(t *testing.T) {
	was, now := resultsOf(t), resultsOf(t)
	was[0].Rows[0].AsPublished *= 1.01 // a sum that can't vary
	for _, c := range []struct {
		recorded, now []*experiment.Result
		want          string
	}{
		{now, now, ""},
		{was, now, "1 values are not as recorded"},
		{nil, now, "values are not as recorded"},
	} {
		var out strings.Builder
		found := checked{Counts: map[experiment.Finding]int{}, Classes: map[experiment.Class]int{}}
		found.add(compared(c.recorded, c.now[0]), false)
		found.print(newOutput(&out, &out))
		err := found.err()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
		if c.want != "" && !strings.Contains(out.String(), c.now[0].Rows[0].Quantity) {
			t.Errorf("%s: the table does not name it: %s", c.want, out.String())
		}
	}
	found := checked{Counts: map[experiment.Finding]int{}, Claims: []experiment.Verdict{{}}}
	if err := found.err(); err == nil || !strings.Contains(err.Error(), "1 claims") {
		t.Errorf("a claim that the record does not bear out: %v", err)
	}
}

// What an interrupted item lacks is not gone.
func TestCheckInterrupted(t *testing.T) {
	all := resultsOf(t)
	part := *all[0]
	part.Rows = part.Rows[:1]
	for _, interrupted := range []bool{true, false} {
		found := checked{Counts: map[experiment.Finding]int{}}
		found.add(compared(all, &part), interrupted)
		if (found.err() == nil) != interrupted {
			t.Errorf("interrupted %v: %v", interrupted, found.err())
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := reproduceCmd{Items: []string{"table1"}, Profile: "quick", Check: true}
	c.Backend = "go"
	var out strings.Builder
	if err := c.Run(ctx, newOutput(&out, &out)); err == nil {
		t.Error("a check that was interrupted passes")
	}
}

// resultsOf is an exact item, run.
func resultsOf(t *testing.T) []*experiment.Result {
	t.Helper()
	stdout := mustCall(t, "reproduce", "figure6", "--backend", "go", "--json")
	var results []*experiment.Result
	if err := json.Unmarshal([]byte(stdout), &results); err != nil || len(results) != 1 {
		t.Fatal(err, len(results))
	}
	return results
}
