package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/dataset"
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
	plan := write(t, "plan.yaml", "name: two\nspace: nasbench201\nnetworks: {sample: 12}\nprotocol: {group: 3, rounds: 3, extra: 0}\nrunner: board\ndevice: {pool: lab, labels: {rack: '^[12]$'}}\n")
	listen, url := freeURL(t)
	at := filepath.Join(dir, "two")
	serve := background(t, "campaign", "serve", plan, "--listen", listen, "--dir", at, "--json")
	// One board is twice as slow; times depend on the network.
	for i := range 3 {
		runners := write(t, fmt.Sprintf("runners%d.yaml", i), fmt.Sprintf("board:\n  exec: sleep .005; wc -c | awk '{print $1 * %d / 100}'\n", i+1))
		background(t, "worker", "--url", url, "--pool", "lab", "--name", fmt.Sprint("board-", i), "--label", fmt.Sprintf("rack=%d", i+1),
			"--runners", runners, "--dir", filepath.Join(dir, "worker"), "--once", "--beat", "200ms")
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		text, stderr, _ := call(t, "campaign", "top", "--url", url, "--pool", "lab", "--wait", "1s")
		if strings.Contains(text, "two-") && strings.Contains(text, "rack matches") {
			break // of the board that the plan does not want
		}
		if time.Now().After(deadline) {
			t.Fatalf("top says\n%s%s", text, stderr)
		}
	}
	stdout, stderr, status := serve(false)
	if status != 0 {
		t.Fatalf("status %d: %s%s", status, stdout, stderr)
	}
	var s served
	if err := json.Unmarshal([]byte(stdout), &s); err != nil {
		t.Fatal(err)
	}
	if s.Counts.Accepted != 4 || len(s.Journals) != 1 || len(s.Kinds) != 1 {
		// The two boards' programs differ, so they are of two kinds, and one kind takes part.
		t.Errorf("%+v", s)
	}
	out := filepath.Join(dir, "set.csv")
	mustCall(t, append([]string{"data", "merge", "--out", out}, s.Journals...)...)
	set, err := dataset.Open(out)
	if err != nil || set.Rows != 12 {
		t.Errorf("%v, %+v", err, set)
	}
	if text := mustCall(t, "campaign", "status", at); !strings.Contains(text, "12/12") {
		t.Errorf("status says\n%s", text)
	}
	if _, stderr, status := call(t, "campaign", "resume", at, "--engine", "local"); status != 1 || !strings.Contains(stderr, "is measured by a pool") {
		t.Errorf("shards in a pool's folder: %d, %s", status, stderr)
	}
	if _, stderr, status := call(t, "campaign", "top", "--url", url, "--wait", "1s"); status == 0 || !strings.Contains(stderr, "no server answers at nats://127.0.0.1") {
		t.Errorf("top without a server: %d, %s", status, stderr)
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
