package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/pool"
)

// background runs a command line in a goroutine of this process. end asks it to end, waits
// and tells what it said, with its status.
func background(t *testing.T, args ...string) (end func(ask bool) (stdout, stderr string, status int)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var stdout, stderr lockedText
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, args, newOutput(&stdout, &stderr)) }()
	var once sync.Once
	var status int
	end = func(ask bool) (string, string, int) {
		once.Do(func() {
			if ask {
				cancel()
			}
			select {
			case status = <-ended:
			case <-time.After(time.Minute):
				t.Errorf("%v does not end; it said %s%s", args, stdout.String(), stderr.String())
			}
			cancel()
		})
		return stdout.String(), stderr.String(), status
	}
	t.Cleanup(func() { end(true) })
	return end
}

// lockedText is what is written from several goroutines.
type lockedText struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lockedText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// freeURL is where a server may listen.
func freeURL(t *testing.T) (listen, url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String(), "nats://" + l.Addr().String()
}

// A plan's networks, measured by a pool of two programs, one of which is twice as slow, give
// one set.
func TestPoolOfPrograms(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", dir)
	plan := write(t, "plan.yaml", "name: two\nspace: nasbench201\nnetworks: {sample: 24}\nprotocol: {group: 3, rounds: 3, extra: 0}\nrunner: board\ndevice: {pool: lab, labels: {rack: '^[12]$'}}\n")
	listen, url := freeURL(t)
	at := filepath.Join(dir, "two")
	serve := background(t, "campaign", "serve", plan, "--listen", listen, "--dir", at, "--json")
	// One board is twice as slow; times depend on the network.
	for i := range 3 {
		runners := write(t, fmt.Sprintf("runners%d.yaml", i), fmt.Sprintf("board:\n  exec: sleep .005; wc -c | awk '{print $1 * %d / 100}'\n", i+1))
		background(t, "worker", "--url", url, "--pool", "lab", "--name", fmt.Sprint("board-", i), "--label", fmt.Sprintf("rack=%d", i+1),
			"--runners", runners, "--dir", filepath.Join(dir, "worker"), "--once", "--beat", "200ms")
	}
	time.Sleep(500 * time.Millisecond)
	if text := mustCall(t, "campaign", "top", "--url", url, "--pool", "lab"); !strings.Contains(text, "two-") || !strings.Contains(text, `"rack"`) && !strings.Contains(text, "rack matches") {
		t.Errorf("top says\n%s", text)
	}
	stdout, stderr, status := serve(false)
	if status != 0 {
		t.Fatalf("status %d: %s%s", status, stdout, stderr)
	}
	var s served
	if err := json.Unmarshal([]byte(stdout), &s); err != nil {
		t.Fatal(err)
	}
	if s.Counts.Accepted != 8 || len(s.Journals) != 1 || len(s.Kinds) != 1 {
		// The two boards' programs differ, so they are of two kinds, and one kind takes part.
		t.Errorf("%+v", s)
	}
	out := filepath.Join(dir, "set.csv")
	mustCall(t, append([]string{"data", "merge", "--out", out}, s.Journals...)...)
	set, err := dataset.Open(out)
	if err != nil || set.Rows != 24 {
		t.Errorf("%v, %+v", err, set)
	}
	if text := mustCall(t, "campaign", "status", at); !strings.Contains(text, "24/24") {
		t.Errorf("status says\n%s", text)
	}
	if _, stderr, status := call(t, "campaign", "top", "--url", url, "--wait", "1s"); status == 0 || !strings.Contains(stderr, "no server answers at nats://127.0.0.1") {
		t.Errorf("top without a server: %d, %s", status, stderr)
	}
}

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
*num_runs*) echo "$serial" >> "$dir/timed"
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

// The commands of docs/phones.md, with three phones: one is too hot at first, one vanishes
// and returns, one is attached later.
func TestDrawerOfPhones(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip(err)
	}
	phones := drawer(t, "P1 P2")
	set(t, phones, "heat-P2", "450")
	dir := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", dir)
	plan := write(t, "phones.yaml", "name: phones\nspace: nasbench201\nnetworks: {sample: 16}\nprotocol: {group: 2, rounds: 2}\nrunner: litert-adb\ndevice: {pool: phones, labels: {model: SM-N970F}}\n")
	listen, url := freeURL(t)
	serve := background(t, "campaign", "serve", plan, "--listen", listen, "--dir", filepath.Join(dir, "phones"), "--json")
	worker := background(t, "worker", "--pool", "phones", "--url", url, "--adb", "all", "--beat", "200ms", "--dir", filepath.Join(dir, "worker"))
	status := func() (s pool.Status) {
		if err := json.Unmarshal([]byte(mustCall(t, "campaign", "top", "--url", url, "--pool", "phones", "--json")), &s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	until := func(what string, ok func(pool.Status) bool) {
		t.Helper()
		for range 100 {
			if ok(status()) {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		_, stderr, _ := serve(true)
		t.Fatalf("%s: %+v\n%s", what, status(), stderr)
	}
	state := func(s pool.Status, device string) string {
		for _, d := range s.Devices {
			if d.Name == device {
				return d.State + ": " + d.Note
			}
		}
		return ""
	}
	until("P1 measures", func(s pool.Status) bool { return strings.HasPrefix(state(s, "P1"), "measuring") })
	until("P2 is too hot", func(s pool.Status) bool { return strings.Contains(state(s, "P2"), "45.0 °C") })
	set(t, phones, "gone-P1", "")
	set(t, phones, "phones", "P1 P2 P3")
	until("P3 measures", func(s pool.Status) bool { return strings.HasPrefix(state(s, "P3"), "measuring") })
	set(t, phones, "heat-P2", "310")
	if err := os.Remove(filepath.Join(phones, "gone-P1")); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, code := serve(false)
	var s served
	if err := json.Unmarshal([]byte(stdout), &s); err != nil || code != 0 {
		t.Fatalf("%v, %s%s", err, stdout, stderr)
	}
	if s.Counts.Accepted != 8 || len(s.Journals) < 2 {
		t.Errorf("%+v", s)
	}
	out := filepath.Join(dir, "phones.csv")
	mustCall(t, "campaign", "collect", filepath.Join(dir, "phones"), "--out", out)
	if set, err := dataset.Open(out); err != nil || set.Rows != 16 || set.Samples[0].LatencyMs != 5 {
		t.Errorf("%v, %+v", err, set)
	}
	if text, stderr, code := worker(true); code != 0 || !strings.Contains(text, "P3: joined the pool") {
		t.Errorf("the worker: %d, %s%s", code, text, stderr)
	}
}

func TestWorkerFaults(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	_, url := freeURL(t)
	empty := write(t, "empty.yaml", "")
	for want, args := range map[string][]string{
		`no runner "nothing"`:        {"worker", "--runner", "nothing"},
		"leave --runner":             {"worker", "--adb", "all", "--runner", "litert"},
		"nothing could be measured":  {"worker", "--runners", empty},
		"--token-file":               {"worker", "--token-file", filepath.Join(t.TempDir(), "none")},
		`pool "a.b"`:                 {"worker", "--pool", "a.b"},
		"layers of a table":          {"campaign", "serve", write(t, "table.yaml", "name: t\nspace: mbv3-w1.0\nnetworks: {table: 224}\n")},
		"lets everybody who reaches": {"campaign", "serve", write(t, "p.yaml", "name: p\nnetworks: {sample: 3}\n"), "--listen", "0.0.0.0:0", "--dir", t.TempDir() + "/x"},
		"which is a server already":  {"campaign", "serve", write(t, "q.yaml", "name: q\nnetworks: {sample: 3}\n"), "--listen", "127.0.0.1:0", "--url", url, "--dir", t.TempDir() + "/x"},
		"no server answers":          {"campaign", "top", "--wait", "1s"},
		"--kinds 0: want 1 to 10000": {"campaign", "serve", empty, "--kinds", "0"},
	} {
		if args[0] == "worker" || args[1] == "top" {
			args = append(args, "--url", url)
		}
		_, stderr, status := call(t, args...)
		if status == 0 || !strings.Contains(stderr, want) {
			t.Errorf("%v: %d, %s, want …%s…", args, status, stderr, want)
		}
	}
}
