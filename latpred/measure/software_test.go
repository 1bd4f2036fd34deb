package measure

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A kept hash is that of the file until the file changes, and one that is damaged is not taken.
func TestRememberedHash(t *testing.T) {
	cache, file := t.TempDir(), filepath.Join(t.TempDir(), "plugin.so")
	t.Setenv("XDG_CACHE_HOME", cache)
	write := func(text string, at time.Time) string {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, at, at); err != nil {
			t.Fatal(err)
		}
		return rememberedHash(file)
	}
	// sha256sum of the three bytes.
	const one, other = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed", "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3"
	now := time.Now()
	if h := write("one", now); h != one {
		t.Errorf("the hash is %s", h)
	}
	if h := write("two", now); h != one {
		t.Errorf("of the same size and time, the hash is %s: it was not kept", h)
	}
	if h := write("two", now.Add(time.Second)); h != other {
		t.Errorf("changed, the hash is %s", h)
	}
	kept, err := filepath.Glob(filepath.Join(cache, "ofalat", "sha256-*"))
	if err != nil || len(kept) != 2 {
		t.Fatalf("%v, %v", kept, err)
	}
	for _, k := range kept {
		if err := os.WriteFile(k, []byte("damaged"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if h := rememberedHash(file); h != other {
		t.Errorf("with a damaged cache, the hash is %s", h)
	}
	if h := rememberedHash(filepath.Join(cache, "none")); h != "" {
		t.Errorf("of no file, the hash is %s", h)
	}
}
