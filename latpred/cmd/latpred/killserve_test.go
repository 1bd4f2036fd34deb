//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// A server that is killed under load has answered nothing wrong, and one that takes its place
// at the same address answers the same; asked to end under load, it answers what it has begun.
func TestKillsOfServe(t *testing.T) {
	dir := killInputs(t)
	address := "127.0.0.1:0"
	var want []byte
	var answers, wrong atomic.Int64
	for n := range killShare() + 1 {
		server, at := startServer(t, filepath.Join(dir, "old.latpred"), address)
		address = strings.TrimPrefix(at, "http://") // the next one takes it over
		if want == nil {
			want = askServer(t, at)
		}
		var clients sync.WaitGroup
		ended := make(chan bool)
		for range 4 {
			clients.Go(func() {
				for {
					select {
					case <-ended:
						return
					default:
					}
					status, body, err := postServer(at)
					switch {
					case err != nil || status == http.StatusServiceUnavailable: // it is gone, or says that it goes
					case status != http.StatusOK || !bytes.Equal(body, want):
						wrong.Add(1)
					default:
						answers.Add(1)
					}
				}
			})
		}
		time.Sleep(time.Duration(20+rand.IntN(100)) * time.Millisecond)
		last := n == killShare()
		signal := os.Signal(syscall.SIGKILL)
		if last {
			signal = syscall.SIGTERM
		}
		start := time.Now()
		if err := server.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		_ = server.Wait()
		close(ended)
		clients.Wait()
		if took := time.Since(start); last && (server.ProcessState.ExitCode() != 0 || took > 5*time.Second) {
			t.Errorf("asked to end: %v after %v", server.ProcessState, took)
		}
	}
	if wrong.Load() > 0 || answers.Load() == 0 {
		t.Errorf("%d right and %d wrong answers", answers.Load(), wrong.Load())
	}
	t.Logf("%d kills and one end under load, %d answers, none wrong", killShare(), answers.Load())
}

// startServer starts a server of one predictor and gives its address.
func startServer(t *testing.T, model, address string) (server *exec.Cmd, at string) {
	t.Helper()
	server, _ = program(t, "serve", "--only", "--model", model, "--addr", address, "--json")
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Process.Kill() })
	var said struct{ Address string }
	if err := json.NewDecoder(out).Decode(&said); err != nil {
		t.Fatalf("the server says nothing at %s: %v", address, err)
	}
	return server, said.Address
}

// askServer is postServer where an answer must come.
func askServer(t *testing.T, at string) []byte {
	t.Helper()
	status, body, err := postServer(at)
	if err != nil || status != http.StatusOK || !strings.Contains(string(body), `"latency_ms":[`) {
		t.Fatalf("%d, %v: %s", status, err, body)
	}
	return body
}

// postServer asks for two predictions.
func postServer(at string) (status int, body []byte, err error) {
	answer, err := http.Post(at+"/v1/predict", "application/json", strings.NewReader(`{"device":"old","archs":["`+example+`","`+example+`"]}`))
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	body, err = io.ReadAll(answer.Body)
	return answer.StatusCode, body, err
}
