package broker

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/ofalat/ofalat/latpred/pool"
)

// theatre has the processes of a campaign, which are killed, stopped and started again.
type theatre struct {
	t           *testing.T
	rng         *rand.Rand
	dir         string
	url         string
	plan        plan
	servers     []*actor
	workers     []*actor
	coordinator *actor
	observer    *Pool

	full atomic.Bool // the stream is to be full

	mu      sync.Mutex
	seen    pool.Status
	results []*nats.Msg // copies of some that were sent
	took    map[string][]float64
	faults  int
}

// actor is a process.
type actor struct {
	role   role
	cmd    *exec.Cmd
	stderr *text
	stdout *text
	ended  chan struct{}
}

// text is what processes have written.
type text struct {
	mu sync.Mutex
	b  strings.Builder
}

func (t *text) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.Write(p)
}

// String is all of it.
func (t *text) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.String()
}

func (th *theatre) start(a *actor) {
	what, err := json.Marshal(a.role)
	if err != nil {
		th.t.Fatal(err)
	}
	a.cmd = exec.CommandContext(th.t.Context(), os.Args[0])
	a.cmd.Env = append(os.Environ(), "POOL_TEST_ROLE="+string(what))
	if a.stderr == nil {
		a.stderr = &text{}
	}
	a.stdout, a.ended = &text{}, make(chan struct{})
	a.cmd.Stderr, a.cmd.Stdout = a.stderr, a.stdout
	if err := a.cmd.Start(); err != nil {
		th.t.Fatal(err)
	}
	cmd, ended := a.cmd, a.ended
	go func() { _ = cmd.Wait(); close(ended) }()
}

// kill is kill -9.
func (a *actor) kill() {
	_ = a.cmd.Process.Kill()
	<-a.ended
}

func (a *actor) signal(s syscall.Signal) { _ = a.cmd.Process.Signal(s) }

func (a *actor) running() bool {
	select {
	case <-a.ended:
		return false
	default:
		return true
	}
}

// freePort is one that is free now.
func freePort(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// open starts servers.
func open(t *testing.T, nodes int) *theatre {
	th := &theatre{t: t, rng: rand.New(rand.NewPCG(*faultSeed, uint64(nodes))), dir: t.TempDir(), took: map[string][]float64{}}
	var urls, routes []string
	for i := range nodes {
		o := ServerOptions{Listen: freePort(t), Dir: filepath.Join(th.dir, fmt.Sprint("server", i))}
		if nodes > 1 {
			o.Name, o.Cluster = fmt.Sprint("server", i), freePort(t)
			routes = append(routes, "nats://"+o.Cluster)
		}
		urls = append(urls, "nats://"+o.Listen)
		th.servers = append(th.servers, &actor{role: role{Role: "server", Server: o}})
	}
	th.url = strings.Join(urls, ",")
	for _, s := range th.servers {
		s.role.Server.Routes = routes
		th.start(s)
	}
	th.observer = connect(t, th.url)
	if _, err := th.observer.nc.Subscribe(th.observer.subject("result", ">"), th.copy); err != nil {
		t.Fatal(err)
	}
	go th.sweep()
	go func() {
		_ = th.observer.Watch(t.Context(), func(s pool.Status) {
			th.mu.Lock()
			defer th.mu.Unlock()
			th.seen = s
		})
	}()
	return th
}

// junk is the subject of what fills the stream.
func (th *theatre) junk() string { return th.observer.subject("result", "another", "device") }

// sweep takes away what fills the stream, again and again: a server that is killed may have it
// again.
func (th *theatre) sweep() {
	for th.t.Context().Err() == nil {
		if !th.full.Load() {
			ctx, cancel := context.WithTimeout(th.t.Context(), time.Second)
			if s, err := th.observer.js.Stream(ctx, th.observer.stream()); err == nil {
				_ = s.Purge(ctx, jetstream.WithPurgeSubject(th.junk())) // the next one may do it
			}
			cancel()
		}
		_ = sleep(th.t.Context(), 300*time.Millisecond)
	}
}

// copy keeps some results, to send them again.
func (th *theatre) copy(m *nats.Msg) {
	th.mu.Lock()
	defer th.mu.Unlock()
	th.results = append(th.results[max(0, len(th.results)-20):], m)
}

// done is the number of groups that are measured, as the coordinator says it: all, or those of
// a device since the coordinator began.
func (th *theatre) done(device string) int {
	th.mu.Lock()
	defer th.mu.Unlock()
	if len(th.seen.Kinds) == 0 || th.seen.Campaign != th.plan.Name {
		return 0
	}
	if device == "" {
		return th.seen.Kinds[0].Done
	}
	for _, d := range th.seen.Devices {
		if d.Name == device {
			return d.Groups
		}
	}
	return 0
}

// leader is the server that leads the stream; nil: it is not known.
func (th *theatre) leader() *actor {
	ctx, cancel := context.WithTimeout(th.t.Context(), time.Second)
	defer cancel()
	s, err := th.observer.js.Stream(ctx, th.observer.stream())
	if err != nil || s.CachedInfo().Cluster == nil {
		return th.servers[0]
	}
	for _, a := range th.servers {
		if a.role.Server.Name == s.CachedInfo().Cluster.Leader {
			return a
		}
	}
	return nil
}

// begin starts the campaign's coordinator and workers.
func (th *theatre) begin(name string, workers int) {
	th.plan.Name = name
	th.coordinator = &actor{role: role{Role: "coordinator", URL: th.url, Plan: th.plan, Dir: filepath.Join(th.dir, name)}}
	th.start(th.coordinator)
	for i := range workers {
		if len(th.workers) <= i {
			a := &actor{role: role{Role: "worker", URL: th.url, Device: fmt.Sprint("device", i), Dir: filepath.Join(th.dir, fmt.Sprint("worker", i)), RunMs: 3}}
			th.workers = append(th.workers, a)
			th.start(a)
		}
	}
}

func (th *theatre) worker() *actor { return th.workers[th.rng.IntN(len(th.workers))] }
func (th *theatre) server() *actor { return th.servers[th.rng.IntN(len(th.servers))] }

// pause waits up to a time.
func (th *theatre) pause(most time.Duration) {
	time.Sleep(time.Duration(th.rng.Float64() * float64(most)))
}

// over reports whether the coordinator has come to the end, and that it has done so well.
func (th *theatre) over() bool {
	if th.coordinator.running() {
		return false
	}
	if !th.coordinator.cmd.ProcessState.Success() {
		th.fail("the coordinator ended: %v", th.coordinator.cmd.ProcessState)
	}
	return true
}

func (th *theatre) fail(format string, args ...any) {
	th.t.Helper()
	for _, a := range slices.Concat(th.servers, th.workers, []*actor{th.coordinator}) {
		said := a.stderr.String()
		th.t.Logf("%s %s:\n%s", a.role.Role, a.role.Device, said[max(0, len(said)-3000):])
	}
	th.t.Fatalf(format, args...)
}
