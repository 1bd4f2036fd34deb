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

// What is no regular file is refused, and left; a link is followed; Check says the same
// before, and leaves nothing behind.
func TestWriteToWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	target, link, dangling := filepath.Join(dir, "target"), filepath.Join(dir, "link"), filepath.Join(dir, "dangling")
	if err := errors.Join(os.WriteFile(target, []byte("old"), 0o600), os.Symlink("target", link), os.Symlink("nowhere", dangling), os.Mkdir(filepath.Join(dir, "sub"), 0o755)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{filepath.Join(dir, "sub"), os.DevNull, "/dev/full", dangling, filepath.Join(dir, "none", "a"), filepath.Join(target, "a")} {
		before, _ := os.Lstat(name)
		for what, err := range map[string]error{"Check": atomicfile.Check(name), "Write": atomicfile.Write(name, text("new"))} {
			if err == nil || !strings.Contains(err.Error(), name+": can't be written") {
				t.Errorf("%s of %s: %v", what, name, err)
			}
		}
		if after, _ := os.Lstat(name); before != nil && (after == nil || after.Mode() != before.Mode()) {
			t.Errorf("%s is another file now", name)
		}
	}
	for _, name := range []string{"", target, link, filepath.Join(dir, "new")} {
		if err := atomicfile.Check(name); err != nil {
			t.Errorf("Check of %q: %v", name, err)
		}
	}
	if content(t, target) != "old" {
		t.Error("Check has changed a file")
	}
	if err := atomicfile.WriteBytes(link, []byte("new")); err != nil || content(t, target) != "new" {
		t.Errorf("through a link: %v", err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced")
	}
	if info, err := os.Stat(target); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v now", info.Mode())
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 4 {
		t.Errorf("left behind: %v", files)
	}
}

// Nothing is lost of what several write into one file at the same time.
func TestUpdate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "counter")
	const writers, times = 4, 10
	done := make(chan error)
	for range writers {
		go func() {
			var err error
			for range times {
				err = errors.Join(err, atomicfile.Update(path, func(old []byte) ([]byte, error) { return append(old, 'x'), nil }))
			}
			done <- err
		}()
	}
	for range writers {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if got := content(t, path); len(got) != writers*times {
		t.Errorf("%d updates are in the file, want %d", len(got), writers*times)
	}
	boom := errors.New("boom")
	if err := atomicfile.Update(path, func([]byte) ([]byte, error) { return []byte("lost"), boom }); !errors.Is(err, boom) || len(content(t, path)) != writers*times {
		t.Errorf("an update that fails: %v", err)
	}
	if err := atomicfile.Update("/dev/zero", func([]byte) ([]byte, error) { return nil, nil }); err == nil {
		t.Error("a device was updated")
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
