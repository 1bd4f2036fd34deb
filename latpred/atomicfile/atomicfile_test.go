package atomicfile_test

import (
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/atomicfile"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

func content(t *testing.T, name string) string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	all, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.csv", "a.csv.gz"} {
		path := filepath.Join(dir, name)
		for _, want := range []string{"first", "", strings.Repeat("second ", 1000)} {
			if err := atomicfile.Write(path, text(want)); err != nil || content(t, path) != want {
				t.Errorf("%s: %q, %v; want %q", name, content(t, path), err, want)
			}
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
	}
	one, _ := os.ReadFile(filepath.Join(dir, "a.csv.gz"))
	if err := atomicfile.Write(filepath.Join(dir, "b.csv.gz"), text(strings.Repeat("second ", 1000))); err != nil {
		t.Fatal(err)
	}
	if two, _ := os.ReadFile(filepath.Join(dir, "b.csv.gz")); string(one) != string(two) {
		t.Error("the same content is compressed into another file")
	}
}

// What fails in the middle leaves the old file, and nothing beside it.
func TestWriteFault(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir) // where renameio may put its temporary file
	boom := errors.New("boom")
	for _, name := range []string{"a.csv", "a.csv.gz"} {
		path := filepath.Join(dir, name)
		if err := atomicfile.Write(path, text("old")); err != nil {
			t.Fatal(err)
		}
		for _, write := range []func(string, func(io.Writer) error) error{atomicfile.Write, atomicfile.WriteChanged} {
			err := write(path, func(w io.Writer) error { return errors.Join(text("half of the new")(w), boom) })
			if !errors.Is(err, boom) || !strings.Contains(err.Error(), path) || content(t, path) != "old" {
				t.Errorf("%v, and the file has %q", err, content(t, path))
			}
		}
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 2 {
		t.Errorf("%d files are left, want 2", len(files))
	}
	if err := atomicfile.Write(filepath.Join(dir, "none", "a"), text("x")); err == nil {
		t.Error("written to a folder that isn't there")
	}
}

func TestWriteChanged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "a.csv.gz")
	if err := atomicfile.WriteChanged(path, text("rows")); err != nil || content(t, path) != "rows" {
		t.Fatalf("%v", err)
	}
	other, err := os.Create(path) // the same content, compressed otherwise
	if err != nil {
		t.Fatal(err)
	}
	z, _ := gzip.NewWriterLevel(other, gzip.NoCompression)
	if err := errors.Join(text("rows")(z), z.Close(), other.Close()); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(path)
	if err := atomicfile.WriteChanged(path, text("rows")); err != nil {
		t.Fatal(err)
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("a file with the same content was written again")
	}
	for _, want := range []string{"row", "rows and more"} {
		if err := atomicfile.WriteChanged(path, text(want)); err != nil || content(t, path) != want {
			t.Errorf("%q, %v; want %q", content(t, path), err, want)
		}
	}
}
