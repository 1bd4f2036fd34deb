//go:build linux

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/pool"
)

// adbScript stands in for adb: files in the folder of STANDIN say which phones there are
// ("phones"), which are gone ("gone-SERIAL") and their temperatures ("heat-SERIAL").
const adbScript = `#!/bin/sh
dir=$(dirname "$0")
if [ "$1" = devices ]; then
	echo "List of devices attached"
	for s in $(cat "$dir/phones"); do [ -e "$dir/gone-$s" ] || echo "$s device model:SM_N970F"; done
	exit 0
fi
serial=$2
shift 2
if [ -e "$dir/gone-$serial" ]; then echo "adb: device '$serial' not found" >&2; exit 1; fi
case "$1" in
get-state) echo device; exit 0 ;;
push) echo pushed; exit 0 ;;
pull) echo "adb: error: no such file" >&2; exit 1 ;;
esac
case "$2" in
*ro.product.model*) echo SM-N970F ;;
*getprop*) echo 12 ;;
*dumpsys?battery*) echo "  level: 80"; echo "  temperature: $(cat "$dir/heat-$serial" 2>/dev/null || echo 300)" ;;
*thermalservice*) echo "Thermal Status: 0" ;;
*num_runs*) sleep .1
	echo "INFO: count=3 first=9000 curr=8000 min=8000 max=9000 avg=8500 std=1 p5=8000 median=8500 p95=9000"
	echo
	echo "INFO: count=10 first=5000 curr=5000 min=5000 max=5000 avg=5000 std=1 p5=5000 median=5000 p95=5000"
	echo
	echo "INFO: Inference timings in us: Init: 5685, First inference: 9000, Warmup (avg): 8500, Inference (avg): 5000" ;;
esac
printf '\nexit=0\n'
`

// drawer makes a folder with a stand-in for adb, first in PATH.
func drawer(t *testing.T, phones string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "adb"), []byte(adbScript), 0o755); err != nil {
		t.Fatal(err)
	}
	set(t, dir, "phones", phones)
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	return dir
}

func set(t *testing.T, dir, file, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// pageCommands are the commands of a page of the documentation, by their first words.
func pageCommands(page string) map[string][]string {
	commands := map[string][]string{}
	for line := range strings.Lines(page) {
		command, ok := strings.CutPrefix(line, "latpred ")
		if !ok {
			continue
		}
		command, _, _ = strings.Cut(command, "#")
		args := words(command)
		name := args[0]
		if name == "campaign" {
			name = args[1]
		}
		commands[name] = args
	}
	return commands
}

// The commands of docs/phones.md, with three phones: one is too hot at first, one vanishes
// and returns, one is attached later. The plan is smaller than that of the page.
func TestPhonesPage(t *testing.T) {
	phones := drawer(t, "P1 P2")
	set(t, phones, "heat-P2", "450")
	text, err := os.ReadFile("../../../docs/phones.md")
	if err != nil {
		t.Fatal(err)
	}
	page, dir := string(text), t.TempDir()
	t.Chdir(dir)
	t.Setenv("XDG_CACHE_HOME", dir)
	plan := block(t, page, "name:")
	for from, to := range map[string]string{"mbv3-w1.0": "nasbench201", "sample: 2000": "sample: 12", "group: 12, rounds: 3": "group: 2, rounds: 2"} {
		if !strings.Contains(plan, from) {
			t.Fatalf("the page's plan has no %q", from)
		}
		plan = strings.Replace(plan, from, to, 1)
	}
	set(t, dir, "phones.yaml", plan)
	set(t, dir, "benchmark_model", "")
	commands := pageCommands(page)
	if len(commands) != 5 {
		t.Fatalf("the page has the commands %v", commands)
	}
	listen, url := freeURL(t)
	serve := background(t, append(commands["serve"], "--listen", listen, "--json")...)
	worker := background(t, append(commands["worker"], "--url", url, "--beat", "200ms")...)
	status := func() (s pool.Status) {
		if err := json.Unmarshal([]byte(mustCall(t, append(commands["top"], "--url", url, "--json")...)), &s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	until := func(what string, ok func(pool.Status) bool) {
		t.Helper()
		for range 20 {
			if ok(status()) {
				return
			}
		}
		last := status()
		_, stderr, _ := serve(true)
		t.Fatalf("%s: %+v\n%s", what, last, stderr)
	}
	state := func(s pool.Status, device string) string {
		for _, d := range s.Devices {
			if d.Name == device {
				return d.State + ": " + d.Note
			}
		}
		return ""
	}
	measures := func(device string) func(pool.Status) bool {
		return func(s pool.Status) bool {
			for _, d := range s.Devices {
				if d.Name == device && (d.State == "measuring" || d.Networks > 0) {
					return true
				}
			}
			return false
		}
	}
	until("P1 measures", measures("P1"))
	until("P2 is too hot", func(s pool.Status) bool { return strings.Contains(state(s, "P2"), "45.0 °C") })
	set(t, phones, "gone-P1", "")
	set(t, phones, "phones", "P1 P2 P3")
	until("P3 measures", measures("P3"))
	set(t, phones, "heat-P2", "310")
	if err := os.Remove(filepath.Join(phones, "gone-P1")); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, code := serve(false)
	var s served
	if err := json.Unmarshal([]byte(stdout), &s); err != nil || code != 0 {
		t.Fatalf("%v, %s%s", err, stdout, stderr)
	}
	if s.Counts.Accepted != 6 || len(s.Journals) < 2 {
		t.Errorf("%+v", s)
	}
	if text := mustCall(t, commands["status"]...); !strings.Contains(text, "12/12") {
		t.Errorf("status says\n%s", text)
	}
	mustCall(t, commands["collect"]...)
	if set, err := dataset.Open("note10.csv"); err != nil || set.Rows != 12 || set.Samples[0].LatencyMs != 5 {
		t.Errorf("%v, %+v", err, set)
	}
	if text, stderr, code := worker(true); code != 0 || !strings.Contains(text, "P3: joined the pool") {
		t.Errorf("the worker: %d, %s%s", code, text, stderr)
	}
}
