package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// onMyBoard times a network by its resolution and the choices of its layers, times how slow
// this node is.
const onMyBoard = `#!/bin/sh
awk 'function list(key, into) { match($0, "\"" key "\":\\[[^]]*"); return split(substr($0, RSTART + length(key) + 4, RLENGTH - length(key) - 4), into, ",") }
{
	list("ks", k); list("e", e); stages = list("d", d); match($0, "arch\":\"r[0-9]*"); r = substr($0, RSTART + 8, RLENGTH - 8)
	ms = 3
	for (s = 0; s < stages; s++) for (i = 1; i <= d[s+1]; i++) ms += .05 + r * r / 50000 * (.3 + .05 * e[4*s+i] * (1 + k[4*s+i] * k[4*s+i] / 25))
	print ms * (ENVIRON["NODE"] ? ENVIRON["NODE"] : 1), "ms"
}' "$1"
`

// A device whose times follow from the choices takes few networks; a lower goal goes on with
// the same ones; the end of them is said.
func TestMeasureUntil(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	if err := os.WriteFile("mine", []byte(onMyBoard), 0o755); err != nil {
		t.Fatal(err)
	}
	nets := func(until string, more ...string) (measured, string) {
		t.Helper()
		args := append([]string{"measure", "nets", "--until", until, "--like", "note10,p40-b64", "--no-anchors", "--rounds", "1", "--extra", "0", "--exec", "./mine {}", "--out", "my.csv", "--json"}, more...)
		stdout, stderr, status := call(t, args...)
		var r measured
		if err := json.Unmarshal([]byte(stdout), &r); status != 0 || err != nil {
			t.Fatalf("status %d, %v, %s%s", status, err, stdout, stderr)
		}
		return r, stderr
	}
	first, said := nets("5%", "--n", "60")
	if v := first.Until; v == nil || !v.Enough || v.Goal != 5 || first.Nets != v.Rows || first.Nets >= 60 || !strings.Contains(said, "20 networks: expected error") {
		t.Errorf("%+v, %s", first, said)
	}
	before := journalOf(t)
	if again, _ := nets("5", "--n", "60"); again.Nets != first.Nets || journalOf(t) != before {
		t.Errorf("again: %d networks, first %d", again.Nets, first.Nets)
	}
	last, _ := nets("0.001", "--n", "40")
	if v := last.Until; v == nil || v.Enough || last.Nets != 40 || !strings.HasPrefix(journalOf(t), before) {
		t.Errorf("a goal that can't be reached: %+v", last)
	}
	for want, args := range map[string][]string{
		"leave --shard out":        {"--until", "2", "--shard", "1/2"},
		"want a number of percent": {"--until", "few"},
		"--until":                  {"--until", "0"},
		"--like: source elsewhere": {"--until", "2", "--like", "elsewhere"},
	} {
		if _, stderr, status := call(t, append([]string{"measure", "nets", "--exec", "./mine {}", "--out", "x.csv"}, args...)...); status == 0 || !strings.Contains(stderr, want) {
			t.Errorf("%v: status %d, %s", args, status, stderr)
		}
	}
}

func journalOf(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("my.csv.journal")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
