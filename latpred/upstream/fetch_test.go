package upstream_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/upstream"
)

var content = []byte(strings.Repeat("latency of a sub-network\n", 4000))

func upstreamFile() upstream.File {
	sum := sha256.Sum256(content)
	return upstream.File{Repository: "some/one", Commit: "abc", Path: "a folder/file.csv", Bytes: int64(len(content)), SHA256: hex.EncodeToString(sum[:])}
}

func fetch(t *testing.T, dir, mirror string) error {
	t.Helper()
	return upstream.Fetch(t.Context(), dir, mirror, []upstream.File{upstreamFile()}, nil)
}

// files lists what is in dir, by name.
func files(t *testing.T, dir string) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			out[filepath.Base(path)] = info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFetchFromServerAndFolder(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, "some", "one", "a folder", "file.csv")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(root)))
	defer server.Close()
	for _, mirror := range []string{root, "file://" + root, server.URL} {
		dir := t.TempDir()
		for range 2 { // the second time nothing is to be done
			if err := fetch(t, dir, mirror); err != nil {
				t.Fatalf("%s: %v", mirror, err)
			}
		}
		if got := files(t, dir); len(got) != 1 || got["file.csv"] != int64(len(content)) {
			t.Errorf("%s left %v", mirror, got)
		}
	}
}

// Of two that fetch into one folder at the same time, the second finds the file in place.
func TestFetchTwiceAtOnce(t *testing.T) {
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		for half := range slices.Chunk(content, len(content)/2) {
			time.Sleep(50 * time.Millisecond)
			_, _ = w.Write(half)
		}
	}))
	defer server.Close()
	dir, done := t.TempDir(), make(chan error)
	for range 3 {
		go func() { done <- fetch(t, dir, server.URL) }()
	}
	for range 3 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if got := files(t, dir); len(got) != 1 || got["file.csv"] != int64(len(content)) || calls.Load() != 1 {
		t.Errorf("%d downloads left %v", calls.Load(), got)
	}
	f := upstreamFile()
	if err := upstream.Verify(dir, []upstream.File{f, {Repository: "none"}}); err != nil {
		t.Error(err)
	}
	altered := bytes.Replace(content, []byte("latency"), []byte("Latency"), 1)
	if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(f.Place())), altered, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := upstream.Verify(dir, []upstream.File{f}); err == nil || !strings.Contains(err.Error(), f.Place()) || !strings.Contains(err.Error(), "it was altered") {
		t.Errorf("an altered file: %v", err)
	}
}

// A connection that breaks leaves a part, and the next call asks for the rest
// alone; a server that knows no ranges starts again.
func TestFetchResumesAfterFault(t *testing.T) {
	for _, ranges := range []bool{true, false} {
		var calls atomic.Int32
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			from := 0
			if text := r.Header.Get("Range"); ranges && text != "" {
				if _, err := fmt.Sscanf(text, "bytes=%d-", &from); err != nil {
					t.Errorf("range %q: %v", text, err)
				}
				w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(content)-1, len(content)))
				w.Header().Set("Content-Length", fmt.Sprint(len(content)-from))
				w.WriteHeader(http.StatusPartialContent)
			} else {
				w.Header().Set("Content-Length", fmt.Sprint(len(content)))
			}
			if calls.Add(1) == 1 {
				_, _ = w.Write(content[:30000])
				panic(http.ErrAbortHandler)
			}
			if ranges && from == 0 {
				t.Error("the second call starts from the beginning")
			}
			_, _ = w.Write(content[from:])
		}))
		dir := t.TempDir()
		if err := fetch(t, dir, server.URL); err == nil || !strings.Contains(err.Error(), "broke off after") {
			t.Errorf("a broken connection: %v", err)
		}
		if got := files(t, dir); got["file.csv"] != 0 || got["file.csv.part"] == 0 {
			t.Errorf("a broken connection left %v", got)
		}
		if err := fetch(t, dir, server.URL); err != nil {
			t.Errorf("ranges %v: %v", ranges, err)
		}
		if got, err := os.ReadFile(filepath.Join(dir, "some/one/a folder/file.csv")); err != nil || string(got) != string(content) {
			t.Errorf("ranges %v: the file is not whole: %v", ranges, err)
		}
		server.Close()
	}
}

func TestFetchRefusesFaults(t *testing.T) {
	altered := append([]byte{}, content...)
	altered[100] = 'X'
	for want, body := range map[string][]byte{
		"it was altered":          altered,
		"truncated, or changed":   content[:1000],
		"has 100001 bytes, the m": append(append([]byte{}, content...), 'x', 'y'),
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }))
		dir := t.TempDir()
		if err := fetch(t, dir, server.URL); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "some/one/a folder/file.csv") {
			t.Errorf("%v, want …%s…", err, want)
		}
		if got := files(t, dir); len(got) != 0 {
			t.Errorf("%s: left %v", want, got)
		}
		server.Close()
	}
	missing := httptest.NewServer(http.NotFoundHandler())
	defer missing.Close()
	if err := fetch(t, t.TempDir(), missing.URL); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("a missing file: %v", err)
	}
	if err := fetch(t, t.TempDir(), "http://127.0.0.1:1"); err == nil || !strings.Contains(err.Error(), "set LATPRED_DATA_MIRROR") {
		t.Errorf("no network: %v", err)
	}
	if err := fetch(t, t.TempDir(), filepath.Join(t.TempDir(), "nowhere")); err == nil {
		t.Error("a folder that is not there was no error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := upstream.Fetch(ctx, t.TempDir(), missing.URL, []upstream.File{upstreamFile()}, nil); err == nil {
		t.Error("a cancelled fetch was no error")
	}
}

func TestUpstreamSaysWhatToDo(t *testing.T) {
	t.Setenv("LATPRED_DATA_MIRROR", "")
	t.Setenv("LATPRED_DATA_CACHE", t.TempDir())
	if _, err := upstream.Dir(); err == nil || !strings.Contains(err.Error(), "latpred data fetch") {
		t.Errorf("no upstream files: %v", err)
	}
}
