package bounded_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/internal/bounded"
)

// endless gives zeros, and counts them.
type endless struct{ given int }

func (e *endless) Read(p []byte) (int, error) {
	clear(p)
	e.given += len(p)
	return len(p), nil
}

func TestReadAll(t *testing.T) {
	content, err := bounded.ReadAll(strings.NewReader("abc"), "x", 3)
	if err != nil || string(content) != "abc" {
		t.Errorf("%q, %v: a file of just the limit can be read", content, err)
	}
	var source endless
	_, err = bounded.ReadAll(&source, "x", 64<<10)
	var size *bounded.SizeError
	if !errors.As(err, &size) || err.Error() != "x: larger than the 64 kB that such a file may have" {
		t.Errorf("%v, want a *SizeError", err)
	}
	if source.given > 128<<10 {
		t.Errorf("%d bytes were read to see that there are more than 64 kB", source.given)
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	if err := os.WriteFile(path, []byte("abcd"), 0o600); err != nil {
		t.Fatal(err)
	}
	if content, err := bounded.ReadFile(path, 4); err != nil || string(content) != "abcd" {
		t.Errorf("%q, %v", content, err)
	}
	var size *bounded.SizeError
	if _, err := bounded.ReadFile(path, 3); !errors.As(err, &size) || size.Limit != 3 || size.Name != path {
		t.Errorf("%v, want a *SizeError of 3 bytes", err)
	}
	if _, err := bounded.ReadFile(filepath.Join(dir, "none"), 3); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v, want fs.ErrNotExist", err)
	}
	if _, err := bounded.ReadFile(dir, 3); err == nil || !strings.Contains(err.Error(), "a folder") {
		t.Errorf("%v, want that it is a folder", err)
	}
	if runtime.GOOS == "windows" {
		t.Skip("no /dev/zero")
	}
	if _, err := bounded.ReadFile("/dev/zero", 3); err == nil || !strings.Contains(err.Error(), "a device") {
		t.Errorf("%v, want that it is a device", err)
	}
}

// A pipe is read like a file: shells pass <(…) as one.
func TestPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := os.Stat("/dev/fd"); err != nil {
		t.Skip("pipes have no names here")
	}
	go func() {
		_, _ = w.WriteString("text")
		_ = w.Close()
	}()
	name := filepath.Join("/dev/fd", strconv.Itoa(int(r.Fd())))
	if content, err := bounded.ReadFile(name, 10); err != nil || string(content) != "text" {
		t.Errorf("%q, %v", content, err)
	}
}

func ExampleReadAll() {
	_, err := bounded.ReadAll(strings.NewReader("a data sheet of many pages"), "sheet.json", 10)
	fmt.Println(err)
	// Output: sheet.json: larger than the 10 bytes that such a file may have
}
