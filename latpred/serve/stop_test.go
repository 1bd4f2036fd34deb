package serve_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/serve"
)

// note10 is the table of the Note10 as a device.
func note10(t testing.TB) *serve.Device {
	t.Helper()
	return serve.FromPredictor("note10", "", lookup(t, lut.Note10(), wide(t)), wide(t))
}

// A server that stops under load loses no answer: each client gets the right one to every
// request that the server has taken, then finds nobody listening. Idle clients, and those
// that send half of a request, don't keep it.
func TestStopUnderLoad(t *testing.T) {
	address, stop := started(t, []*serve.Device{note10(t)}, serve.Config{})
	defer slow(t, address, 200)()
	body := batch(t, "note10", 64)
	first, err := dial(address, "/v1/predict", body)
	if err != nil {
		t.Fatal(err)
	}
	_, want, _, err := first.ask()
	if err != nil {
		t.Fatal(err)
	}
	var answers, searches atomic.Int64
	var group sync.WaitGroup
	for i := range 16 {
		path, body := "/v1/predict", body
		if i < 4 {
			path, body = "/v1/search", `{"device":"note10","limit_ms":25}`
		}
		group.Go(func() {
			for {
				c, err := dial(address, path, body)
				if errors.Is(err, syscall.ECONNREFUSED) {
					return // the server has stopped
				}
				if err != nil {
					t.Errorf("asking anew: %v", err)
					return
				}
				for closes := false; !closes; {
					var status int
					var text string
					status, text, closes, err = c.ask()
					switch {
					case err != nil:
						t.Errorf("%s: an answer was lost: %v", path, err)
						closes = true
					case path == "/v1/predict" && (status != 200 || text != want):
						t.Errorf("a wrong answer: %d %s", status, text)
					case path == "/v1/search" && status == 200:
						searches.Add(1)
					case path == "/v1/search" && (status != 503 || !strings.Contains(text, "stopping")):
						t.Errorf("a search: %d %s", status, text)
					}
					answers.Add(1)
				}
				c.conn.Close()
			}
		})
	}
	for deadline := time.Now().Add(20 * time.Second); searches.Load() == 0 && time.Now().Before(deadline); {
		time.Sleep(50 * time.Millisecond)
	}
	begin := time.Now()
	if err := stop(); err != nil {
		t.Error(err)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("stopping took %v", took)
	}
	group.Wait()
	if answers.Load() == 0 || searches.Load() == 0 {
		t.Errorf("%d answers, %d searches that ended: the test has tested nothing", answers.Load(), searches.Load())
	}
}

// What takes longer than Config.Grace is broken off with an answer.
func TestStopBreaksOff(t *testing.T) {
	address, stop := started(t, []*serve.Device{note10(t)}, serve.Config{Grace: 300 * time.Millisecond})
	c, err := dial(address, "/v1/search", `{"device":"note10","limit_ms":25,"generations":2000,"population":1000}`)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(200*time.Millisecond, func() { _ = stop() })
	if status, text, _, err := c.ask(); err != nil || status != 503 || !strings.Contains(text, "the server is stopping") {
		t.Errorf("%d %s %v", status, text, err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// A thousand idle and slow clients take no place of others and little memory, and large
// bodies wait for each other.
func TestManyClients(t *testing.T) {
	address, _ := started(t, []*serve.Device{note10(t)}, serve.Config{Timeout: 3 * time.Minute}) // slow machines, and the race detector, take long
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	defer slow(t, address, 1000/raced)()
	large := strings.Repeat(" ", 1<<20-200) + `{}`
	var group sync.WaitGroup
	var read atomic.Int64
	for range 200 / raced {
		group.Go(func() {
			c, err := dial(address, "/v1/predict", large)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.conn.Close()
			switch status, text, _, err := c.ask(); {
			case err == nil && status == 400 && strings.Contains(text, "0 archs"):
				read.Add(1)
			case err != nil || status != 503: // on a busy machine some wait too long
				t.Errorf("a large body: %d %s %v", status, text, err)
			}
		})
	}
	if l, err := asked(address, "/v1/predict", batch(t, "note10", 64), 8, 200); err != nil || l.wrong != "" {
		t.Errorf("%v, wrong: %s", err, l.wrong)
	}
	group.Wait()
	if read.Load() < 10/raced {
		t.Errorf("%d of %d large bodies were read", read.Load(), 200/raced)
	}
	runtime.ReadMemStats(&after)
	// The clients' requests, which are of this process too, are 200 MB of it.
	if grown := float64(after.Sys-before.Sys) / 1e6; grown > 900 {
		t.Errorf("the process has grown by %.0f MB", grown)
	}
}

// Connections beyond the bound wait until others end.
func TestConnectionsAreBounded(t *testing.T) {
	address, _ := started(t, []*serve.Device{note10(t)}, serve.Config{Connections: 2})
	var idle []net.Conn
	for range 2 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		idle = append(idle, c)
	}
	defer idle[1].Close()
	time.AfterFunc(300*time.Millisecond, func() { idle[0].Close() })
	begin := time.Now()
	answer, err := http.Get("http://" + address + "/v1/health")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if waited := time.Since(begin); waited < 200*time.Millisecond {
		t.Errorf("answered after %v, beside two connections of two", waited)
	}
}

// Bodies that are none, or too large, or never end, are answered as mistakes.
func TestMalformedBodies(t *testing.T) {
	address, _ := started(t, []*serve.Device{note10(t)}, serve.Config{MaxBody: 100 << 10, Timeout: 2 * time.Second})
	deep := strings.Repeat("[", 50<<10)
	for _, c := range []struct {
		body   string
		status int
	}{
		{"", 400}, {"\x00", 400}, {"{", 400}, {"[]", 400}, {"null", 400}, {`"x"`, 400}, {"\xef\xbb\xbf{}", 400}, {deep, 400},
		{`{"device":"note10","archs":` + deep, 400}, {`{"device":"note10","archs":["` + deep + `"]}`, 400},
		{`{"device":"note10","archs":[` + strings.Repeat(`{"a":`, 15<<10), 400}, {strings.Repeat(" ", 100<<10+1), 413},
		{`{"device":"note10","archs":[null]}`, 400}, {`{"device":"note10","archs":["` + strings.Repeat("r", 90<<10) + `"]}`, 400},
	} {
		for _, path := range []string{"/v1/predict", "/v1/explain", "/v1/search"} {
			client, err := dial(address, path, c.body)
			if err != nil {
				t.Fatal(err)
			}
			status, text, _, err := client.ask()
			if err != nil || status != c.status || !strings.Contains(text, `{"error":`) {
				t.Errorf("%s %.30q: %d %.200s %v, want %d", path, c.body, status, text, err, c.status)
			}
			client.conn.Close()
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	endless, err := http.NewRequestWithContext(ctx, "POST", "http://"+address+"/v1/predict", zeros{})
	if err != nil {
		t.Fatal(err)
	}
	endless.Header.Set("Content-Type", "application/json")
	if answer, err := http.DefaultClient.Do(endless); err == nil { // or the connection was cut
		answer.Body.Close()
		if answer.StatusCode != 413 {
			t.Errorf("an endless body: %d", answer.StatusCode)
		}
	} else if ctx.Err() != nil {
		t.Error("an endless body was read for ten seconds")
	}
}

// zeros is a body without an end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

var _ io.Reader = zeros{}
