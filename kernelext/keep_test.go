package kernelext

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestKeepSeesItsOwnCode(t *testing.T) {
	t.Setenv("KERNELEXT_CACHE", t.TempDir())
	one, err := Keep("value", 1, func() (int, error) { return 1, nil })
	if err != nil {
		t.Fatal(err)
	}
	two, err := Keep("value", 1, func() (int, error) { return 2, nil })
	if err != nil {
		t.Fatal(err)
	}
	again, err := Keep("value", 1, func() (int, error) {
		return 1, nil // formatted otherwise, with a comment
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := Keep("value", 1, func() (string, error) { return "1", nil })
	if err != nil {
		t.Fatal(err)
	}
	if one != 1 || two != 2 || again != 1 || text != "1" {
		t.Errorf("%d, %d, %d, %s", one, two, again, text)
	}
	if n := len(kept(t)); n != 3 {
		t.Errorf("%d values kept, want 3: what differs in form alone is the same", n)
	}
}

func TestKeepSeesTheModule(t *testing.T) {
	module := t.TempDir()
	writeTestFile(t, module+"/go.mod", "module m\n")
	writeTestFile(t, module+"/a.go", "package m\n")
	before := hashSource(module)
	for _, dir := range []string{"kernelext", "notebooks", ".git"} {
		if err := os.Mkdir(filepath.Join(module, dir), 0o755); err != nil {
			t.Fatal(err)
		}
		writeTestFile(t, filepath.Join(module, dir, "x.go"), "package x\n")
	}
	writeTestFile(t, module+"/a_test.go", "package m\n")
	writeTestFile(t, module+"/README.md", "text\n")
	if hashSource(module) != before {
		t.Error("files that change no value change the version")
	}
	writeTestFile(t, module+"/a.go", "package m\n\nvar x = 1\n")
	if hashSource(module) == before {
		t.Error("an edited package keeps its version")
	}
}

func kept(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(os.Getenv("KERNELEXT_CACHE"), "*.gob"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestKeepForgetsWhatWasNotAskedForLongest(t *testing.T) {
	t.Setenv("KERNELEXT_CACHE", t.TempDir())
	t.Setenv("KERNELEXT_CACHE_MB", "1")
	calls := 0
	keep := func(n int) {
		t.Helper()
		if _, err := Keep("large", n, func() (string, error) {
			calls++
			return strings.Repeat("x", 400<<10), nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	keep(1)
	past := time.Now().Add(-time.Hour)
	if err := os.Chtimes(kept(t)[0], past, past); err != nil {
		t.Fatal(err)
	}
	keep(2)
	keep(1) // now the second is older
	for _, f := range kept(t) {
		if info, err := os.Stat(f); err == nil && info.ModTime().After(past.Add(time.Minute)) {
			continue
		}
		t.Error("reading a value doesn't count as asking for it")
	}
	keep(3)
	if n := len(kept(t)); n != 2 || calls != 3 {
		t.Errorf("%d values kept after %d calls, want 2 of 400 kB within 1 MB after 3", n, calls)
	}
	t.Setenv("KERNELEXT_CACHE_MB", "many")
	if _, err := Keep("large", 4, func() (int, error) { return 1, nil }); err == nil || !strings.Contains(err.Error(), `"many"`) {
		t.Errorf("a limit that is no number: %v", err)
	}
}
