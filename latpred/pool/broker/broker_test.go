package broker

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/pool"
)

// aServer starts a server of this process.
func aServer(t testing.TB) *Server {
	t.Helper()
	s, err := StartServer(ServerOptions{Listen: "127.0.0.1:0", Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func connect(t testing.TB, url string) *Pool {
	t.Helper()
	p, err := Connect(t.Context(), Options{URL: url, Pool: "test", Log: func(text string) { t.Log(text) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// work starts a worker, and gives the function that ends it and tells its error.
func work(t testing.TB, p *Pool, w Worker) (end func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	w.Observe = func(e Event) {
		if e.Step == nil {
			t.Logf("%s: %s", e.Device, e.Text)
		}
	}
	ended := make(chan error, 1)
	go func() { ended <- p.Work(ctx, w) }()
	end = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() { _ = end() })
	return end
}

func TestPoolMeasures(t *testing.T) {
	t.Parallel()
	s := aServer(t)
	p := connect(t, s.URL())
	dir := t.TempDir()
	pl := plan{Name: "small", Networks: 50, Group: 4}
	for i := range 3 {
		r := role{Device: fmt.Sprintf("device.%d", i), Dir: filepath.Join(dir, fmt.Sprint(i))}
		work(t, connect(t, s.URL()), r.worker())
	}
	status, err := p.Coordinate(t.Context(), pl.campaign(filepath.Join(dir, "c")))
	if err != nil {
		t.Fatal(err)
	}
	if err := pl.want(filepath.Join(dir, "c")); err != nil {
		t.Error(err)
	}
	if !status.Over || status.Counts.Accepted != 13 || len(status.Devices) != 3 || status.Counts.Lost != 0 {
		t.Errorf("%+v", status)
	}
	// Again there is nothing to do.
	began := time.Now()
	if status, err = p.Coordinate(t.Context(), pl.campaign(filepath.Join(dir, "c"))); err != nil || status.Counts.Accepted != 0 || time.Since(began) > 5*time.Second {
		t.Errorf("%+v, %v", status, err)
	}
}

// A second coordinator is refused while the first answers.
func TestPoolHasOneCoordinator(t *testing.T) {
	t.Parallel()
	s := aServer(t)
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	ended, serves := make(chan error), make(chan struct{})
	pl := plan{Name: "first", Networks: 4, Group: 4}
	p := connect(t, s.URL())
	go func() {
		c := pl.campaign(filepath.Join(dir, "1"))
		once := sync.OnceFunc(func() { close(serves) })
		c.Observe = func(pool.Status) { once() }
		_, err := p.Coordinate(ctx, c)
		ended <- err
	}()
	<-serves
	other := plan{Name: "second", Networks: 4, Group: 4}
	_, err := connect(t, s.URL()).Coordinate(t.Context(), other.campaign(filepath.Join(dir, "2")))
	if err == nil || !strings.Contains(err.Error(), "has a coordinator, of the campaign first") {
		t.Errorf("a second coordinator: %v", err)
	}
	if _, err := p.Coordinate(t.Context(), pl.campaign(filepath.Join(dir, "1"))); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("a second process on a folder: %v", err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the first: %v", err)
	}
}

func TestPoolFencesTheOlderWorker(t *testing.T) {
	t.Parallel()
	s := aServer(t)
	dir := t.TempDir()
	pl := plan{Name: "fence", Networks: 12, Group: 4}
	older := role{Device: "phone", Dir: filepath.Join(dir, "older"), Hang: true}
	end := work(t, connect(t, s.URL()), older.worker())
	go func() {
		time.Sleep(time.Second)
		newer := role{Device: "phone", Dir: filepath.Join(dir, "newer")}
		work(t, connect(t, s.URL()), newer.worker())
	}()
	status, err := connect(t, s.URL()).Coordinate(t.Context(), pl.campaign(filepath.Join(dir, "c")))
	if err != nil || status.Counts.Leases != 2 {
		t.Errorf("%v, %+v", err, status)
	}
	if err := pl.want(filepath.Join(dir, "c")); err != nil {
		t.Error(err)
	}
	var fenced *FencedError
	if err := end(); !errors.As(err, &fenced) || fenced.Device != "phone" {
		t.Errorf("the older worker: %v", err)
	}
}

func TestPoolFaults(t *testing.T) {
	for listen, want := range map[string]string{"0.0.0.0:0": "set a token", "example.org:4222": "set a token", "4222": "want host:port"} {
		if _, err := StartServer(ServerOptions{Listen: listen, Dir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("listening on %s: %v", listen, err)
		}
	}
	s, err := StartServer(ServerOptions{Listen: "127.0.0.1:0", Dir: t.TempDir(), Token: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if _, err := Connect(t.Context(), Options{URL: s.URL(), Pool: "test"}); err == nil || !strings.Contains(strings.ToLower(err.Error()), "authorization") {
		t.Errorf("without the token: %v", err)
	}
	if p, err := Connect(t.Context(), Options{URL: s.URL(), Pool: "test", Token: "secret"}); err != nil {
		t.Error(err)
	} else {
		p.Close()
	}
	if _, err := Connect(t.Context(), Options{URL: s.URL(), Pool: "a.b"}); err == nil || !strings.Contains(err.Error(), `pool "a.b"`) {
		t.Errorf("a pool's name: %v", err)
	}
}

// A campaign of another name is not taken for the one in the folder.
func TestFolderOfAnotherCampaign(t *testing.T) {
	s := aServer(t)
	dir := t.TempDir()
	r := role{Device: "d", Dir: filepath.Join(dir, "d")}
	work(t, connect(t, s.URL()), r.worker())
	pl := plan{Name: "one", Networks: 4, Group: 4}
	p := connect(t, s.URL())
	if _, err := p.Coordinate(t.Context(), pl.campaign(dir)); err != nil {
		t.Fatal(err)
	}
	pl.Name = "two"
	if _, err := p.Coordinate(t.Context(), pl.campaign(dir)); err == nil || !strings.Contains(err.Error(), `of the campaign "one", not of "two"`) {
		t.Errorf("%v", err)
	}
}
