package upstream

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
	"github.com/ofalat/ofalat/latpred/atomicfile"
	"golang.org/x/sync/errgroup"
)

// origin is the server of files of public repositories, by commit.
const origin = "https://raw.githubusercontent.com"

// fetchers is the number of files that are downloaded at once.
const fetchers = 4

// Progress tells how far Fetch has come.
type Progress struct {
	File         File  // the file that was completed last
	Files, Of    int   // number of files in place, and of all files
	Bytes, OfAll int64 // their sizes in bytes
}

// Verify errs unless every given file that is in dir is the one of the manifest, by its size
// and hash. It says nothing of files that are not there.
func Verify(dir string, files []File) error {
	for _, f := range files {
		err := verifyFile(filepath.Join(dir, filepath.FromSlash(f.Place())), f)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("%s in %s: %w", f.Place(), dir, err)
		}
	}
	return nil
}

// Fetch downloads the given upstream files into dir, which it makes if it is missing. Files
// that are complete are left alone, and interrupted downloads are resumed. A file gets its
// name only after its size and hash are verified, so that dir never has a partial or
// altered file under the name of a complete one.
//
// mirror is where to read from: a folder, an http address, or "" for the repositories
// themselves. observe, which may be nil, is called after each file, from several
// goroutines but never concurrently. If ctx ends, partial downloads are kept for the next
// call. Two processes that fetch into one folder take turns.
func Fetch(ctx context.Context, dir, mirror string, files []File, observe func(Progress)) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	lock := flock.New(dir, flock.SetFlag(os.O_RDONLY))
	if _, err := lock.TryLockContext(ctx, 100*time.Millisecond); err != nil {
		return fmt.Errorf("locking %s: %w", dir, err)
	}
	defer func() { _ = lock.Unlock() }()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(fetchers)
	progress := Progress{Of: len(files)}
	for _, f := range files {
		progress.OfAll += f.Bytes
	}
	turn := make(chan struct{}, 1)
	for _, f := range files {
		group.Go(func() error {
			if err := fetchOne(ctx, dir, mirror, f); err != nil {
				return fmt.Errorf("%s: %w", f.Place(), err)
			}
			turn <- struct{}{}
			progress.Files++
			progress.Bytes += f.Bytes
			progress.File = f
			if observe != nil {
				observe(progress)
			}
			<-turn
			return nil
		})
	}
	return group.Wait()
}

func fetchOne(ctx context.Context, dir, mirror string, f File) error {
	target := filepath.Join(dir, filepath.FromSlash(f.Place()))
	if verifyFile(target, f) == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	part, err := os.OpenFile(target+".part", os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer part.Close()
	sum := sha256.New()
	have, err := io.Copy(sum, part) // what an earlier call left
	if err != nil {
		return err
	}
	if have > f.Bytes {
		have = 0
		sum.Reset()
	}
	if have < f.Bytes {
		if have, err = download(ctx, part, sum, mirror, f, have); err != nil {
			return err
		}
	}
	if err := verify(sum, have, f); err != nil {
		return errors.Join(fmt.Errorf("%w; nothing was kept of it", err), os.Remove(part.Name()))
	}
	if err := errors.Join(part.Truncate(f.Bytes), part.Sync()); err != nil {
		return err
	}
	if err := os.Rename(part.Name(), target); err != nil {
		return err
	}
	return atomicfile.SyncFolder(target)
}

// download appends to part, which has the first have bytes, and to sum, which has hashed
// them. It returns the number of bytes that part then has.
func download(ctx context.Context, part *os.File, sum hash.Hash, mirror string, f File, have int64) (int64, error) {
	from, source, err := open(ctx, mirror, f, have)
	if err != nil {
		return have, err
	}
	defer source.Close()
	if from < have { // the server starts again
		have = from
		sum.Reset()
	}
	if _, err := part.Seek(have, io.SeekStart); err != nil {
		return have, err
	}
	// A server that sends nothing for a while has forgotten us.
	var still atomic.Bool
	idle := time.AfterFunc(idleLimit, func() { still.Store(true); source.Close() })
	defer idle.Stop()
	heard := writerFunc(func(p []byte) (int, error) { idle.Reset(idleLimit); return len(p), nil })
	// One byte more than the file has, so that a longer one shows.
	n, err := io.Copy(io.MultiWriter(part, sum, heard), io.LimitReader(source, f.Bytes-have+1))
	if err != nil && still.Load() {
		err = fmt.Errorf("nothing came for %v", idleLimit)
	}
	if err != nil {
		return have + n, fmt.Errorf("download broke off after %d of %d bytes, run it again to go on: %w", have+n, f.Bytes, err)
	}
	return have + n, nil
}

// idleLimit is how long a download may stand still.
var idleLimit = 30 * time.Second

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// open opens f at the byte from, or before it if the server can't resume, and returns the
// position.
func open(ctx context.Context, mirror string, f File, from int64) (int64, io.ReadCloser, error) {
	base, err := url.Parse(mirror)
	if err != nil {
		return 0, nil, fmt.Errorf("mirror %q: %w", mirror, err)
	}
	switch {
	case mirror == "":
		return get(ctx, origin+"/"+path.Join(f.Repository, f.Commit)+"/"+(&url.URL{Path: f.Path}).EscapedPath(), from)
	case base.Scheme == "http" || base.Scheme == "https":
		return get(ctx, strings.TrimSuffix(mirror, "/")+"/"+(&url.URL{Path: f.Place()}).EscapedPath(), from)
	}
	file, err := os.Open(filepath.Join(strings.TrimPrefix(mirror, "file://"), filepath.FromSlash(f.Place())))
	return 0, file, err
}

var client = &http.Client{Transport: &http.Transport{
	Proxy:                 http.ProxyFromEnvironment,
	ResponseHeaderTimeout: 30 * time.Second,
	TLSHandshakeTimeout:   15 * time.Second,
}}

func get(ctx context.Context, address string, from int64) (int64, io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, nil, err
	}
	if from > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, fmt.Errorf("no answer; without a network set LATPRED_DATA_MIRROR to a folder with the files: %w", err)
	}
	switch response.StatusCode {
	case http.StatusOK:
		return 0, response.Body, nil
	case http.StatusPartialContent:
		if strings.HasPrefix(response.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", from)) {
			return from, response.Body, nil
		}
	}
	response.Body.Close()
	return 0, nil, fmt.Errorf("%s answers %s", address, response.Status)
}

// verify compares the size and the hash of a download with the manifest.
func verify(sum hash.Hash, size int64, f File) error {
	if size != f.Bytes {
		return fmt.Errorf("has %d bytes, the manifest says %d: truncated, or changed upstream", size, f.Bytes)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != f.SHA256 {
		return fmt.Errorf("has SHA-256 %s, the manifest says %s: it was altered", got, f.SHA256)
	}
	return nil
}

func verifyFile(name string, f File) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, file)
	if err != nil {
		return err
	}
	return verify(sum, n, f)
}
