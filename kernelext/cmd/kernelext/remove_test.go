package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/ofalat/ofalat/kernelext/run"
)

// Each kernelspec has a launcher of its own: removing one leaves those of others, and the
// tools, which go with the last.
func TestRemoveLeavesOthers(t *testing.T) {
	root := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", filepath.Join(root, "cache"))
	t.Setenv("HOME", root)
	cache, err := run.CacheDir()
	if err != nil {
		t.Fatal(err)
	}
	tool := filepath.Join(cache, "bin", "0123", "gonb")
	files := []string{tool}
	var installs []installCmd
	for _, prefix := range []string{"a", "b"} {
		c := installCmd{Prefix: filepath.Join(root, prefix), Remove: true}
		dir, err := c.dir()
		if err != nil {
			t.Fatal(err)
		}
		installs = append(installs, c)
		files = append(files, filepath.Join(dir, "kernel.json"), launcherOf(cache, dir))
	}
	for _, file := range files {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("{}"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	there := func() (list []bool) {
		for _, file := range files {
			_, err := os.Stat(file)
			list = append(list, err == nil)
		}
		return list
	}
	for i, want := range [][]bool{{true, false, false, true, true}, {false, false, false, false, false}} {
		if err := installs[i].Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		for j, is := range there() {
			if is != want[j] {
				t.Errorf("after %d removals %s is there: %v", i+1, files[j], is)
			}
		}
	}
}
