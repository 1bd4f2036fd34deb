package serve_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/neural"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/serve"
)

// batch is the body of a request for predictions of n networks.
func batch(t testing.TB, device string, n int) string {
	t.Helper()
	rng := random.Stream(1, "batch")
	list := make([]string, n)
	for i := range list {
		list[i] = wide(t).Sample(rng).String()
	}
	return `{"device":"` + device + `","archs":["` + strings.Join(list, `","`) + `"]}`
}

// started is a server of devices on the loopback; stop ends it and gives what Serve gave.
func started(t testing.TB, devices []*serve.Device, c serve.Config) (address string, stop func() error) {
	t.Helper()
	s, err := serve.New(devices, c)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-served
	})
	t.Cleanup(func() { _ = stop() })
	return l.Addr().String(), stop
}

// client is a connection of the load generator, which asks one thing again and again. It
// does as little as it can, since it shares the cores with the server.
type client struct {
	conn    net.Conn
	in      *bufio.Reader
	request []byte
}

func dial(address, path, body string) (*client, error) {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	request := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, address, len(body), body)
	return &client{c, bufio.NewReaderSize(c, 16<<10), []byte(request)}, nil
}

// ask sends the request and gives status and body of the answer, and whether the server
// closes the connection after it.
func (c *client) ask() (status int, body string, closes bool, err error) {
	if _, err := c.conn.Write(c.request); err != nil {
		return 0, "", true, err
	}
	answer, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return 0, "", true, err
	}
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), answer.Close, err
}

// load is what clients saw that asked the same thing all the time.
type load struct {
	took    []time.Duration // of each answer, ascending
	seconds float64
	wrong   string // an answer that was not the first one; "": all were
}

// asked asks a server over a number of connections until so many answers have come.
func asked(address, path, body string, connections, answers int) (load, error) {
	var l load
	var mu sync.Mutex
	var left atomic.Int64
	left.Store(int64(answers))
	var group sync.WaitGroup
	var failed error
	want := ""
	start := time.Now()
	for range connections {
		group.Go(func() {
			c, err := dial(address, path, body)
			var own []time.Duration
			for err == nil && left.Add(-1) >= 0 {
				begin := time.Now()
				status, text, _, e := c.ask()
				if err = e; err == nil && status != 200 {
					err = fmt.Errorf("status %d: %s", status, text)
				}
				own = append(own, time.Since(begin))
				mu.Lock()
				if want == "" {
					want = text
				}
				if text != want {
					l.wrong = text
				}
				mu.Unlock()
			}
			if c != nil {
				c.conn.Close()
			}
			mu.Lock()
			defer mu.Unlock()
			l.took = append(l.took, own...)
			if err != nil {
				failed = err
			}
		})
	}
	group.Wait()
	l.seconds = time.Since(start).Seconds()
	slices.Sort(l.took)
	return l, failed
}

// p99 is the time, ms, within which 99 of 100 answers came.
func (l load) p99() float64 {
	return float64(l.took[min(len(l.took)-1, len(l.took)*99/100)].Microseconds()) / 1e3
}

// entry is a shipped device.
func entry(t testing.TB, name string) *serve.Device {
	t.Helper()
	for _, e := range catalog.Entries() {
		if e.Name == name {
			d, err := serve.FromEntry(e)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
	}
	t.Fatalf("no entry %s", name)
	return nil
}

// BenchmarkLoad asks for batches of 64 networks over the loopback, from the same process,
// on 32 and 64 connections: of a lookup table, of a table fitted to measured networks, of
// one with a launch queue, of the paper's network. Beside, so that predictions must keep
// their time, 64 clients search without end, or 1,000 are slow. It reports predictions a
// second, the 99th percentile of an answer's time and the memory that the process holds.
func BenchmarkLoad(b *testing.B) {
	devices := []*serve.Device{entry(b, "note10"), entry(b, "p40-b64"), entry(b, "help-titanrtx-b64"), network(b)}
	address, _ := started(b, devices, serve.Config{})
	for _, d := range devices {
		for _, connections := range []int{32, 64} {
			b.Run(fmt.Sprintf("%s/connections=%d", d.ID, connections), func(b *testing.B) {
				benchmarkLoad(b, address, batch(b, d.ID, 64), connections)
			})
		}
	}
	stop, found := searching(b, address, 64)
	b.Run("note10/searches=64", func(b *testing.B) {
		before := found.Load()
		benchmarkLoad(b, address, batch(b, "note10", 64), 32)
		b.ReportMetric(float64(found.Load()-before)/b.Elapsed().Seconds(), "searches/s")
	})
	stop()
	stop = slow(b, address, 1000)
	b.Run("note10/slow=1000", func(b *testing.B) { benchmarkLoad(b, address, batch(b, "note10", 64), 32) })
	stop()
}

func benchmarkLoad(b *testing.B, address, body string, connections int) {
	if _, err := asked(address, "/v1/predict", body, 1, 1); err != nil { // it is ready from here on
		b.Fatal(err)
	}
	b.ResetTimer()
	before := cpuTime()
	l, err := asked(address, "/v1/predict", body, connections, b.N)
	if err != nil || l.wrong != "" {
		b.Fatalf("%v, or a wrong answer: %s", err, l.wrong)
	}
	b.ReportMetric(float64(64*b.N)/l.seconds, "predictions/s")
	b.ReportMetric(l.p99(), "p99-ms")
	b.ReportMetric((cpuTime()-before).Seconds()*1e6/float64(64*b.N), "core-µs/prediction")
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/1e6, "MB")
}

// cpuTime is the time of processors that this process has had: what a busy machine leaves
// alone, unlike the time on the wall.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// searching starts clients that search without end.
func searching(t testing.TB, address string, clients int) (stop func(), found *atomic.Int64) {
	found = &atomic.Int64{}
	var end atomic.Bool
	var group sync.WaitGroup
	for i := range clients {
		c, err := dial(address, "/v1/search", fmt.Sprintf(`{"device":"note10","limit_ms":25,"seed":%d}`, i+1))
		if err != nil {
			t.Fatal(err)
		}
		group.Go(func() {
			defer c.conn.Close()
			for !end.Load() {
				status, text, _, err := c.ask()
				if err != nil || status != 200 {
					t.Errorf("a search beside others: %d %s %v", status, text, err)
					return
				}
				found.Add(1)
			}
		})
	}
	return func() {
		end.Store(true)
		group.Wait()
	}, found
}

// slow opens connections, of which half are idle, a quarter sends half of a header and a
// quarter half of a body, and opens those anew that the server closes; stop closes them.
func slow(t testing.TB, address string, connections int) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for i := range connections {
		begin := []string{"", "", "GET /v1/devices HTTP/1.1\r\nHost: 127.0", "POST /v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{\"device\":"}[i%4]
		group.Go(func() {
			for ctx.Err() == nil {
				c, err := net.Dial("tcp", address)
				if err != nil {
					return // the server has stopped
				}
				end := context.AfterFunc(ctx, func() { c.Close() })
				_, _ = io.WriteString(c, begin)
				_, _ = io.Copy(io.Discard, c)
				end()
				c.Close()
			}
		})
	}
	return func() {
		cancel()
		group.Wait()
	}
}

// network is the paper's network, as its authors released it for the Note10.
func network(t testing.TB) *serve.Device {
	t.Helper()
	p, err := neural.Released("note10")
	if err != nil {
		t.Fatal(err)
	}
	return serve.FromPredictor("network", "", p, wide(t))
}
